"""What commands cost inside the engine: CPU, statements and commits per command, bytes per finished case."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import event, select, text

import engine.models  # noqa: F401  the tables must be known before they are created
from engine.database import Base, Database
from engine.models import Person, Task, TaskStatus, Version
from engine.tasks import complete_task
from tests.bench.pace import pace
from tests.engine.office import TWO_TASKS, TownHall
from tests.postgres import PostgresUnavailable, postgres_server

# So many that half-empty last pages of tables and indexes weigh little in the bytes of a case: with 400 cases they were
# 100 bytes of each on PostgreSQL.
CASES = 2_000
WARM = 50


def main() -> None:
    """Print the lines, for SQLite and, where it runs, for PostgreSQL."""
    folder = Path(tempfile.mkdtemp())
    try:
        measure(Database(f"sqlite:///{folder / 'bench.sqlite'}"), "sqlite")
    finally:
        shutil.rmtree(folder)
    try:
        with postgres_server("bench") as server:
            measure(Database(server.create("bench")), "postgres")
    except PostgresUnavailable as reason:
        print(orjson.dumps({"name": "engine_command_postgres", "skipped": str(reason)}).decode())


def measure(database: Database, kind: str) -> None:
    """Run cases of two tasks from start to end and print what they cost."""
    Base.metadata.create_all(database.engine)
    at = datetime(2026, 3, 2, 14, tzinfo=UTC)
    with database.transaction() as session:
        hall = TownHall(session, at)
        ana = hall.person("ana", "Front desk", "Board")
        version = hall.publish(TWO_TASKS, by=ana)
        session.expunge_all()
    run(database, ana, version, at, WARM)
    before = size(database)
    with counted(database) as counts:
        costs = run(database, ana, version, at + timedelta(hours=1), CASES)
    after = size(database)
    with counted(database) as one:
        done = run(database, ana, version, at + timedelta(hours=2), 1)
    assert done["complete"] > 0
    assert counts["commits"] == 3 * CASES, counts
    started, completed = costs["start"] / CASES * 1000, costs["complete"] / (2 * CASES) * 1000
    now = pace()
    say(f"start_case_engine_cpu_ms_{kind}", started, "CPU ms", pace_cpu_ms=now)
    say(f"complete_task_engine_cpu_ms_{kind}", completed, "CPU ms", pace_cpu_ms=now)
    say(f"complete_task_engine_sql_{kind}", one["complete"] / 2, "statements")
    say(f"start_case_engine_sql_{kind}", one["start"], "statements")
    say(f"engine_command_commits_{kind}", counts["commits"] / (3 * CASES), "commits")
    name = "bytes_per_finished_case" if kind == "sqlite" else f"bytes_per_finished_case_{kind}"
    say(name, (after - before) / CASES, "bytes")


def run(
    database: Database, ana: Person, version: Version, at: datetime, cases: int
) -> dict[str, float]:
    """Start cases and complete both tasks of each; CPU seconds by command."""
    costs = {"start": 0.0, "complete": 0.0}
    for number in range(cases):
        now = at + timedelta(seconds=number)
        PHASE[0] = "start"
        began = time.process_time()
        database.write(lambda s, now=now: TownHall(s, now).start(version, by=ana, area=40).id)  # type: ignore[misc]
        costs["start"] += time.process_time() - began
        for _ in range(2):
            PHASE[0] = "other"
            with database.reading() as session:
                wanted = select(Task.case_id, Task.token).where(Task.status == TaskStatus.OPEN)
                case_id, token = session.execute(wanted).one()
            task = f"{case_id}-{token}"
            PHASE[0] = "complete"
            began = time.process_time()
            database.write(
                lambda s, task=task, now=now: complete_task(  # type: ignore[misc]
                    s, task, {"complete": True, "notes": "as it should be"}, by=ana, at=now
                )
            )
            costs["complete"] += time.process_time() - began
    return costs


PHASE = ["other"]


@contextmanager
def counted(database: Database) -> Iterator[dict[str, int]]:
    """Statements by phase, and commits of commands."""
    counts = {"start": 0, "complete": 0, "other": 0, "commits": 0}

    def statement(*_: object) -> None:
        counts[PHASE[0]] += 1

    def commit(_: object) -> None:
        counts["commits"] += PHASE[0] != "other"

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "commit", commit)
    try:
        yield counts
    finally:
        event.remove(database.engine, "before_cursor_execute", statement)
        event.remove(database.engine, "commit", commit)


def size(database: Database) -> int:
    """Bytes of all tables and indexes, without what is free."""
    if database.is_sqlite:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.sqlite"
            raw = database.engine.raw_connection()
            raw.cursor().execute("VACUUM INTO ?", [str(copy)])
            raw.close()
            return copy.stat().st_size
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL"))
        query = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
        where = " AND relnamespace = 'public'::regnamespace"
        return int(connection.execute(text(query + where)).scalar_one())


def say(name: str, value: float, unit: str, **more: float) -> None:
    """Print one figure, with what else belongs to it."""
    beside = {key: round(one, 3) for key, one in more.items()}
    line = {"name": name, "value": round(value, 3), "unit": unit, **beside}
    print(orjson.dumps(line).decode(), flush=True)


if __name__ == "__main__":
    main()
