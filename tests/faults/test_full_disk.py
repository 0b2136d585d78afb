from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.models import Case, Job, Person, Task, TaskStatus
from engine.tasks import complete_task
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall
from tests.faults.story import check_file, check_whole, open_office, rows

ROOM = 40  # pages, of 4 kB each
# every table that starting and completing write to
WRITTEN = ("number_series", "case_file", "task", "event", "job")
TIMER_WRITES = ("case_file", "event", "job")
_FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device'
    USING ERRCODE = 'disk_full';
END $$
"""


@contextmanager
def small_disk(database: Database, room: int) -> Iterator[None]:
    """SQLite gets room for so many more pages, and not one beyond."""

    def limit(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        if not limits:
            limits.append(pages + room)
        cursor.execute(f"PRAGMA max_page_count = {limits[0]}")
        cursor.close()

    limits: list[int] = []
    event.listen(database.engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", limit)
        database.dispose()  # the limit is the connection's


def start(session: Session, clock: Clock) -> str:
    version = current_version(session, procedure_by_key(session, "permit"))
    return TownHall(session, clock()).start(version, name="Rosa " * 300).number


def complete_first(session: Session, clock: Clock, by: Person) -> None:
    task = session.scalars(
        select(Task).where(Task.status == TaskStatus.OPEN.value).order_by(Task.case_id).limit(1)
    ).one()
    complete_task(session, task.id, {"a": 1}, by=by, at=clock())


def test_a_full_disk_stops_work_but_loses_none(sqlite_database: Database, clock: Clock) -> None:
    database = sqlite_database
    people = open_office(database, clock(), "ana")
    numbers: list[str] = []
    refused: list[str] = []
    with small_disk(database, ROOM):
        for _ in range(300):
            try:
                numbers.append(database.write(lambda session: start(session, clock)))
                database.write(lambda session: complete_first(session, clock, people[0]))
            except OperationalError as full:
                refused.append(str(full))
                if len(refused) == 5:
                    break
        assert len(refused) == 5, "the disk never filled"
        assert all("database or disk is full" in reason for reason in refused)
        with database.reading() as session:  # reading still works
            assert set(session.scalars(select(Case.number))) == set(numbers)
            check_whole(session, at=clock())
    numbers.append(database.write(lambda session: start(session, clock)))  # and so does writing
    with database.reading() as session:
        assert set(session.scalars(select(Case.number))) == set(numbers)
        check_whole(session, at=clock())
        check_file(session)
    print(f"survived {len(refused)} commands on a full disk; {len(numbers)} cases whole")


@pytest.mark.postgres
@pytest.mark.parametrize("command", ["start", "complete", "timer"])
def test_postgres_without_room_in_any_table_leaves_nothing_behind(
    postgres_database: Database, clock: Clock, command: str
) -> None:
    database = postgres_database
    people = open_office(database, clock(), "ana")
    database.write(lambda session: start(session, clock))
    if command == "timer":
        database.write(lambda session: complete_first(session, clock, people[0]))
        clock.advance(days=3)
    commands: dict[str, Callable[[Session], Any]] = {
        "start": lambda session: start(session, clock),
        "complete": lambda session: complete_first(session, clock, people[0]),
    }
    before = rows(database)
    refused = []
    for table in TIMER_WRITES if command == "timer" else WRITTEN:
        with full_table(database, table):
            if command == "timer":
                _try_timers(database, clock)
                assert _timers(database) == 1
                continue
            try:
                database.write(commands[command])
            except DBAPIError as full:
                refused.append(getattr(full.orig, "sqlstate", ""))
                assert rows(database) == before
            else:
                before = rows(database)  # it needs nothing in this table
    if command == "timer":
        clock.advance(hours=2)
        Worker(database, clock).run_until_idle()
        assert _timers(database) == 0
    else:
        assert len(refused) >= 3
        assert set(refused) == {"53100"}
        print(f"{command}: survived {len(refused)} tables without room")
    with database.reading() as session:
        check_whole(session, at=clock() + timedelta(hours=1))


@contextmanager
def full_table(database: Database, table: str) -> Iterator[None]:
    """PostgreSQL says 53100 (disk_full) at every write to this table."""
    trigger = f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table}"
    with database.engine.begin() as connection:
        connection.execute(text(_FULL))
        connection.execute(text(f"{trigger} FOR EACH ROW EXECUTE FUNCTION disk_full()"))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION disk_full() CASCADE"))


def _try_timers(database: Database, clock: Clock) -> None:
    # Where not even the job's lease can be written, the worker says so and goes on later.
    with suppress(DBAPIError):
        Worker(database, clock).run_once()
    clock.advance(hours=2)  # past every lease and pause


def _timers(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0
