"""How long an inbox with counts takes among a million open tasks, as a ratio to a thousand: heavy, only with --all."""

import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlalchemy import text

import engine.models  # noqa: F401  the tables must be known before they are created
from engine.database import Base, Database
from engine.models import NEVER_DUE, Person, Version
from engine.people import person_by_name
from engine.task_filters import SCOPES, Sort, TaskQuery
from engine.worklists import open_tasks, task_counts
from tests.engine.office import TWO_TASKS, TownHall
from tests.postgres import PostgresUnavailable, postgres_server

AT = datetime(2026, 3, 2, 14, tzinfo=UTC)
OFFICES = 20
ROUNDS = 40
SORTS: tuple[Sort, ...] = ("due", "opened")
FEW, MANY = 1_000, 1_000_000


def main() -> None:
    """Print the ratios of the 95th percentiles, for SQLite and, where it runs, for PostgreSQL."""
    if "--all" not in sys.argv:
        for kind in ("sqlite", "postgres"):
            skip(kind, "heavy: make bench-all")
        return
    few, many = (seconds_sqlite(count) for count in (FEW, MANY))
    say("sqlite", few, many)
    try:
        with postgres_server("bench") as server:
            found = []
            for count in (FEW, MANY):
                database = Database(server.create(f"inbox_{count}"))
                found.append(p95(database, count))
                database.dispose()
                server.drop(f"inbox_{count}")
            say("postgres", *found)
    except PostgresUnavailable as reason:
        skip("postgres", str(reason))


def seconds_sqlite(count: int) -> float:
    """The 95th percentile among so many tasks in a file."""
    folder = Path(tempfile.mkdtemp())
    try:
        database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
        found = p95(database, count)
        database.dispose()
        return found
    finally:
        shutil.rmtree(folder)


def p95(database: Database, count: int) -> float:
    """Seconds that an inbox page with its counts takes at most, 19 times of 20; over scopes, sorts and people."""
    people = fill(database, count)
    taken = []
    for _ in range(ROUNDS):
        for person in people:
            for sort in SORTS:
                for scope in SCOPES:
                    began = time.perf_counter()
                    look(database, person, TaskQuery(scope=scope, sort=sort))
                    taken.append(time.perf_counter() - began)
    return statistics.quantiles(taken, n=20)[-1]


def look(database: Database, person: Person, query: TaskQuery) -> None:
    """The first page, the second, and the counts."""
    with database.reading() as session:
        page = open_tasks(session, person, query, at=AT)
        if page.next is not None and query.after is None:
            open_tasks(
                session, person, TaskQuery(query.scope, after=page.next, sort=query.sort), at=AT
            )
        task_counts(session, person, query, at=AT)


def fill(database: Database, count: int) -> list[Person]:
    """So many open tasks over twenty offices, most of them nobody's; a clerk, a manager and an operator."""
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        hall = TownHall(session, AT)
        hall.office("Top")
        for number in range(OFFICES):
            hall.office(f"Office {number}", below="Top")
        hall.person("clerk", "Office 1", "Office 2")
        hall.person("manager", "Top", roles=("manager",))
        hall.person("operator", roles=("operator",))
        version = hall.publish(TWO_TASKS)
        _insert(database, hall, count, version)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    with database.reading() as session:
        people = [person_by_name(session, name) for name in ("clerk", "manager", "operator")]
        return [person for person in people if person is not None]


def _insert(database: Database, hall: TownHall, count: int, version: Version) -> None:
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        if database.is_sqlite
        else "WITH n AS (SELECT i FROM generate_series(1, :count) AS i)"
    )
    opened = (
        "strftime('%Y-%m-%d %H:%M:%S.000000', 1700000000 + i * 7 % 70000000, 'unixepoch')"
        if database.is_sqlite
        else "to_timestamp(1700000000 + i::bigint * 7 % 70000000)"
    )
    started = "'2026-01-01 00:00:00.000000'"
    office = f"(SELECT id FROM office WHERE name = 'Office ' || (i % {OFFICES}))"
    values = {
        "count": count,
        "procedure": version.procedure_id,
        "version": version.id,
        "clerk": hall.people["clerk"].id,
        "never": NEVER_DUE,
    }
    hall.session.execute(
        text(
            f"INSERT INTO case_file (id, number, procedure_id, version_id, status, channel, applicant_name,"
            f" search_words, filed_on, started_at, revision, state, last_seq, last_hash) {numbers}"
            f" SELECT i, 'C-' || i, :procedure, :version, 'open', 'counter', 'Rosa ' || i,"
            f" 'c-' || i || ' rosa', '2026-01-01', {started}, 1, '', 0, '' FROM n"
        ),
        values,
    )
    hall.session.execute(
        text(
            f"INSERT INTO task (case_id, token, procedure_id, version_id, element_id, name, kind, status,"
            f" office_id, assignee_id, priority, opened_at, due_at, due_order, wait) {numbers}"
            f" SELECT i, 2, :procedure, :version, 'receive', 'Receive', 'task', 'open', {office},"
            f" CASE WHEN i % 500 = 1 THEN :clerk END, 50, {opened}, NULL,"
            f" CASE WHEN i % 4 = 0 THEN :never ELSE 1760000000 + i * 13 % 20000000 END, '{{}}' FROM n"
        ),
        values,
    )


def say(kind: str, few: float, many: float) -> None:
    """Print the ratio, with the times it comes from."""
    line = {
        "name": f"inbox_1m_vs_1k_p95_ratio_{kind}",
        "value": round(many / few, 3),
        "unit": "ratio",
        "ms": [round(few * 1000, 2), round(many * 1000, 2)],
    }
    print(orjson.dumps(line).decode(), flush=True)


def skip(kind: str, reason: str) -> None:
    """Say that a figure was not measured, and why."""
    line = {"name": f"inbox_1m_vs_1k_p95_ratio_{kind}", "skipped": reason}
    print(orjson.dumps(line).decode(), flush=True)


if __name__ == "__main__":
    main()
