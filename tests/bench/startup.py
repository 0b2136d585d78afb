"""How long a server takes to be ready when 500 versions are published: none of them is compiled before it is used.

And what the first person after a start pays for what was not loaded yet: the same request, the first time and again.
"""

import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, insert, select

from engine.database import Database
from engine.ids import new_id
from engine.models import Role, Task, TaskStatus, Version
from engine.people import set_password
from tests.bench.engine_command import say
from tests.bench.http import PASSWORD, cpu, served
from tests.engine.office import TWO_TASKS, TownHall
from webapp.schema import upgrade_schema
from webapp.security.tokens import issue_token

VERSIONS = 500


def main() -> None:
    """Print the CPU seconds until the port is open, and those that the versions add to an empty installation."""
    folder = Path(tempfile.mkdtemp())
    try:
        ready(folder, 0)  # a first start may have to compile what setup left uncompiled
        empty = ready(folder, 0)
        full = ready(folder, VERSIONS)
        first_visits(folder)
    finally:
        shutil.rmtree(folder)
    say("startup_500_versions_seconds", full, "CPU seconds")
    say("startup_versions_extra_seconds", full - empty, "CPU seconds")


def ready(folder: Path, versions: int) -> float:
    """CPU seconds of `expedito serve` until it listens."""
    url = f"sqlite:///{folder / f'with_{versions}.sqlite'}"
    database = Database(url)
    upgrade_schema(database)
    if versions:
        publish(database, versions)
    database.dispose()
    with served(url, folder) as (process, _):
        return cpu(process)


def first_visits(folder: Path) -> None:
    """CPU milliseconds of the first inbox, task and completion after a start, of the first page that is not at hand,
    and of the first question of a machine; each beside what the next one of its kind takes.
    """
    url = f"sqlite:///{folder / 'visited.sqlite'}"
    database = Database(url)
    upgrade_schema(database)
    at = datetime.now(UTC)
    with database.transaction() as session:
        hall = TownHall(session, at)
        ana = hall.person("ana", "Front desk", "Board")
        rita = hall.person("rita", "Board", roles=(Role.MANAGER,))
        for one in (ana, rita):
            set_password(session, one, PASSWORD)
        version = hall.publish(TWO_TASKS, by=ana)
        for _ in range(2):
            hall.start(version, by=ana)
        found = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN))
        tasks = [task.id for task in found]
        token = issue_token(session, ana, at=at)
    database.dispose()
    with served(url, folder) as (process, port):

        def asked(name: str, *requests: Callable[[], int]) -> None:
            costs = []
            for one in requests:
                before = cpu(process)
                status = one()
                costs.append((cpu(process) - before) * 1000)
                assert status < 400, (name, status)
            say(f"first_{name}_cpu_ms", costs[0], "CPU ms")
            say(f"next_{name}_cpu_ms", costs[1], "CPU ms")

        anas, ritas = Browser(port), Browser(port)
        anas.sign_in("ana")
        inbox = partial(anas.get, "/inbox?scope=office")
        asked("inbox", inbox, inbox)
        asked("task", *(partial(anas.get, f"/tasks/{one}") for one in tasks))
        asked(
            "completion", *(partial(anas.post, f"/tasks/{one}/complete", ok="1") for one in tasks)
        )
        ritas.sign_in("rita")
        asked("manager_page", *[partial(ritas.get, "/metrics")] * 2)
        headers = {"Authorization": f"Bearer {token}"}
        asked("api_question", *[partial(anas.get, "/api/v1/tasks", headers)] * 2)
        say("server_memory_all_parts_open_mb", process.memory_info().rss / 1e6, "MB")


class Browser:
    """As much of one as keeps cookies and sends forms."""

    def __init__(self, port: int) -> None:
        self.client = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.page = ""

    def get(self, path: str, headers: dict[str, str] | None = None) -> int:
        """The status of a page, whose text is kept."""
        return self._ask("GET", path, None, headers or {})

    def post(self, path: str, **data: str) -> int:
        """The status of the answer to a form, sent with the token of the page before."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        assert token is not None, f"no form before {path}"
        body = urlencode({"csrf_token": token[1], **data})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, name: str) -> None:
        """Sign in; the cookies stay."""
        self.get("/login")
        assert self.post("/login", name=name, password=PASSWORD) == 303

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.client.request(method, path, body, {**headers, "Cookie": cookie})
        answer = self.client.getresponse()
        told = answer.read().decode()
        self.page = told if "csrf_token" in told else self.page
        for name, morsel in SimpleCookie(
            "; ".join(answer.headers.get_all("Set-Cookie") or [])
        ).items():
            self.cookies[name] = morsel.value
        return answer.status


def publish(database: Database, versions: int) -> None:
    """So many versions of a procedure, each with a diagram of its own."""
    at = datetime.now(UTC)
    columns = Version.__table__.columns
    with database.transaction() as session:
        first = TownHall(session, at).publish(TWO_TASKS)
        row = session.execute(select(*columns).where(columns.id == first.id)).mappings().one()
        rows = []
        for number in range(2, versions + 1):
            model = TWO_TASKS.replace(b"Receive", f"Receive {number}".encode())
            own = {"id": new_id(at), "number": number, "model": model, "drawing": model}
            rows.append({**row, **own, "hash": f"{number:064d}"})
        session.execute(insert(Version), rows)
        assert session.scalar(select(func.count()).select_from(Version)) == versions


if __name__ == "__main__":
    main()
