"""Moving a token by hand: what would happen is told before, what happened is kept with its reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import CaseEnded, CaseSuspended, ReasonMissing, cancel_case, suspend_case
from engine.events import Happened
from engine.interventions.moves import movable_tokens, move_preview, move_token
from engine.interventions.previews import MovedMeanwhile, what_if
from engine.models import Case, DataStore, Event, Incident, Job, Person, Task, TaskStatus
from engine.record.facts import verify_chain
from engine.spiff import NoSuchElement, NotWaiting
from engine.tasks import claim_task, complete_task
from engine.visibility import managed_cases
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall, diagram

TIMED = diagram(
    '<startEvent id="start"/><userTask id="receive" name="Receive"/>'
    '<boundaryEvent id="late" name="Too late" attachedToRef="receive"><timerEventDefinition>'
    '<timeDuration xsi:type="tFormalExpression">P3D</timeDuration></timerEventDefinition>'
    '</boundaryEvent><userTask id="decide" name="Decide"/><endEvent id="done" name="Decided"/>',
    flows="start>receive receive>decide late>done decide>done",
)


def open_names(session: Session, case: Case) -> list[str]:
    return list(
        session.scalars(
            select(Task.name).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        )
    )


def token_of(session: Session, case: Case) -> int:
    return session.scalars(
        select(Task.token).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).one()


@pytest.fixture
def case(session: Session, hall: TownHall) -> Case:
    """A case that waits at Receive, at the front desk, with a term of three days."""
    hall.person("clara", "Desk")
    hall.person("oscar", roles=("operator",))
    version = hall.publish(TIMED, by=hall.people["clara"])
    return hall.start(version)


def test_a_skipped_task_leaves_the_worklist_and_the_next_one_enters(
    session: Session, hall: TownHall, case: Case, clock: Clock
) -> None:
    token = token_of(session, case)
    move_token(
        session, case.id, token, "decide", "Received by post", by=hall.people["oscar"], at=clock()
    )
    assert open_names(session, case) == ["Decide"]
    gone = session.get_one(Task, (case.id, token))
    assert gone.status == TaskStatus.CANCELLED


def test_a_moved_token_takes_its_timers_along(
    session: Session, hall: TownHall, case: Case, clock: Clock
) -> None:
    assert session.scalar(select(Job.id)) is not None
    move_token(session, case.id, token_of(session, case), "decide", "Post", by=None, at=clock())
    assert session.scalar(select(Job.id)) is None


def test_going_back_opens_the_task_anew_with_a_new_term(
    session: Session, hall: TownHall, case: Case, clock: Clock
) -> None:
    first = session.get_one(Task, (case.id, token_of(session, case)))
    complete_task(session, first.id, {}, by=hall.people["clara"], at=clock())
    clock.advance(days=1)
    move_token(session, case.id, token_of(session, case), "receive", "Typo", by=None, at=clock())
    assert open_names(session, case) == ["Receive"]
    assert session.scalars(select(Job.run_at)).one() == clock() + timedelta(days=3)


def test_the_reason_is_kept_and_the_chain_whole(
    session: Session, hall: TownHall, case: Case, clock: Clock
) -> None:
    token = token_of(session, case)
    move_token(session, case.id, token, "decide", " Post ", by=hall.people["oscar"], at=clock())
    fact = session.scalars(select(Event).where(Event.type == Happened.TOKEN_MOVED)).one()
    assert fact.data is not None
    assert (fact.data["reason"], fact.data["to"]) == ("Post", "decide")
    assert fact.by_id == hall.people["oscar"].id
    assert verify_chain(session, case.id) == case.last_seq


def test_a_move_needs_a_reason(session: Session, case: Case, clock: Clock) -> None:
    with pytest.raises(ReasonMissing):
        move_token(session, case.id, token_of(session, case), "decide", "  ", by=None, at=clock())


def test_the_preview_says_whose_inbox_and_which_term(
    session: Session, hall: TownHall, case: Case, clock: Clock
) -> None:
    task = session.get_one(Task, (case.id, token_of(session, case)))
    claim_task(session, task.id, by=hall.people["clara"], at=clock())
    told = move_preview(session, case, task.token, "decide", at=clock())
    assert [(w.name, w.office_name, w.assignee_name) for w in told.leaving] == [
        ("Receive", "Desk", "Clara")
    ]
    assert [(w.name, w.office_name) for w in told.opening] == [("Decide", "Desk")]
    assert [(t.name, t.due_at) for t in told.stopping] == [
        ("Too late", clock() + timedelta(days=3))
    ]


def test_a_preview_changes_nothing(session: Session, case: Case, clock: Clock) -> None:
    before = (case.revision, case.last_seq, case.state)
    move_preview(session, case, token_of(session, case), "done", at=clock())
    session.flush()
    session.refresh(case, ["state", "revision", "last_seq"])
    assert (case.revision, case.last_seq, case.state) == before
    assert open_names(session, case) == ["Receive"]


def test_a_preview_tells_how_the_case_would_end(session: Session, case: Case, clock: Clock) -> None:
    told = move_preview(session, case, token_of(session, case), "done", at=clock())
    assert (told.status, told.outcome) == ("completed", "Decided")


def test_a_preview_leaves_data_stores_alone(session: Session, hall: TownHall, clock: Clock) -> None:
    model = diagram(
        '<dataStoreReference id="ref" dataStoreRef="book"/><startEvent id="start"/>'
        '<userTask id="a" name="A"/><scriptTask id="note" name="Note"><script>entry = 1</script>'
        '<dataOutputAssociation id="o"><sourceRef>entry</sourceRef><targetRef>ref</targetRef>'
        '</dataOutputAssociation></scriptTask><endEvent id="done"/>',
        flows="start>a a>note note>done",
        roots='<dataStore id="book" name="Book"/>',
    )
    case = hall.start(hall.publish(model))
    token = token_of(session, case)
    move_preview(session, case, token, "note", at=clock())
    assert session.scalar(select(DataStore.name)) is None
    move_token(session, case.id, token, "note", "Skip", by=None, at=clock())
    assert session.scalar(select(DataStore.name)) is not None


def test_a_case_that_moved_meanwhile_is_not_moved(
    session: Session, hall: TownHall, case: Case, clock: Clock
) -> None:
    token = token_of(session, case)
    told = move_preview(session, case, token, "decide", at=clock())
    claim_task(session, f"{case.id}-{token}", by=hall.people["clara"], at=clock())
    with pytest.raises(MovedMeanwhile):
        move_token(session, case.id, token, "done", "Late", seen=told.revision, by=None, at=clock())
    assert open_names(session, case) == ["Receive"]


def test_only_places_of_the_diagram_are_offered_and_taken(
    session: Session, case: Case, clock: Clock
) -> None:
    (movable,) = movable_tokens(session, case, at=clock())
    assert {place.element_id for place in movable.places} == {"start", "decide", "done"}
    assert {place.element_id for place in movable.places if place.is_passed} == {"start"}
    for wrong in ("late", "nowhere", ""):
        with pytest.raises(NoSuchElement):
            move_token(session, case.id, movable.token, wrong, "Why", by=None, at=clock())
    with pytest.raises(NotWaiting):
        move_token(session, case.id, 999, "decide", "Why", by=None, at=clock())


def test_a_case_that_is_over_or_suspended_is_not_moved(
    session: Session, case: Case, clock: Clock
) -> None:
    token = token_of(session, case)
    suspend_case(session, case.id, "Strike", by=None, at=clock())
    with pytest.raises(CaseSuspended):
        move_token(session, case.id, token, "decide", "Why", by=None, at=clock())
    cancel_case(session, case.id, "Withdrawn", by=None, at=clock())
    assert movable_tokens(session, case, at=clock()) == []
    with pytest.raises(CaseEnded):
        move_token(session, case.id, token, "decide", "Why", by=None, at=clock())


def test_cancelling_is_told_before(session: Session, case: Case, clock: Clock) -> None:
    told = what_if(session, case.id, lambda execution: execution.cancel(clock()), at=clock())
    assert [work.name for work in told.leaving] == ["Receive"]
    assert [term.name for term in told.stopping] == ["Too late"]
    assert told.status == "cancelled"


def test_moving_away_mends_the_incident_of_the_place(
    session: Session, hall: TownHall, clock: Clock
) -> None:
    model = diagram(
        '<startEvent id="start"/><userTask id="a" name="A"/>'
        '<exclusiveGateway id="x" name="X"/><userTask id="b" name="B"/><endEvent id="done"/>'
        '<sequenceFlow id="x_b" sourceRef="x" targetRef="b"><conditionExpression>n + "a" &gt; 1'
        "</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="x_done" sourceRef="x" targetRef="done"><conditionExpression>'
        "number(n) &gt; 2</conditionExpression></sequenceFlow>"
        '<serviceTask id="ask" name="Ask" e:topic="registry"/>',
        flows="start>ask ask>a a>x b>done",
    )
    case = hall.start(hall.publish(model))
    (movable,) = movable_tokens(session, case, at=clock())
    session.add(
        Incident(
            case_id=case.id,
            number=1,
            kind="job_failed",
            element_id="ask",
            token=movable.token,
            message="no answer",
            raised_at=clock(),
        )
    )
    session.flush()
    move_token(session, case.id, movable.token, "a", "By phone", by=None, at=clock())
    incident = session.get_one(Incident, (case.id, 1))
    assert (incident.resolved_at, incident.resolution) == (clock(), "By phone")
    assert session.scalar(select(Job.id)) is None


@pytest.mark.parametrize(
    ("name", "is_in_charge"),
    [("oscar", True), ("marta", True), ("jefe", True), ("otro", False), ("clara", False)],
)
def test_who_is_in_charge_of_a_case(
    session: Session, hall: TownHall, name: str, is_in_charge: bool
) -> None:
    hall.office("Desk", below="Town")
    people = {
        "clara": hall.person("clara", "Desk"),
        "oscar": hall.person("oscar", roles=("operator",)),
        "marta": hall.person("marta", "Desk", roles=("manager",)),
        "jefe": hall.person("jefe", "Town", roles=("manager",)),
        "otro": hall.person("otro", "Parks", roles=("manager",)),
    }
    version = hall.publish(TWO_TASKS, by=people["clara"])
    case = hall.start(version)
    found = session.scalar(select(Case.id).where(Case.id == case.id, managed_cases(people[name])))
    assert (found is not None) is is_in_charge


def test_a_manager_is_not_in_charge_of_their_own_request(session: Session, hall: TownHall) -> None:
    marta: Person = hall.person("marta", "Desk", roles=("manager",))
    case = hall.start(hall.publish(TWO_TASKS, by=marta))
    case.applicant_id = marta.id
    session.flush()
    assert session.scalar(select(Case.id).where(managed_cases(marta))) is None


def called(session: Session, hall: TownHall) -> tuple[Case, int, int]:
    """A case in a called process, with the tokens of the task there and of the call."""
    clara = hall.person("clara", "Desk")
    inner = diagram(
        '<startEvent id="start" name="In"/><userTask id="ask" name="Ask"/>'
        '<userTask id="decide" name="Decide inside"/><endEvent id="done"/>',
        flows="start>ask ask>decide decide>done",
    )
    hall.publish(inner, key="inner", by=clara)
    outer = diagram(
        '<startEvent id="start"/><callActivity id="call" name="Opinion" calledElement="inner"/>'
        '<userTask id="decide" name="Decide"/><endEvent id="done" name="Decided"/>',
        flows="start>call call>decide decide>done",
    )
    case = hall.start(hall.publish(outer, key="outer", by=clara))
    inside, call = movable_tokens(session, case, at=hall.at)
    assert (inside.element_id, inside.name, call.element_id, call.kind) == (
        "ask",
        "Ask",
        "call",
        "call",
    )
    assert [(place.element_id, place.name) for place in inside.places] == [
        ("start", "In"),
        ("decide", "Decide inside"),
        ("done", "done"),
    ]
    assert [place.name for place in call.places] == ["start", "Decide", "Decided"]
    return case, inside.token, call.token


def test_a_process_called_several_times_is_left_once(
    session: Session, hall: TownHall, clock: Clock
) -> None:
    clara = hall.person("clara", "Desk")
    inner = '<startEvent id="s"/><userTask id="ask" name="Ask"/><endEvent id="e"/>'
    hall.publish(diagram(inner, flows="s>ask ask>e"), key="inner", by=clara)
    outer = (
        '<startEvent id="s"/><callActivity id="call" name="Opinion" calledElement="inner">'
        "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>"
        '</multiInstanceLoopCharacteristics></callActivity><userTask id="decide" name="Decide"/>'
        '<endEvent id="e"/>'
    )
    case = hall.start(hall.publish(diagram(outer, flows="s>call call>decide decide>e"), by=clara))
    assert open_names(session, case) == ["Ask"] * 3
    (call,) = [one for one in movable_tokens(session, case, at=clock()) if one.kind == "call"]
    assert call.name == "Opinion"
    told = move_preview(session, case, call.token, "decide", at=clock())
    assert [one.name for one in told.leaving] == ["Ask"] * 3
    move_token(session, case.id, call.token, "decide", "Not needed", by=None, at=clock())
    assert open_names(session, case) == ["Decide"]


def test_what_waits_in_a_called_process_is_moved_in_its_own_diagram(
    session: Session, hall: TownHall, clock: Clock
) -> None:
    case, inside, _ = called(session, hall)
    told = move_preview(session, case, inside, "decide", at=clock())
    assert [one.name for one in told.opening] == ["Decide inside"]
    move_token(session, case.id, inside, "decide", "Asked by phone", by=None, at=clock())
    assert open_names(session, case) == ["Decide inside"]
    fact = session.scalars(
        select(Event).where(Event.case_id == case.id, Event.type == Happened.TOKEN_MOVED)
    ).one()
    assert (fact.element_id, (fact.data or {})["to_name"]) == ("ask", "Decide inside")


def test_a_case_is_taken_out_of_a_called_process_and_back_into_it(
    session: Session, hall: TownHall, clock: Clock
) -> None:
    case, _, call = called(session, hall)
    told = move_preview(session, case, call, "decide", at=clock())
    assert ([one.name for one in told.leaving], [one.name for one in told.opening]) == (
        ["Ask"],
        ["Decide"],
    )
    move_token(session, case.id, call, "decide", "Not needed", by=None, at=clock())
    assert open_names(session, case) == ["Decide"]
    move_token(
        session, case.id, token_of(session, case), "call", "Needed after all", by=None, at=clock()
    )
    assert open_names(session, case) == ["Ask"]
