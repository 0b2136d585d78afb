"""How long an inbox with counts takes among a million open tasks, as a ratio to a thousand: heavy, only with --all.

Each filter is asked by a clerk of two offices, the manager of twenty and an operator, in every scope and order; of each
question the quickest of some rounds counts, of the questions the 95th percentile.

Seen at a load of 6 to 10. SQLite, CPU: 1.0 to 1.45, but field_not 1.65, both ranges 1.84, field_some 1.81,
two_fields and applicant_common 1.54 (20 to 40 ms: SQL is 3 to 8 of them). Tried, to the tree before: on field_not
alone half as many tasks looked at 0.98 and mmap 1.02, both together 1.33 in the same run (once, not repeated: nothing
is known of the two together); a larger cache 1.00, one statement for all queues 0.39, list and counts at once 0.7
(both kept). PostgreSQL, kept: a limit before fields 1,890 → 22 ms, keys counted alone 233 → 7,
the index's order 52 → 10.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlalchemy import text

import engine.models  # noqa: F401  the tables must be known before they are created
from engine.case_list import CaseQuery, cases, open_tasks_in
from engine.database import Base, Database
from engine.inbox.filters import SCOPES, FieldAsked, Sort, TaskQuery
from engine.inbox.worklists import inbox
from engine.models import Person
from engine.people import person_by_name
from tests.bench.inbox_data import OFFICES, given_name, surname, write_tasks
from tests.engine.office import TWO_TASKS, TownHall
from tests.postgres import PostgresUnavailable, postgres_server

AT = datetime(2026, 3, 2, 14, tzinfo=UTC)
ROUNDS = 3
SORTS: tuple[Sort, ...] = ("due", "opened", "priority")
FEW, MANY = 1_000, 1_000_000
FILTERS: dict[str, dict[str, object]] = {
    "none": {},
    "overdue": {"due": "overdue"},
    "due_days": {"due_days": 3},
    "procedure": {"procedure_key": "permit"},
    "procedure_rare": {"procedure_key": "exemption"},
    "task": {"procedure_key": "permit", "element_id": "decide"},
    "applicant": {"search": surname(17)},
    "applicant_common": {"search": given_name(7)},
    "case_number": {"search": "C-777"},
    "review": {"is_to_review": True},
    "field_common": {"fields": (FieldAsked("trade", "is", "bakery"),)},
    "field_some": {"fields": (FieldAsked("trade", "is", "cinema"),)},
    "field_rare": {"fields": (FieldAsked("trade", "is", "circus"),)},
    "field_not": {"fields": (FieldAsked("trade", "is_not", "bakery"),)},
    "field_range": {"fields": (FieldAsked("area", "at_least", "1000"),)},
    "field_range_rare": {"fields": (FieldAsked("area", "at_least", "1995"),)},
    "field_text": {"fields": (FieldAsked("trade", "has", "circ"),)},
    "field_due": {"due": "overdue", "fields": (FieldAsked("trade", "is", "cinema"),)},
    "two_fields": {
        "fields": (FieldAsked("trade", "is", "workshop"), FieldAsked("area", "at_most", "99"))
    },
}
MY_CASES = "my_cases"
MINE = (
    CaseQuery(is_mine=True),
    CaseQuery(is_mine=True, is_under_way=True),
    CaseQuery(is_mine=True, search=surname(17)),
    CaseQuery(is_mine=True, procedure_key="exemption"),
)


def main() -> None:
    """Print the ratios of the 95th percentiles, for SQLite and, where it runs, for PostgreSQL."""
    if "--all" not in sys.argv:
        for kind in ("sqlite", "postgres"):
            skip(kind, "heavy: make bench-all")
        return
    if "postgres" not in sys.argv:
        say("sqlite", *(seconds_sqlite(count) for count in (FEW, MANY)))
    if "sqlite" in sys.argv:
        return
    try:
        with postgres_server("bench") as server:
            found = []
            for count in (FEW, MANY):
                database = Database(server.create(f"inbox_{count}"))
                found.append(taken(database, count))
                database.dispose()
                server.drop(f"inbox_{count}")
            say("postgres", *found)
    except PostgresUnavailable as reason:
        skip("postgres", str(reason))


def seconds_sqlite(count: int) -> dict[str, list[float]]:
    """What each filter takes among so many tasks in a file."""
    folder = Path(tempfile.mkdtemp())
    try:
        database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
        found = taken(database, count)
        database.dispose()
        return found
    finally:
        shutil.rmtree(folder)


def taken(database: Database, count: int) -> dict[str, list[float]]:
    """Filter → seconds of each question: an inbox page with its counts."""
    people = fill(database, count)
    found = {
        name: [
            min(look(database, person, query) for _ in range(ROUNDS))
            for person in people
            for query in queries(said)
        ]
        for name, said in FILTERS.items()
    }
    found[MY_CASES] = [
        min(look_at_mine(database, person, query) for _ in range(ROUNDS))
        for person in people
        for query in MINE
    ]
    return found


def queries(said: dict[str, object]) -> Iterator[TaskQuery]:
    """A filter in every scope and order."""
    for sort in SORTS:
        for scope in SCOPES:
            yield TaskQuery(scope=scope, sort=sort, **said)  # type: ignore[arg-type]


def look(database: Database, person: Person, query: TaskQuery) -> float:
    """Seconds of a first page with its counts."""
    with database.reading() as session:
        began = time.perf_counter()
        inbox(session, person, query, at=AT)
        return time.perf_counter() - began


def look_at_mine(database: Database, person: Person, query: CaseQuery) -> float:
    """Seconds of a first page of one's own cases, with who has to do what in them."""
    with database.reading() as session:
        began = time.perf_counter()
        found = cases(session, person, query)
        open_tasks_in(session, person, [row.id for row in found.rows])
        return time.perf_counter() - began


def fill(database: Database, count: int) -> list[Person]:
    """So many open tasks over twenty offices, most of them nobody's; a clerk, a manager and an operator."""
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        hall = TownHall(session, AT)
        hall.office("Top")
        for number in range(OFFICES):
            hall.office(f"Office {number}", below="Top")
        clerk = hall.person("clerk", "Office 1", "Office 2")
        hall.person("manager", "Top", roles=("manager",))
        hall.person("operator", roles=("operator",))
        versions = {
            key: hall.publish(TWO_TASKS, key=key) for key in ("permit", "licence", "exemption")
        }
        write_tasks(session, hall, count, versions, clerk)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
    with database.reading() as session:
        people = [person_by_name(session, name) for name in ("clerk", "manager", "operator")]
        return [person for person in people if person is not None]


def say(kind: str, few: dict[str, list[float]], many: dict[str, list[float]]) -> None:
    """Print the ratio of each filter and of all together, with the times it comes from."""
    for name in (*FILTERS, MY_CASES):
        print_ratio(f"inbox_{name}_1m_vs_1k_p95_ratio_{kind}", few[name], many[name])
    everything = ([one for name in FILTERS for one in found[name]] for found in (few, many))
    print_ratio(f"inbox_1m_vs_1k_p95_ratio_{kind}", *everything)


def print_ratio(name: str, few: list[float], many: list[float]) -> None:
    """One line."""
    before, after = (statistics.quantiles(one, n=20)[-1] for one in (few, many))
    line = {
        "name": name,
        "value": round(after / before, 3),
        "unit": "ratio",
        "ms": [round(before * 1000, 2), round(after * 1000, 2)],
    }
    print(orjson.dumps(line).decode(), flush=True)


def skip(kind: str, reason: str) -> None:
    """Say that a figure was not measured, and why."""
    line = {"name": f"inbox_1m_vs_1k_p95_ratio_{kind}", "skipped": reason}
    print(orjson.dumps(line).decode(), flush=True)


if __name__ == "__main__":
    main()
