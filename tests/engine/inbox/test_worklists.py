from dataclasses import replace
from datetime import timedelta

import pytest

from engine.cases import Applicant, start_case
from engine.cursors import CursorUnreadable, cursor
from engine.inbox.counts import Count
from engine.inbox.filters import Sort, TaskQuery
from engine.inbox.worklists import open_tasks, task_counts
from engine.models import Case, Person, Task, Version
from engine.tasks import assign_task, claim_task, complete_task
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

ONE_TASK = diagram(
    '<startEvent id="s"/><userTask id="t" name="T"/><endEvent id="e"/>', flows="s>t t>e"
)


def due(text: str) -> bytes:
    return ONE_TASK.replace(b'name="T"', f'name="T" e:dueDate="{text}"'.encode())


def names(hall: TownHall, person: Person, query: TaskQuery) -> list[str]:
    return [row.applicant_name for row in open_tasks(hall.session, person, query, at=hall.at).rows]


@pytest.fixture
def ana(hall: TownHall) -> Person:
    return hall.person("ana", "Office")


@pytest.fixture
def version(hall: TownHall, ana: Person) -> Version:
    return hall.publish(ONE_TASK, by=ana)


def begin(hall: TownHall, version: Version, name: str, clock: Clock | None = None) -> Task:
    at = hall.at if clock is None else clock.advance(minutes=1)
    case = start_case(hall.session, version, {}, applicant=Applicant(name), by=None, at=at)
    return hall.session.get_one(Task, (case.id, 2))


def test_an_applicant_is_found_without_accents_and_capitals(
    hall: TownHall, ana: Person, version: Version
) -> None:
    begin(hall, version, "José Ñuñez Quispe")
    begin(hall, version, "Josefa Pérez")

    def found(text: str) -> list[str]:
        return names(hall, ana, TaskQuery(scope="office", search=text))

    assert found("nunez JOSE") == ["José Ñuñez Quispe"]
    assert found("perez") == ["Josefa Pérez"]
    assert found("100%") == found("_") == []


def test_a_case_is_found_by_its_number(hall: TownHall, ana: Person, version: Version) -> None:
    begin(hall, version, "Rosa")
    eva = begin(hall, version, "Eva")
    number = hall.session.get_one(Case, eva.case_id).number
    assert names(hall, ana, TaskQuery(scope="all", search=number.lower())) == ["Eva"]


@pytest.mark.parametrize("sort", ["due", "opened", "priority"])
def test_pages_forth_and_back_show_every_task_once(
    hall: TownHall, ana: Person, version: Version, clock: Clock, sort: Sort
) -> None:
    for number in range(7):
        begin(hall, version, f"A{number}", clock)
    query = TaskQuery(scope="all", sort=sort, limit=3)
    first = open_tasks(hall.session, ana, query, at=hall.at)
    second = open_tasks(hall.session, ana, replace(query, after=first.next), at=hall.at)
    third = open_tasks(hall.session, ana, replace(query, after=second.next), at=hall.at)
    seen = [row.applicant_name for page in (first, second, third) for row in page.rows]
    assert sorted(seen) == [f"A{number}" for number in range(7)]
    assert (first.previous, third.next) == (None, None)
    back = open_tasks(hall.session, ana, replace(query, before=third.previous), at=hall.at)
    assert back.rows == second.rows
    again = open_tasks(hall.session, ana, replace(query, before=back.previous), at=hall.at)
    assert again.rows == first.rows
    assert again.previous is None
    assert again.next is not None


def test_what_is_due_first_comes_first_and_without_a_date_last(hall: TownHall, ana: Person) -> None:
    begin(hall, hall.publish(ONE_TASK, key="never", by=ana), "never")
    begin(hall, hall.publish(due("P5D"), key="later", by=ana), "later")
    begin(hall, hall.publish(due("P1D"), key="soon", by=ana), "soon")
    assert names(hall, ana, TaskQuery(scope="office")) == ["soon", "later", "never"]


def test_filters_by_procedure_and_due_date(hall: TownHall, ana: Person) -> None:
    begin(hall, hall.publish(due("PT1H"), key="soon", by=ana), "soon")
    begin(hall, hall.publish(due("P3D"), key="later", by=ana), "later")
    begin(hall, hall.publish(due("P30D"), key="far", by=ana), "far")
    assert names(hall, ana, TaskQuery(scope="office", procedure_key="far")) == ["far"]
    assert names(hall, ana, TaskQuery(scope="office", due="today")) == ["soon"]
    assert names(hall, ana, TaskQuery(scope="office", due="week")) == ["soon", "later"]
    assert names(hall, ana, TaskQuery(scope="office", due="overdue")) == []
    hall.at += timedelta(hours=2)
    assert names(hall, ana, TaskQuery(scope="office", due="overdue")) == ["soon"]


def test_counts_agree_with_the_lists(hall: TownHall, ana: Person, version: Version) -> None:
    eva = hall.person("eva", "Office")
    hall.person("olga", roles=("operator",))
    mine, hers = begin(hall, version, "a"), begin(hall, version, "b")
    begin(hall, version, "c")
    complete_task(hall.session, begin(hall, version, "d").id, {}, by=ana, at=hall.at)
    claim_task(hall.session, mine.id, by=ana, at=hall.at)
    claim_task(hall.session, hers.id, by=eva, at=hall.at)
    for person in hall.people.values():
        counts = task_counts(hall.session, person, TaskQuery(), at=hall.at)
        for scope, count in counts.items():
            assert count == Count(len(names(hall, person, TaskQuery(scope=scope))))
    assert task_counts(hall.session, ana, TaskQuery(), at=hall.at) == {
        "mine": Count(1),
        "office": Count(3),
        "unassigned": Count(1),
        "all": Count(3),
    }


def test_what_was_given_to_someone_before_they_left_the_office_stays_theirs(
    hall: TownHall, ana: Person, version: Version
) -> None:
    task = begin(hall, version, "a")
    assign_task(hall.session, task.id, ana, by=ana, at=hall.at)
    ana.memberships.clear()
    hall.session.flush()
    assert names(hall, ana, TaskQuery(scope="all")) == ["a"]
    assert names(hall, ana, TaskQuery(scope="office")) == []


@pytest.mark.parametrize(
    "forged", ["x", "!!", cursor("opened", 1, 2, 3), cursor("due", 1, 2), cursor("due", "1", 2, 3)]
)
def test_a_forged_cursor_is_refused(hall: TownHall, ana: Person, forged: str) -> None:
    with pytest.raises(CursorUnreadable):
        open_tasks(hall.session, ana, TaskQuery(after=forged), at=hall.at)
