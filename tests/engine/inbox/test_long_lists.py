"""Inboxes too long to be looked through at once show every task once and in order, and agree with a plain reading."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import event, select

from engine.cases import Applicant, start_case
from engine.deployments import set_home_office
from engine.inbox.counts import Count
from engine.inbox.filters import SCOPES, FieldAsked, Scope, Sort, TaskQuery
from engine.inbox.keys import microseconds, renew_keys
from engine.inbox.order import ORDERS, Place
from engine.inbox.worklists import next_tasks, open_tasks, task_counts
from engine.models import CaseField, Office, Person, Procedure, Task, TaskStatus
from engine.routing.assignment import may_work
from engine.tasks import claim_task
from tests.engine.office import TownHall, diagram

LONG: dict[str, dict[str, Any]] = {
    "two fields": {
        "fields": (FieldAsked("trade", "is", "bakery"), FieldAsked("area", "at_least", "4"))
    },
    "two ranges": {
        "fields": (FieldAsked("area", "at_least", "4"), FieldAsked("area", "at_most", "4"))
    },
    "not a value": {"fields": (FieldAsked("trade", "is_not", "bakery"),)},
    "due": {"due_days": 3, "fields": (FieldAsked("trade", "is", "bakery"),)},
    "free": {"procedure_key": "p1"},
}


ORDERED: tuple[tuple[Scope, Sort], ...] = (
    ("all", "due"),
    ("all", "opened"),
    ("unassigned", "priority"),
)


@pytest.fixture
def crowd(hall: TownHall) -> list[Person]:
    """Thirty tasks over four offices, with a clerk of two of them, a manager of all and an operator."""
    sheet = {"case": {"fields": ["trade", "area"]}}
    offices = [hall.office(f"Office {number}", below="Top") for number in range(4)]
    people = [
        hall.person("carla", "Office 1", "Office 2"),
        hall.person("olga", roles=("operator",)),
    ]
    versions = []
    for number in range(4):
        model = DUE.replace(b"P1D", f"P{number}D".encode())
        version = hall.publish(model, key=f"p{number % 3}", sheet=sheet)
        procedure = hall.session.get_one(Procedure, version.procedure_id)
        set_home_office(hall.session, procedure, offices[number].id)
        versions.append(version)
    people.append(hall.person("mario", "Top", roles=("manager",)))
    chance = random.Random(7)
    for number in range(30):
        hall.at += timedelta(minutes=1)
        answers = {"trade": chance.choice(["bakery", "cinema"]), "area": chance.randrange(9)}
        rosa = Applicant(f"Rosa {number}")
        version = chance.choice(versions)
        case = start_case(hall.session, version, answers, applicant=rosa, by=None, at=hall.at)
        found = hall.session.scalars(select(Task).where(Task.case_id == case.id)).one()
        found.priority = chance.choice([50, 51, 90])
        if chance.random() < 0.3 and may_work(hall.session, people[0], found):
            claim_task(hall.session, found.id, by=people[0], at=hall.at)
        renew_keys(hall.session, case)
    return people


@pytest.mark.parametrize(
    ("what", "few_keys"), [*((what, 3) for what in LONG), ("two fields", 200), ("free", 200)]
)
def test_what_is_looked_through_part_by_part_is_shown_once_and_in_order(
    hall: TownHall, crowd: list[Person], monkeypatch: pytest.MonkeyPatch, what: str, few_keys: int
) -> None:
    asked = [
        (person, TaskQuery(scope=scope, sort=sort, limit=9, **LONG[what]))
        for person in crowd
        for scope, sort in ORDERED
    ]
    whole = [listed(hall, *one)[0] for one in asked]
    counts = [task_counts(hall.session, person, query, at=hall.at) for person, query in asked]
    for limit in ("EXAMINED", "LEAST_EXAMINED", "FEW", "FEW_OF_ALL"):
        monkeypatch.setattr(f"engine.inbox.scans.{limit}", 3)
    monkeypatch.setattr("engine.inbox.scans.FEW_KEYS", few_keys)
    for limit in ("scans.EXAMINED", "worklists.EXAMINED", "worklists.FURTHER"):
        monkeypatch.setattr(f"engine.inbox.{limit}", 1)
    cut = 0
    for (person, query), rows, known in zip(asked, whole, counts, strict=True):
        found, pages = listed(hall, person, query)
        cut += pages
        assert found == rows
        assert listed_back(hall, person, query) == rows[::-1]
        assert [
            row.id for row in islice(next_tasks(hall.session, person, query, at=hall.at), 1)
        ] == rows[:1]
        for scope, count in task_counts(hall.session, person, query, at=hall.at).items():
            assert count.number <= known[scope].number
            assert count.is_more or count == known[scope]
    assert cut > 0


def test_more_of_nobody_s_than_are_counted_are_said_to_be_more(
    hall: TownHall, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = crowd[1]  # sees all thirty, of which some are somebody's
    for limit in ("COUNT_LIMIT", "EXAMINED"):
        monkeypatch.setattr(f"engine.inbox.counts.{limit}", 12)
    counts = task_counts(hall.session, olga, TaskQuery(), at=hall.at)
    assert counts["unassigned"] == Count(12, is_more=True)


def test_a_page_that_would_stay_short_is_looked_for_further(
    hall: TownHall, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    _carla, olga, _mario = crowd
    query = TaskQuery(scope="all", limit=9, **LONG["two fields"])
    whole = [row.id for row in open_tasks(hall.session, olga, query, at=hall.at).rows]
    for limit in ("EXAMINED", "LEAST_EXAMINED", "FEW", "FEW_OF_ALL"):
        monkeypatch.setattr(f"engine.inbox.scans.{limit}", 3)
    page = open_tasks(hall.session, olga, query, at=hall.at)
    shown = [row.id for row in page.rows]
    assert len(shown) > 3  # as many as one look looks at
    assert shown == whole[: len(shown)]


def test_postgres_is_asked_for_one_queue_after_the_other_up_to_an_end(
    hall: TownHall, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    mario = crowd[2]
    for limit in ("EXAMINED", "LEAST_EXAMINED", "FEW", "FEW_OF_ALL", "FEW_KEYS"):
        monkeypatch.setattr(f"engine.inbox.scans.{limit}", 3)
    asked: list[str] = []
    engine = hall.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    open_tasks(
        hall.session,
        mario,
        TaskQuery(scope="all", sort="priority", **LONG["two fields"]),
        at=hall.at,
    )
    walks = [text for text in asked if "AS queue_walked" in text]
    # SQLite is quicker with all of them together; PostgreSQL would read the table.
    assert bool(walks) == (engine.dialect.name == "postgresql")


def read_plainly(hall: TownHall, person: Person, query: TaskQuery) -> list[str]:
    """The tasks that the query asks for, in its order, by reading every one of them: no index, no key, no limit."""
    session = hall.session
    values = {(one.case_id, one.name): one.value for one in session.scalars(select(CaseField))}
    keys = {one.id: one.key for one in session.scalars(select(Procedure))}
    own = {hall.office(name).id for name in OFFICES_OF[person.name]}
    seen = set(hall.session.scalars(select(Office.id))) if person.name == "mario" else own
    is_operator = person.name == "olga"

    def is_meant(task: Task) -> bool:
        is_seen = is_operator or task.queue_id in seen
        in_scope = {
            "mine": task.assignee_id == person.id,
            "office": task.queue_id in own,
            "unassigned": is_seen and task.assignee_id is None,
            "all": is_seen or task.assignee_id == person.id,
        }
        day = (hall.at + timedelta(days=1 + (query.due_days or 0))).date()
        is_due = query.due_days is None or (task.due_at is not None and task.due_at.date() < day)
        is_of = query.procedure_key in (None, keys[task.procedure_id])
        has_fields = all(
            compares(values.get((task.case_id, one.name), ""), one) for one in query.fields
        )
        return in_scope[query.scope] and is_due and is_of and has_fields

    tasks = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).all()
    down = query.sort == "priority"
    by = {"due": "due_order", "opened": "opened_at", "priority": "priority"}[query.sort]
    found = [task for task in tasks if is_meant(task)]
    found.sort(key=lambda task: (getattr(task, by), task.case_id, task.token), reverse=down)
    return [task.id for task in found]


def compares(value: str, asked: FieldAsked) -> bool:
    """What a field asked means, in plain words."""
    if asked.compare == "is_not":
        return value != asked.value
    if asked.compare == "is":
        return value == asked.value
    if not value:
        return False
    number, bound = float(value), float(asked.value)
    return number >= bound if asked.compare == "at_least" else number <= bound


OFFICES_OF = {"carla": ("Office 1", "Office 2"), "olga": (), "mario": ("Top",)}


@pytest.mark.parametrize("what", [*LONG, "one field", "nothing", "one range"])
def test_lists_and_counts_agree_with_reading_every_task(
    hall: TownHall, crowd: list[Person], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    said = LONG.get(what) or ASKED[what]
    agree(hall, crowd, said, is_cut=False)
    for limit in ("EXAMINED", "LEAST_EXAMINED", "FEW", "FEW_OF_ALL"):
        monkeypatch.setattr(f"engine.inbox.scans.{limit}", 3)
    agree(hall, crowd, said, is_cut=True)


def agree(hall: TownHall, people: list[Person], said: dict[str, Any], *, is_cut: bool) -> None:
    """Lists in every scope and order, and counts, are what reading every task says; `is_cut`: at least so many."""
    for person in people:
        wanted = {}
        for scope in SCOPES:
            for sort in ORDERS:
                query = TaskQuery(scope=scope, sort=sort, limit=9, **said)
                wanted[scope] = read_plainly(hall, person, query)
                assert listed(hall, person, query)[0] == wanted[scope], (person.name, scope, sort)
        for scope, count in task_counts(
            hall.session, person, TaskQuery(**said), at=hall.at
        ).items():
            number = len(wanted[scope])
            assert count.number == number or (count.is_more and count.number < number)
            assert is_cut or not count.is_more


ASKED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one field": {"fields": (FieldAsked("trade", "is", "cinema"),)},
    "one range": {"fields": (FieldAsked("area", "at_least", "5"),)},
}


def listed(hall: TownHall, person: Person, query: TaskQuery) -> tuple[list[str], int]:
    """The tasks of every page, and how many of the pages were cut."""
    found, cut = [], 0
    while True:
        page = open_tasks(hall.session, person, query, at=hall.at)
        found += [row.id for row in page.rows]
        cut += page.is_cut
        if page.next is None:
            return found, cut
        query = replace(query, after=page.next, before=None)


def listed_back(hall: TownHall, person: Person, query: TaskQuery) -> list[str]:
    """The same from the end."""
    order, found = ORDERS[query.sort], []
    query = replace(query, before=order.cursor(END[query.sort]))
    while True:
        page = open_tasks(hall.session, person, query, at=hall.at)
        found += [row.id for row in reversed(page.rows)]
        if page.previous is None:
            return found
        query = replace(query, before=page.previous)


END: dict[Sort, Place] = {
    "due": (2**60, 2**60, 1),
    "opened": (microseconds(datetime(2099, 1, 1, tzinfo=UTC)), 2**60, 1),
    "priority": (-1, 2**60, 1),
}
DUE = diagram(
    '<startEvent id="s"/><userTask id="t" name="T" e:dueDate="P1D"/><endEvent id="e"/>',
    flows="s>t t>e",
)
