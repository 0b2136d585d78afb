from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.cases import CaseEnded
from engine.errors import NotFound
from engine.events import holding
from engine.history import positions, timeline, variables
from engine.interventions.undo import (
    CaseWentOn,
    LeftTheHouse,
    NothingToUndo,
    is_undoable,
    undo_completion,
)
from engine.models import Case, Job, Person, Role, Task, Version
from engine.record.facts import verify_chain
from engine.tasks import claim_task, complete_task, saved_answers
from tests.engine.office import TWO_TASKS, TownHall, diagram


@pytest.fixture
def ana(hall: TownHall) -> Person:
    return hall.person("ana", "Front desk", "Board")


@pytest.fixture
def version(hall: TownHall, ana: Person) -> Version:
    return hall.publish(TWO_TASKS, by=ana)


def complete(hall: TownHall, case: Case, token: int, by: Person, **answers: object) -> str:
    task_id = f"{case.id}-{token}"
    complete_task(hall.session, task_id, answers, by=by, at=hall.at)
    hall.at += timedelta(seconds=5)
    return task_id


def test_an_undone_completion_leaves_the_case_as_it_stood(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = hall.start(version, by=ana, area=40)
    task_id = complete(hall, case, 2, ana, area=50, ok=True)
    task = undo_completion(hall.session, task_id, by=ana, at=hall.at)
    assert (task.status, task.assignee_id, task.ended_at) == ("open", ana.id, None)
    assert hall.session.get_one(Task, (case.id, 3)).status == "cancelled"
    assert positions(hall.session, case) == ["receive"]
    assert variables(hall.session, case) == {"area": 40}
    assert saved_answers(hall.session, task_id, ana) == {"area": 50, "ok": True}
    assert timeline(hall.session, case)[-1].type == "task_reopened"
    assert verify_chain(hall.session, case.id) > 0
    # and it goes on as if nothing had been
    complete(hall, case, 2, ana, area=60)
    assert positions(hall.session, case) == ["decide"]


def test_what_somebody_has_begun_is_not_taken_away(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = hall.start(version, by=ana)
    task_id = complete(hall, case, 2, ana)
    claim_task(hall.session, f"{case.id}-3", by=ana, at=hall.at)
    with pytest.raises(CaseWentOn):
        undo_completion(hall.session, task_id, by=ana, at=hall.at)


def test_only_the_last_completion_and_only_once(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = hall.start(version, by=ana)
    task_id = complete(hall, case, 2, ana)
    undo_completion(hall.session, task_id, by=ana, at=hall.at)
    with pytest.raises(NothingToUndo):
        undo_completion(hall.session, task_id, by=ana, at=hall.at)
    first = complete(hall, case, 2, ana)
    assert (
        hall.session.get_one(Task, (case.id, 3)).status == "cancelled"
    )  # its number is not used again
    complete(hall, case, 4, ana)
    with pytest.raises(CaseEnded):
        undo_completion(hall.session, first, by=ana, at=hall.at)


def test_others_do_not_undo_but_who_is_in_charge_does(
    hall: TownHall, ana: Person, version: Version
) -> None:
    hall.person("beto", "Front desk")
    chief = hall.person("chief", "Front desk", "Board", roles=(Role.MANAGER,))
    case = hall.start(version, by=ana)
    task_id = complete(hall, case, 2, ana)
    with pytest.raises(NotFound):
        undo_completion(hall.session, task_id, by=hall.people["beto"], at=hall.at)
    assert undo_completion(hall.session, task_id, by=chief, at=hall.at).assignee_id == ana.id


def test_a_message_that_left_cannot_be_called_back(hall: TownHall, ana: Person) -> None:
    model = diagram(
        '<startEvent id="s"/><userTask id="a"/><intermediateThrowEvent id="m" name="Tell">'
        '<messageEventDefinition messageRef="msg"/></intermediateThrowEvent><userTask id="b"/>'
        '<endEvent id="e"/>',
        flows="s>a a>m m>b b>e",
        roots='<message id="msg" name="Tell"/>',
    )
    case = hall.start(hall.publish(model, by=ana), by=ana)
    task_id = complete(hall, case, 2, ana)
    assert not is_undoable(hall.session, task_id)  # and is not offered
    with pytest.raises(LeftTheHouse):
        undo_completion(hall.session, task_id, by=ana, at=hall.at)


def test_a_condition_that_the_completion_met_is_waited_for_again(
    hall: TownHall, ana: Person
) -> None:
    model = diagram(
        '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/>'
        '<intermediateCatchEvent id="c"><conditionalEventDefinition><condition>ok = true</condition>'
        '</conditionalEventDefinition></intermediateCatchEvent><userTask id="d"/><endEvent id="e"/>',
        flows="s>g g>a g>c c>d a>b b>e d>e",
    )
    case = hall.start(hall.publish(model, by=ana), by=ana)
    task = hall.session.scalars(select(Task).where(Task.element_id == "a")).one()
    task_id = complete(hall, case, task.token, ana, ok=True)
    assert positions(hall.session, case) == ["b", "d"]
    assert is_undoable(hall.session, task_id)
    undo_completion(hall.session, task_id, by=ana, at=hall.at)
    assert positions(hall.session, case) == ["a", "c"]
    held = [fact.type for fact in holding(timeline(hall.session, case))]
    assert held == ["case_started", "task_opened"]
    complete(hall, case, task.token, ana, ok=True)
    assert positions(hall.session, case) == ["b", "d"]


def test_a_timer_that_the_completion_stopped_runs_again(hall: TownHall, ana: Person) -> None:
    model = diagram(
        '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="t" attachedToRef="a">'
        "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"
        '</boundaryEvent><userTask id="late"/><userTask id="b"/><endEvent id="e"/>',
        flows="s>a a>b b>e t>late late>e",
    )
    case = hall.start(hall.publish(model, by=ana), by=ana)
    set_at = hall.session.scalars(select(Job.run_at)).one()
    task = hall.session.scalars(select(Task).where(Task.case_id == case.id)).one()
    task_id = complete(hall, case, task.token, ana)
    assert hall.session.scalars(select(Job)).all() == []
    undo_completion(hall.session, task_id, by=ana, at=hall.at)
    assert hall.session.scalars(select(Job.run_at)).one() == set_at
