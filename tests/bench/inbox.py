"""What an inbox with counts takes among a million open tasks, as a ratio to a thousand: heavy, only with --all.

Each filter is asked by a clerk of two offices, the manager of twenty and an operator, in every scope and order, of both
databases by turns; of each question the least CPU of some rounds counts, of the questions the 95th percentile. One
filter's share of a thousand tasks is less than a page. So that the same list is compared, both are asked for as many
rows as the smaller has, a page at most; `whole_page` is the ratio, with its CPU and rows, of the page of fifty that a
person sees among a million, set against the smaller's few rows.

Seen on 30 November 2026 with neighbours (load 3 to 10, which doubles every time; two and three rounds), all questions
together: 1.39 on SQLite (32 → 45 ms), 1.37 on PostgreSQL (31 → 42); whole pages 1.43 and 1.46. Over 1.5 with equally
many rows on SQLite: task 2.04, overdue 1.86, two_fields 1.77, field_some 1.68, applicant_common 1.60, field_common
1.58; on PostgreSQL: task 2.31 and field_not 1.65, in which it read the whole table (60 to 70 ms of such a list). Since
then it reads each queue in order up to an end (4 to 9 ms), measured for single lists only. Most of a list's time at a
thousand tasks is to put its statements together (7 of 9 ms): its compiled statements are found, its expressions are
made anew; kept by shape they would spare that on both sides, and make the ratio larger.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

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
Taken = tuple[float, int]  # CPU seconds, rows shown
T = TypeVar("T")
Both = tuple[T, T]  # of a thousand tasks and of a million
Found = tuple[
    Taken, Taken, Taken
]  # of a thousand, as many rows of a million, and a whole page of them
Question = Callable[[Database, Person, int], Taken]  # asked for so many rows
PAGE = TaskQuery().limit
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
        folder = Path(tempfile.mkdtemp())
        try:
            compare("sqlite", *(f"sqlite:///{folder / str(count)}" for count in (FEW, MANY)))
        finally:
            shutil.rmtree(folder)
    if "sqlite" in sys.argv:
        return
    try:
        with postgres_server("bench") as server:
            names = [f"inbox_{count}" for count in (FEW, MANY)]
            compare("postgres", *(server.create(name) for name in names))
            for name in names:
                server.drop(name)
    except PostgresUnavailable as reason:
        skip("postgres", str(reason))


def compare(kind: str, few: str, many: str) -> None:
    """Fill two databases and print what each filter takes in the one and in the other."""
    databases = Database(few), Database(many)
    people = [fill(one, count) for one, count in zip(databases, (FEW, MANY), strict=True)]
    say(kind, databases, list(zip(*people, strict=True)))
    for one in databases:
        one.dispose()


def say(kind: str, databases: Both[Database], people: list[Both[Person]]) -> None:
    """Print the ratio of each filter and of all together, with the times it comes from."""
    everything: list[Found] = []
    for name, said in FILTERS.items():
        found = [
            least(databases, who, partial(look, query=query))
            for who in people
            for query in queries(said)
        ]
        print_ratio(f"inbox_{name}_1m_vs_1k_p95_ratio_{kind}", found)
        everything += found
    mine = [
        least(databases, who, partial(look_at_mine, query=query))
        for who in people
        for query in MINE
    ]
    print_ratio(f"inbox_{MY_CASES}_1m_vs_1k_p95_ratio_{kind}", mine)
    print_ratio(f"inbox_1m_vs_1k_p95_ratio_{kind}", everything)


def least(databases: Both[Database], people: Both[Person], question: Question) -> Found:
    """The least that a question takes of both, asked by turns: so both meet the same seconds of a shared machine."""
    (few, many), (one, other) = databases, people
    _seconds, shown = question(few, one, PAGE)
    rows = max(1, min(shown, PAGE))
    rounds = []
    for _ in range(ROUNDS):
        same = question(few, one, rows), question(many, other, rows)
        rounds.append((*same, same[1] if rows == PAGE else question(many, other, PAGE)))
    before, after, whole = map(min, zip(*rounds, strict=True))
    return before, after, whole


def queries(said: dict[str, object]) -> Iterator[TaskQuery]:
    """A filter in every scope and order."""
    for sort in SORTS:
        for scope in SCOPES:
            yield TaskQuery(scope=scope, sort=sort, **said)  # type: ignore[arg-type]


def look(database: Database, person: Person, rows: int, *, query: TaskQuery) -> Taken:
    """What a first page of so many rows with its counts takes."""
    asked = replace(query, limit=rows)
    with database.reading() as session:
        began = cpu(session)
        page, _counts = inbox(session, person, asked, at=AT)
        return cpu(session) - began, len(page.rows)


def look_at_mine(database: Database, person: Person, rows: int, *, query: CaseQuery) -> Taken:
    """What a first page of one's own cases takes, with who has to do what in them."""
    asked = replace(query, limit=rows)
    with database.reading() as session:
        began = cpu(session)
        found = cases(session, person, asked)
        open_tasks_in(session, person, [row.id for row in found.rows])
        return cpu(session) - began, len(found.rows)


def cpu(session: Session) -> float:
    """CPU seconds so far of this thread and, of PostgreSQL, of the process that serves its connection."""
    driver: Any = session.connection().connection.driver_connection
    if session.get_bind().dialect.name == "sqlite":
        return time.thread_time()
    nanoseconds = Path(f"/proc/{driver.info.backend_pid}/schedstat").read_text().split()[0]
    return time.thread_time() + int(nanoseconds) / 1e9


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


def print_ratio(name: str, found: list[Found]) -> None:
    """One line; `rows` are how many the pages show on average, among few and among many."""
    taken = list(zip(*found, strict=True))
    before, after, whole = (
        statistics.quantiles([seconds for seconds, _rows in one], n=20)[-1] for one in taken
    )
    few, many, full = (round(statistics.mean(rows for _seconds, rows in one), 1) for one in taken)
    line = {
        "name": name,
        "value": round(after / before, 3),
        "unit": "ratio",
        "cpu_ms": [round(before * 1000, 2), round(after * 1000, 2)],
        "rows": [few, many],
        "whole_page": [round(whole / before, 3), round(whole * 1000, 2), full],
    }
    print(orjson.dumps(line).decode(), flush=True)


def skip(kind: str, reason: str) -> None:
    """Say that a figure was not measured, and why."""
    line = {"name": f"inbox_1m_vs_1k_p95_ratio_{kind}", "skipped": reason}
    print(orjson.dumps(line).decode(), flush=True)


if __name__ == "__main__":
    main()
