"""What broke inside a case is corrected and tried again, with a reason, in the open."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import jobs
from engine.cases import ReasonMissing, cancel_case
from engine.errors import NotFound
from engine.events import Happened
from engine.history import variables
from engine.incidents import AlreadyResolved, StillHeld, job_failed, open_incidents, resolve
from engine.interventions.mending import (
    again_preview,
    broken,
    correct_data,
    incident_count,
    incidents_of,
    locals_of,
    try_again,
)
from engine.interventions.previews import MovedMeanwhile
from engine.models import Case, Event, Incident, Job, Task, TaskStatus
from engine.record.facts import verify_chain
from engine.spiff import NotWaiting
from engine.tasks import complete_task
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

ROUNDS = diagram(
    '<startEvent id="start"/><userTask id="ask" name="Ask how many"/>'
    '<userTask id="each" name="Check each"><multiInstanceLoopCharacteristics>'
    '<loopCardinality xsi:type="tFormalExpression">shops</loopCardinality>'
    '</multiInstanceLoopCharacteristics></userTask><endEvent id="done"/>',
    flows="start>ask ask>each each>done",
)
OVER_A_LIST = diagram(
    '<startEvent id="start"/><userTask id="each" name="Check each">'
    '<multiInstanceLoopCharacteristics e:collection="shops" e:item="shop"/></userTask>'
    '<endEvent id="done"/>',
    flows="start>each each>done",
)
CALLS = diagram(
    '<startEvent id="start"/><serviceTask id="ask" name="Ask the registry" e:topic="registry"/>'
    '<userTask id="read" name="Read"/><endEvent id="done"/>',
    flows="start>ask ask>read read>done",
)
FORK = diagram(
    '<startEvent id="start"/><exclusiveGateway id="x"/><userTask id="a" name="A"/>'
    '<parallelGateway id="join" name="Both"/><userTask id="b" name="B"/>'
    '<endEvent id="done"/>',
    flows="start>x a>join x>b b>join join>done",
).replace(
    b'<sequenceFlow id="x_b" sourceRef="x" targetRef="b"/>',
    b'<sequenceFlow id="x_b" sourceRef="x" targetRef="b"/>'
    b'<sequenceFlow id="x_a" sourceRef="x" targetRef="a"><conditionExpression>yes'
    b"</conditionExpression></sequenceFlow>",
)


@pytest.fixture
def hall_of_three(hall: TownHall) -> TownHall:
    hall.person("clara", "Desk")
    hall.person("marta", "Desk", roles=("manager",))
    hall.person("oscar", roles=("operator",))
    hall.person("otto", "Parks", roles=("manager",))
    return hall


def failed_call(session: Session, hall: TownHall, clock: Clock) -> Case:
    """A case whose call to another machine was given up."""
    case = hall.start(hall.publish(CALLS, by=hall.people["clara"]))
    jobs.take(session, worker="w", at=clock())
    job = session.scalars(select(Job)).one()
    dead = jobs.fail(session, job.id, "no answer", worker="w", is_final=True, at=clock())
    assert dead is not None
    job_failed(session, dead, "no answer", at=clock())
    return case


def broken_rounds(session: Session, hall: TownHall, clock: Clock) -> Case:
    """A case that cannot go on because there would be too many rounds."""
    case = hall.start(hall.publish(ROUNDS, by=hall.people["clara"]), shops=5000)
    token = session.scalars(select(Task.token).where(Task.case_id == case.id)).one()
    complete_task(session, f"{case.id}-{token}", {}, by=hall.people["clara"], at=clock())
    assert [one.kind for one in incidents_of(session, case)] == ["condition_failed"]
    return case


def test_corrected_data_let_the_case_go_on(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = broken_rounds(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    fixed = {"shops": 2}
    try_again(session, case.id, 1, "Mistyped", corrections=fixed, by=oscar, at=clock())
    names = session.scalars(
        select(Task.name).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).all()
    assert names == ["Check each"] * 2
    assert incidents_of(session, case) == []
    assert verify_chain(session, case.id) == case.last_seq


def test_what_breaks_again_is_an_incident_again(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = broken_rounds(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    before = incidents_of(session, case)[0]
    preview = again_preview(session, before, at=clock())
    assert preview is not None
    assert [what.startswith("Check each: ") for what in preview.breaking] == [True]
    try_again(session, case.id, 1, "More", corrections={"shops": 6000}, by=oscar, at=clock())
    (anew,) = incidents_of(session, case)
    assert (anew.number, anew.token) == (2, before.token)
    assert before.resolution == "More"
    try_again(session, case.id, 2, "Mistyped", corrections={"shops": 2}, by=oscar, at=clock())
    assert incidents_of(session, case) == []


def test_a_case_that_stands_still_is_not_settled_out_of_sight(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = broken_rounds(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    with pytest.raises(StillHeld):
        resolve(session, case.id, 1, "By telephone", by=oscar, at=clock())
    assert len(incidents_of(session, case)) == 1


def test_a_correction_keeps_what_was_known_before(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = broken_rounds(session, hall_of_three, clock)
    correct_data(session, case.id, {"shops": 1}, "Mistyped", by=None, at=clock())
    fact = session.scalars(select(Event).where(Event.type == Happened.DATA_CORRECTED)).one()
    assert fact.data is not None
    assert fact.data["before"] == {"shops": 5000}
    assert fact.data["answers"] == {"shops": 1}
    assert variables(session, case)["shops"] == 1


def test_the_same_data_are_no_correction(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = broken_rounds(session, hall_of_three, clock)
    seq = case.last_seq
    correct_data(session, case.id, {"shops": 5000}, "Why", by=None, at=clock())
    assert case.last_seq == seq


def test_a_failed_call_is_made_again(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = failed_call(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    assert broken(session, oscar, case.id, 1).incident.message == "no answer"
    try_again(session, case.id, 1, "It is up again", by=oscar, at=clock())
    assert [job.case_id for job in jobs.take(session, worker="w", at=clock())] == [case.id]
    assert incident_count(session, oscar) == 0


def test_an_incident_is_mended_once(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = failed_call(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    try_again(session, case.id, 1, "Up", by=oscar, at=clock())
    with pytest.raises(AlreadyResolved):
        try_again(session, case.id, 1, "Up", by=oscar, at=clock())


def test_mending_needs_a_reason_and_the_case_as_it_was_seen(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = failed_call(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    with pytest.raises(ReasonMissing):
        try_again(session, case.id, 1, " ", by=oscar, at=clock())
    with pytest.raises(MovedMeanwhile):
        try_again(session, case.id, 1, "Up", seen=case.revision - 1, by=oscar, at=clock())
    assert session.get_one(Incident, (case.id, 1)).resolved_at is None


def test_an_incident_is_counted_for_who_is_in_charge(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = failed_call(session, hall_of_three, clock)
    counts = {n: incident_count(session, p) for n, p in hall_of_three.people.items()}
    assert counts == {"clara": 0, "marta": 1, "oscar": 1, "otto": 0}
    with pytest.raises(NotFound):
        broken(session, hall_of_three.people["otto"], case.id, 1)


def test_what_broke_in_a_case_that_is_over_waits_for_nobody(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = failed_call(session, hall_of_three, clock)
    oscar = hall_of_three.people["oscar"]
    assert [row.case_id for row in open_incidents(session, oscar)] == [case.id]
    cancel_case(session, case.id, "Withdrawn", by=oscar, at=clock())
    assert incident_count(session, oscar) == 0
    assert open_incidents(session, oscar) == []


def test_the_preview_of_a_release_says_which_tasks_open(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = hall_of_three.start(
        hall_of_three.publish(FORK, by=hall_of_three.people["clara"]), yes=True
    )
    token = session.scalars(select(Task.token).where(Task.case_id == case.id)).one()
    clara = hall_of_three.people["clara"]
    complete_task(session, f"{case.id}-{token}", {}, by=clara, at=clock())
    (incident,) = incidents_of(session, case)
    assert incident.kind == "stuck"
    told = again_preview(session, incident, at=clock())
    assert told is not None
    assert told.status == "completed"
    try_again(session, case.id, 1, "B is not needed", by=clara, at=clock())
    assert case.status == "completed"


def test_what_only_one_round_knows_is_corrected_and_its_task_asks_with_it(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = hall_of_three.start(
        hall_of_three.publish(OVER_A_LIST, by=hall_of_three.people["clara"]), shops=["A", "B"]
    )
    first, second = locals_of(session, case, at=clock())[-2:]
    assert (first.variables["shop"], second.variables["shop"]) == ("A", "B")
    oscar = hall_of_three.people["oscar"]
    values = {"shop": "B, corner"}
    correct_data(
        session, case.id, values, "Two of that name", token=second.token, by=oscar, at=clock()
    )
    known = {one.token: one.variables for one in locals_of(session, case, at=clock())}
    assert (known[first.token]["shop"], known[second.token]["shop"]) == ("A", "B, corner")
    assert variables(session, case) == {"shops": ["A", "B"]}
    task = session.scalars(select(Task).where(Task.token == second.token)).one()
    assert task.wait["variables"]["shop"] == "B, corner"
    told = session.scalars(select(Event).where(Event.type == Happened.DATA_CORRECTED)).one()
    assert (told.element_id, told.token) == ("each", second.token)
    assert told.data is not None
    assert told.data["before"] == {"shop": "B"}
    verify_chain(session, case.id)
    with pytest.raises(NotWaiting):
        correct_data(session, case.id, values, "Why", token=999, by=oscar, at=clock())


def test_nobody_knows_beforehand_what_another_machine_says(
    session: Session, hall_of_three: TownHall, clock: Clock
) -> None:
    case = failed_call(session, hall_of_three, clock)
    (incident,) = incidents_of(session, case)
    assert again_preview(session, incident, at=clock()) is None
