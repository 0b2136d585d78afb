"""What a request costs the server: CPU, statements and commits of completing a task and starting a case over HTTP.

The server runs in a process of its own, whose CPU time the operating system counts; statements and commits are
counted in a second run inside this process.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psutil
from sqlalchemy import event, select

from engine.database import Database
from engine.models import Task, TaskStatus
from engine.people import person_by_name, set_password
from tests.bench.engine_command import say
from tests.bench.pace import piece
from tests.engine.office import TWO_TASKS, TownHall
from tests.postgres import PostgresUnavailable, postgres_server
from webapp import create_app
from webapp.config import Settings
from webapp.schema import upgrade_schema
from webapp.security.tokens import issue_token

CASES = 150
ROUNDS = 5
WARM = 30
SETTLED = 3  # seconds, until the workers have looked around once
PASSWORD = "correct horse battery"


def main() -> None:
    """Print the lines, for SQLite and, where it runs, for PostgreSQL."""
    folder = Path(tempfile.mkdtemp())
    try:
        measure(f"sqlite:///{folder / 'bench.sqlite'}", folder, "sqlite")
        try:
            with postgres_server("bench-http") as server:
                measure(server.create("bench"), folder, "postgres")
        except PostgresUnavailable as reason:
            line = {"name": "complete_task_http_cpu_ms_postgres", "skipped": str(reason)}
            print(orjson.dumps(line).decode())
    finally:
        shutil.rmtree(folder)


def measure(url: str, folder: Path, kind: str) -> None:
    """CPU of a server in its own process, then statements and commits of the same requests in this one."""
    headers = prepared(url)
    database = Database(url)
    suffix = "" if kind == "sqlite" else f"_{kind}"
    with served(url, folder, has_worker=True) as (process, _):
        time.sleep(SETTLED)
        memory = process.memory_full_info()
        say(f"server_memory_at_rest_mb{suffix}", memory.rss / 1e6, "MB")
        say(f"server_memory_at_rest_unshared_mb{suffix}", memory.uss / 1e6, "MB")
    with served(url, folder) as (process, port):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        api_costs(client, headers, process, WARM)
        start, complete, pace = api_costs(client, headers, process, CASES)
        say(f"start_case_cpu_ms{suffix}", start, "CPU ms", pace_cpu_ms=pace)
        say(f"complete_task_http_cpu_ms_{kind}", complete, "CPU ms", pace_cpu_ms=pace)
        say(f"server_memory_mb_{kind}", process.memory_info().rss / 1e6, "MB")
    counts = counted(url, database, folder, headers)
    say(f"complete_task_sql{suffix}", counts["statements"], "statements")
    say(f"complete_task_commits{suffix}", counts["commits"], "commits")
    if kind == "sqlite":
        weigh(url, database, folder)
    database.dispose()


def prepared(url: str) -> dict[str, str]:
    """Fill an empty database with a clerk and a procedure of two tasks; the headers with which the clerk asks."""
    database = Database(url)
    upgrade_schema(database)
    at = datetime.now(UTC)
    with database.transaction() as session:
        hall = TownHall(session, at)
        ana = hall.person("ana", "Front desk", "Board")
        set_password(session, ana, PASSWORD)
        hall.publish(TWO_TASKS, by=ana)
        token = issue_token(session, ana, at=at)
    database.dispose()
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


@contextmanager
def served(
    url: str, folder: Path, *, has_worker: bool = False, tree: Path | None = None
) -> Iterator[tuple[psutil.Process, int]]:
    """`expedito serve` on a free port, as an installation without our test tools has it; of this tree, or another.

    structlog draws in rich, pygments and greenlet where it finds them; only requirements-dev.lock brings them. Its
    bytecode is there from the second start on, as `make setup` leaves it.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "EXPEDITO_DATABASE_URL": url, "EXPEDITO_VAR": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    missing = "sys.modules.update(dict.fromkeys(('greenlet', 'pygments', 'rich')))"
    begin = f"import sys; {missing}; import webapp.cli as cli; cli.main()"
    worker = "--worker" if has_worker else "--no-worker"
    command = [sys.executable, "-c", begin, "serve", worker, "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        try:
            _wait_for(port)
            yield psutil.Process(child.pid), port
        finally:
            child.terminate()


def api_costs(
    client: http.client.HTTPConnection, headers: dict[str, str], process: psutil.Process, cases: int
) -> tuple[float, float, float]:
    """CPU milliseconds of the server per case started and per task completed, and of this machine's pace meanwhile:
    the least of several rounds, because on a machine that others use as well the same work takes more of them.
    """
    rounds = [_round(client, headers, process, cases // ROUNDS) for _ in range(ROUNDS)]
    start, complete, pace = (min(one[column] for one in rounds) for column in range(3))
    return start, complete, pace


def _round(
    client: http.client.HTTPConnection, headers: dict[str, str], process: psutil.Process, cases: int
) -> tuple[float, float, float]:
    start = complete = pace = 0.0
    for number in range(cases):
        pace += piece()
        before = cpu(process)
        case = call(
            client,
            "POST",
            "/procedures/permit/cases",
            headers,
            {"applicant": {"name": f"N {number}"}},
        )
        start += cpu(process) - before
        for _ in range(2):
            task = call(client, "GET", f"/cases/{case['number']}", headers)["tasks"][0]["id"]
            before = cpu(process)
            call(client, "POST", f"/tasks/{task}/complete", headers, {"answers": {"ok": True}})
            complete += cpu(process) - before
    return start / cases * 1000, complete / (2 * cases) * 1000, pace / cases


def call(
    client: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: object = None,
) -> Any:
    """One request to the API; its answer."""
    client.request(method, f"/api/v1{path}", None if body is None else orjson.dumps(body), headers)
    response = client.getresponse()
    said = response.read()
    assert response.status < 300, (path, response.status, said)
    return orjson.loads(said)


def cpu(process: psutil.Process) -> float:
    """CPU seconds of the process so far, of user and system together."""
    threads = Path(f"/proc/{process.pid}/task")
    if (
        threads.is_dir()
    ):  # in nanoseconds, where the process's own times come in hundredths of a second
        told = [(one / "schedstat").read_text() for one in threads.iterdir()]
        return sum(int(one.split()[0]) for one in told) / 1e9
    times = process.cpu_times()
    return float(times.user + times.system)


def counted(url: str, database: Database, folder: Path, headers: dict[str, str]) -> dict[str, int]:
    """Statements and commits of one completion over HTTP."""
    app = create_app(Settings(database_url=url, var=folder, secret_key="s" * 40), database=database)
    client = app.test_client()
    body = {"applicant": {"name": "Ana"}}
    client.post("/api/v1/procedures/permit/cases", json=body, headers=headers)
    with database.reading() as session:
        found = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).first()
        assert found is not None
    counts = {"statements": 0, "commits": 0}

    def statement(_c: object, _k: object, text: str, *_: object) -> None:
        counts["statements"] += not text.startswith("BEGIN")

    def commit(_: object) -> None:
        counts["commits"] += 1

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "commit", commit)
    answer = client.post(
        f"/api/v1/tasks/{found.id}/complete", json={"answers": {"ok": True}}, headers=headers
    )
    event.remove(database.engine, "before_cursor_execute", statement)
    event.remove(database.engine, "commit", commit)
    assert answer.status_code == 200, answer.text
    return counts


def weigh(url: str, database: Database, folder: Path) -> None:
    """Compressed bytes of a first visit to the inbox and to a task, scripts and styles included."""
    import re

    app = create_app(Settings(database_url=url, var=folder, secret_key="s" * 40), database=database)
    client = app.test_client()
    page = client.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    client.post("/login", data={"name": "ana", "password": PASSWORD, "csrf_token": token[1]})
    with database.transaction() as session:
        hall = TownHall(session, datetime.now(UTC))
        ana = person_by_name(session, "ana")
        from engine.deployments import current_version, procedure_by_key

        version = current_version(session, procedure_by_key(session, "permit"))
        for _ in range(50):
            hall.start(version, by=ana)
        task = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).first()
        assert task is not None
        where = task.id
    for name, path in (("inbox", "/inbox?scope=office"), ("task", f"/tasks/{where}")):
        seen: set[str] = set()
        total = 0
        body = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert body.status_code == 200, path
        total += len(body.data)
        html = client.get(path).text
        for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
            if asset not in seen:
                seen.add(asset)
                total += len(client.get(asset, headers={"Accept-Encoding": "gzip, br"}).data)
        say(f"{name}_page_compressed_kb", total / 1000, "kB")


def _wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start within two minutes")


if __name__ == "__main__":
    main()
