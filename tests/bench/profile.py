"""Where the CPU of a request goes: `python -m tests.bench.profile complete|start [sqlite|postgres]`.

Prints the functions that take most, their own time and with what they call, and the statements of one request. The
application is called as a server calls it, without a socket.
"""

import cProfile
import io
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event

from engine.database import Database
from tests.engine.office import TWO_TASKS, TownHall
from tests.postgres import postgres_server
from webapp import create_app
from webapp.config import Settings
from webapp.schema import upgrade_schema
from webapp.security.tokens import issue_token
from webapp.workers import settle

CASES = 300


class Office:
    """An application with one procedure and one clerk, called by its WSGI interface."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        upgrade_schema(self.database)
        at = datetime.now(UTC)
        with self.database.transaction() as session:
            hall = TownHall(session, at)
            ana = hall.person("ana", "Front desk", "Board")
            hall.publish(TWO_TASKS, by=ana)
            self.token = issue_token(session, ana, at=at)
        settings = Settings(database_url=url, var=folder, secret_key="s" * 40)
        self.app = create_app(settings, database=self.database)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One request to the API; its answer."""
        sent = b"" if body is None else orjson.dumps(body)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/api/v1{path}",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(sent)),
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        said: list[str] = []

        def begin(status: str, *_: object) -> Any:
            said.append(status)

        parts = self.app(environ, begin)
        answer = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        assert said[0].startswith("2"), (said, answer)
        return orjson.loads(answer)

    def start(self) -> Any:
        return self.call("POST", "/procedures/permit/cases", {"applicant": {"name": "Rosa"}})

    def task(self, number: str) -> str:
        return str(self.call("GET", f"/cases/{number}")["tasks"][0]["id"])

    def complete(self, task: str) -> Any:
        return self.call("POST", f"/tasks/{task}/complete", {"answers": {"ok": True}})


def main() -> None:
    """Profile what the command line names."""
    what = sys.argv[1] if len(sys.argv) > 1 else "complete"
    kind = sys.argv[2] if len(sys.argv) > 2 else "sqlite"
    with tempfile.TemporaryDirectory() as name:
        if kind == "postgres":
            with postgres_server("profile") as server:
                profiled(Office(server.create("profile"), Path(name)), what)
        else:
            profiled(Office(f"sqlite:///{name}/profile.sqlite", Path(name)), what)


def profiled(office: Office, what: str) -> None:
    """Print the profile, the CPU without it, and the statements of one request."""
    for _ in range(20):
        office.complete(office.task(office.start()["number"]))
    settle()  # as a server does
    tasks = [office.task(office.start()["number"]) for _ in range(2 * CASES)]

    def once() -> None:
        if what == "start":
            office.start()
        else:
            office.complete(tasks.pop())

    took = []
    for _ in range(CASES):
        began = time.thread_time()
        once()
        took.append((time.thread_time() - began) * 1000)
    took.sort()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(CASES - 1):
        once()
    profile.disable()
    with statements(office.database) as seen:
        once()
    stats = pstats.Stats(profile)
    stats.sort_stats("tottime").print_stats(35)
    stats.sort_stats("cumulative").print_stats(140)
    for number, statement in enumerate(seen, 1):
        print(number, " ".join(statement.split())[:160])
    least, usual = took[0], took[len(took) // 2]
    print(f"{what}: {least:.2f} CPU ms in the application at least, {usual:.2f} usually; ", end="")
    print(f"{len(seen)} statements")
    office.database.dispose()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    seen: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", remember)


if __name__ == "__main__":
    main()
