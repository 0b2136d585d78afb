"""What open tasks are found by agrees with what tasks and cases say, whatever happened to them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases import Applicant, start_case
from engine.deployments import match_lanes, set_home_office
from engine.inbox.filters import FieldAsked, TaskQuery
from engine.inbox.keys import renew_keys
from engine.inbox.scans import Way
from engine.inbox.worklists import open_tasks, task_counts
from engine.interventions.mending import correct_data
from engine.interventions.undo import undo_completion
from engine.models import Case, Person, Procedure, Task, TaskKey, TaskStatus, Version
from engine.tasks import claim_task, complete_task, follow_up, return_task, set_priority
from tests.engine.office import TownHall, diagram

FORM = {
    "type": "default",
    "id": "f",
    "components": [
        {
            "type": "select",
            "key": "trade",
            "label": "Trade",
            "values": [
                {"label": "Bakery", "value": "bakery"},
                {"label": "Fish market", "value": "fish market"},
            ],
        },
        {"type": "number", "key": "area", "label": "Area"},
        {"type": "datetime", "key": "opens", "dateLabel": "Opens"},
    ],
}
# Two tasks at once after the first, so that one stays open while the other answers.
MODEL = diagram(
    '<startEvent id="s"/><userTask id="t" name="T" e:formKey="f"/><parallelGateway id="fork"/>'
    '<userTask id="u" name="U" e:formKey="f"/><userTask id="v" name="V"/>'
    '<parallelGateway id="join"/><userTask id="w" name="W"/><endEvent id="e"/>',
    flows="s>t t>fork fork>u fork>v u>join v>join join>w w>e",
    lanes='<laneSet id="l"><lane id="l1" name="Desk"><flowNodeRef>t</flowNodeRef></lane></laneSet>',
)


@pytest.fixture
def ana(hall: TownHall) -> Person:
    return hall.person("ana", "Office", "Desk")


@pytest.fixture
def version(hall: TownHall, ana: Person) -> Version:
    return hall.publish(MODEL, by=ana, forms={"f": FORM})


def begin(
    hall: TownHall, version: Version, name: str, ana: Person | None = None, **answers: Any
) -> Case:
    case = start_case(hall.session, version, {}, applicant=Applicant(name), by=None, at=hall.at)
    if ana is not None:
        complete_task(hall.session, f"{case.id}-2", answers, by=ana, at=hall.at)
    return case


def task(hall: TownHall, case: Case, element_id: str) -> Task:
    return hall.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.element_id == element_id)
    ).one()


def kept(hall: TownHall) -> set[tuple[object, ...]]:
    hall.session.flush()
    rows = hall.session.execute(select(*TaskKey.__table__.c))
    return {tuple(row) for row in rows}


def check(hall: TownHall) -> None:
    """The keys are those that would be written now, and only open tasks have any."""
    before = kept(hall)
    for case in hall.session.scalars(select(Case)):
        renew_keys(hall.session, case)
    assert kept(hall) == before
    opened = hall.session.execute(
        select(Task.case_id, Task.token).where(Task.status == TaskStatus.OPEN)
    )
    assert {row[:2] for row in before} == {tuple(row) for row in opened}


def test_keys_follow_a_case_from_task_to_task(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = begin(hall, version, "Rosa Ñahui", ana, trade="bakery", area=12)
    check(hall)
    complete_task(
        hall.session,
        task(hall, case, "u").id,
        {"trade": "fish market", "area": 90, "opens": "2026-05-01"},
        by=ana,
        at=hall.at,
    )
    check(hall)  # V is found by what U answered
    complete_task(hall.session, task(hall, case, "v").id, {}, by=ana, at=hall.at)
    check(hall)
    complete_task(hall.session, task(hall, case, "w").id, {}, by=ana, at=hall.at)
    assert kept(hall) == set()


def test_keys_follow_a_correction_and_an_undone_completion(
    hall: TownHall, ana: Person, version: Version
) -> None:
    olga = hall.person("olga", roles=("operator",))
    case = begin(hall, version, "Rosa", ana, trade="bakery")
    correct_data(hall.session, case.id, {"area": 5}, reason="measured", by=olga, at=hall.at)
    check(hall)
    complete_task(hall.session, task(hall, case, "u").id, {"area": 7}, by=ana, at=hall.at)
    undo_completion(hall.session, task(hall, case, "u").id, by=ana, at=hall.at)
    check(hall)


def test_keys_follow_a_priority(hall: TownHall, ana: Person, version: Version) -> None:
    mario = hall.person("mario", "Desk", roles=("manager",))
    first, last = begin(hall, version, "Rosa"), begin(hall, version, "Eva")
    set_priority(hall.session, task(hall, first, "t").id, 90, by=mario, at=hall.at)
    check(hall)
    query = TaskQuery(scope="all", sort="priority", procedure_key="permit")
    rows = open_tasks(hall.session, mario, query, at=hall.at).rows
    assert [row.case_id for row in rows] == [first.id, last.id]


def test_keys_follow_a_review_and_a_day_to_look_again(hall: TownHall, ana: Person) -> None:
    beto = hall.person("beto", "Desk")
    version = hall.publish(
        MODEL, by=ana, forms={"f": FORM}, sheet={"tasks": {"t": {"review": True}}}
    )
    id = task(hall, begin(hall, version, "Rosa"), "t").id
    today, review = (
        TaskQuery(scope="all", is_follow_up=True),
        TaskQuery(scope="all", is_to_review=True),
    )

    def found(query: TaskQuery) -> list[str]:
        check(hall)
        return [row.id for row in open_tasks(hall.session, beto, query, at=hall.at).rows]

    assert (found(today), found(review)) == ([], [])
    claim_task(hall.session, id, by=ana, at=hall.at)
    follow_up(hall.session, id, hall.at.date(), by=ana, at=hall.at)
    assert (found(today), found(review)) == ([id], [])
    follow_up(hall.session, id, hall.at.date() + timedelta(days=1), by=ana, at=hall.at)
    assert (found(today), found(review)) == ([], [])
    complete_task(hall.session, id, {}, by=ana, at=hall.at)  # proposed
    assert (found(today), found(review)) == ([], [id])
    return_task(hall.session, id, "why?", by=beto, at=hall.at)
    assert (found(today), found(review)) == ([], [])
    complete_task(hall.session, id, {}, by=ana, at=hall.at)
    complete_task(hall.session, id, {}, by=beto, at=hall.at)
    assert (found(today), found(review)) == ([], [])


def test_keys_follow_a_lane_that_is_matched_and_a_procedure_that_moves(
    hall: TownHall, ana: Person
) -> None:
    version = hall.publish(MODEL)  # nobody's office
    begin(hall, version, "Rosa")
    procedure = hall.session.get_one(Procedure, version.procedure_id)
    match_lanes(hall.session, procedure, {"Desk": hall.office("Desk").id}, by=ana, at=hall.at)
    check(hall)
    other = begin(hall, version, "Eva")
    complete_task(hall.session, f"{other.id}-2", {}, by=ana, at=hall.at)
    set_home_office(hall.session, procedure, hall.office("Office").id)
    check(hall)


FILTERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "word": ({"search": "ros"}, {"Rosa One", "Rosario Two"}),
    "two words": ({"search": "TWO rosario"}, {"Rosario Two"}),
    "long word": ({"search": "maximiliana"}, {"Maximiliana Four"}),
    "another long word": ({"search": "maximiliano"}, set()),
    "no word": ({"search": "%"}, set()),
    "middle of a word": ({"search": "osario"}, set()),
    "value": ({"fields": (FieldAsked("trade", "is", "bakery"),)}, {"Rosa One", "Eva Three"}),
    "not the value": (
        {"fields": (FieldAsked("trade", "is_not", "bakery"),)},
        {"Rosario Two", "Maximiliana Four"},
    ),
    "at least": ({"fields": (FieldAsked("area", "at_least", "20"),)}, {"Rosario Two", "Eva Three"}),
    "at most": ({"fields": (FieldAsked("area", "at_most", "20.5"),)}, {"Rosa One", "Rosario Two"}),
    "day": ({"fields": (FieldAsked("opens", "at_least", "2026-05-02"),)}, {"Eva Three"}),
    "part": ({"fields": (FieldAsked("trade", "has", "mark"),)}, {"Rosario Two"}),
    "two fields": (
        {"fields": (FieldAsked("trade", "is", "bakery"), FieldAsked("area", "at_least", "20"))},
        {"Eva Three"},
    ),
    "task": ({"procedure_key": "permit", "element_id": "u"}, {"Rosa One", "Rosario Two"}),
    "other task": ({"procedure_key": "permit", "element_id": "t"}, {"Maximiliana Four"}),
    "procedure": (
        {"procedure_key": "permit"},
        {"Rosa One", "Rosario Two", "Maximiliana Four"},
    ),
    "no procedure": ({"procedure_key": "nothing"}, set()),
    "word and field": (
        {"search": "rosa", "fields": (FieldAsked("trade", "is", "bakery"),)},
        {"Rosa One"},
    ),
}


@pytest.mark.parametrize("is_walked", [False, True], ids=["by key", "walked"])
def test_every_filter_finds_its_tasks_in_every_scope_and_order(
    hall: TownHall,
    ana: Person,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    is_walked: bool,
) -> None:
    hall.person("olga", roles=("operator",))
    first = begin(hall, version, "Rosa One", ana, trade="bakery", area=12, opens="2026-05-01")
    begin(hall, version, "Rosario Two", ana, trade="fish market", area=20)
    other = hall.publish(MODEL, key="other", by=ana, forms={"f": FORM})
    begin(hall, other, "Eva Three", ana, trade="bakery", area=30, opens="2026-05-02")
    begin(hall, version, "Maximiliana Four")
    claim_task(hall.session, task(hall, first, "u").id, by=ana, at=hall.at)
    if is_walked:  # as when too many match to be sorted
        monkeypatch.setattr(
            "engine.inbox.worklists.way_of", lambda *_given, **_found: Way(None, is_sorted=False)
        )
    named = {case.id: case.applicant_name for case in hall.session.scalars(select(Case))}
    for what, (said, wanted) in FILTERS.items():
        for person, query in (
            (ana, TaskQuery(scope="all", limit=2, **said)),
            (hall.people["olga"], TaskQuery(scope="all", sort="opened", limit=2, **said)),
        ):
            found = open_tasks(hall.session, person, query, at=hall.at)
            rows = found.rows
            if found.next is not None:
                query = replace(query, limit=50, after=found.next)
                rows += open_tasks(hall.session, person, query, at=hall.at).rows
            assert {named[row.case_id] for row in rows} == wanted, what
        if is_walked:
            continue
        told = task_counts(hall.session, ana, TaskQuery(**said), at=hall.at)
        assert not any(one.is_more for one in told.values())
        counts = {scope: one.number for scope, one in told.items()}
        assert counts["all"] == counts["office"] == counts["mine"] + counts["unassigned"], what
        for scope in ("mine", "unassigned", "all"):
            query = TaskQuery(scope=scope, **said)
            assert counts[scope] == len(open_tasks(hall.session, ana, query, at=hall.at).rows), what
