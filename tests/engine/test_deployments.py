import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments import (
    PrefixTaken,
    current_version,
    lane_offices,
    procedure_by_key,
    version_lanes,
)
from engine.errors import NotFound
from engine.history import timeline, variables
from engine.models import DataStore, Task
from engine.spiff import NotRunnable
from engine.tasks import complete_task
from tests.engine.office import TWO_TASKS, TownHall, diagram


def test_a_new_version_is_for_new_cases_and_open_ones_keep_theirs(hall: TownHall) -> None:
    ana = hall.person("ana", "Office")
    first = hall.publish(TWO_TASKS, by=ana)
    old = hall.start(first)
    shorter = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/><endEvent id="e"/>', flows="s>t t>e"
    )
    second = hall.publish(shorter, by=ana)
    assert (first.number, second.number) == (1, 2)
    procedure = procedure_by_key(hall.session, "permit")
    assert current_version(hall.session, procedure) is second
    task = hall.session.scalars(select(Task).where(Task.case_id == old.id)).one()
    done = complete_task(hall.session, task.id, {}, by=ana, at=hall.at)
    assert done.next_task is not None
    assert done.next_task.element_id == "decide"


def test_a_diagram_that_cannot_run_is_refused_with_every_obstacle(hall: TownHall) -> None:
    broken = diagram('<userTask id="a"/><exclusiveGateway id="g"/>', flows="a>g g>a")
    with pytest.raises(NotRunnable) as refused:
        hall.publish(broken)
    assert refused.value.obstacles


def test_lanes_are_matched_with_offices_of_their_name_and_by_hand(hall: TownHall) -> None:
    hall.office("front DESK")
    version = hall.publish(TWO_TASKS)
    assert version_lanes(version) == ["Front desk", "Board"]
    assert set(lane_offices(hall.session, version.procedure)) == {"Front desk"}
    case = hall.start(version)
    task = hall.session.scalars(select(Task).where(Task.case_id == case.id)).one()
    assert task.office_id == hall.office("front DESK").id
    hall.lanes(version, Front_desk="Annex", Board="Board")
    hall.session.refresh(task)
    assert task.office_id == hall.office("Annex").id


def test_a_nested_lane_falls_to_the_office_of_the_lane_around_it(hall: TownHall) -> None:
    lanes = (
        '<laneSet id="l"><lane id="o" name="Outer"><childLaneSet id="c"><lane id="i" name="Inner">'
        "<flowNodeRef>t</flowNodeRef></lane></childLaneSet></lane></laneSet>"
    )
    model = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/><endEvent id="e"/>',
        flows="s>t t>e",
        lanes=lanes,
    )
    version = hall.publish(model)
    hall.lanes(version, Outer="Outer office")
    case = hall.start(version)
    task = hall.session.scalars(select(Task).where(Task.case_id == case.id)).one()
    assert task.office_id == hall.office("Outer office").id


def test_the_diagram_names_the_person_and_the_due_date(hall: TownHall) -> None:
    ana = hall.person("ana", "Office")
    model = diagram(
        '<startEvent id="s"/><userTask id="t" name="T" e:assignee="${clerk}" e:dueDate="P2D"'
        ' e:priority="80"/><endEvent id="e"/>',
        flows="s>t t>e",
    )
    case = hall.start(hall.publish(model), clerk="ana")
    task = hall.session.scalars(select(Task).where(Task.case_id == case.id)).one()
    assert (task.assignee_id, task.priority) == (ana.id, 80)
    assert task.due_at is not None
    assert (task.due_at - hall.at).days == 2


def test_a_gateway_without_rules_is_decided_on_the_task_before_it(hall: TownHall) -> None:
    ana = hall.person("ana", "Office")
    model = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/><exclusiveGateway id="g" name="Grant?"/>'
        '<endEvent id="yes" name="Yes"/><endEvent id="no" name="No"/>',
        flows="s>t t>g g>yes g>no",
    )
    hall.start(hall.publish(model, by=ana))
    task = hall.session.scalars(select(Task)).one()
    assert [way["id"] for way in task.wait["choices"][0]["options"]] == ["g_yes", "g_no"]
    done = complete_task(hall.session, task.id, {}, choices={"g": ["g_no"]}, by=ana, at=hall.at)
    assert done.case.outcome == "No"
    completed = timeline(hall.session, done.case)[2]
    assert completed.data["choices"] == {"g": ["g_no"]}


def test_a_decision_after_a_condition_that_fails_opens_the_same_row_anew(hall: TownHall) -> None:
    ana = hall.person("ana", "Office")
    model = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/><exclusiveGateway id="g" name="Which?"/>'
        '<endEvent id="yes" name="Yes"/><endEvent id="no" name="No"/>',
        flows="s>t t>g g>yes g>no",
    )
    for end, test in ((b"yes", b"sum > 5"), (b"no", b"sum &lt; 2")):
        model = model.replace(
            b'targetRef="' + end + b'"/>',
            b'targetRef="'
            + end
            + b'"><conditionExpression>'
            + test
            + b"</conditionExpression></sequenceFlow>",
        )
    case = hall.start(hall.publish(model, by=ana))
    task = hall.session.scalars(select(Task)).one()
    done = complete_task(hall.session, task.id, {"sum": 3}, by=ana, at=hall.at)
    decision = done.next_task
    assert decision is not None
    assert (decision.kind, decision.element_id) == ("decision", "g")
    complete_task(hall.session, decision.id, {}, choices={"g": ["g_yes"]}, by=ana, at=hall.at)
    assert case.outcome == "Yes"


def test_a_called_procedure_is_the_one_published_when_the_case_started(hall: TownHall) -> None:
    ana = hall.person("ana", "Office")
    inner = diagram(
        '<startEvent id="s"/><userTask id="check" name="Check"/><endEvent id="e"/>',
        flows="s>check check>e",
        process_id="inner",
    )
    hall.publish(inner, key="inner", process_id="inner", by=ana)
    outer = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/><callActivity id="c" calledElement="inner"/>'
        '<endEvent id="e" name="Done"/>',
        flows="s>t t>c c>e",
    )
    case = hall.start(hall.publish(outer, by=ana))
    hall.at = hall.at.replace(hour=20)
    hall.publish(
        inner.replace(b'name="Check"', b'name="Changed"'),
        key="inner",
        process_id="inner",
        by=ana,
    )
    task = hall.session.scalars(select(Task)).one()
    done = complete_task(hall.session, task.id, {}, by=ana, at=hall.at)
    assert done.next_task is not None
    assert done.next_task.name == "Check"
    complete_task(hall.session, done.next_task.id, {"ok": True}, by=ana, at=hall.at)
    assert case.outcome == "Done"


def test_there_is_no_procedure_by_a_wrong_key(session: Session) -> None:
    with pytest.raises(NotFound):
        procedure_by_key(session, "none")


def test_a_decision_table_of_the_version_decides(hall: TownHall) -> None:
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"'
        ' namespace="n"><decision id="risk" name="Risk"><variable name="Risk"/><decisionTable'
        ' hitPolicy="UNIQUE"><input><inputExpression><text>area</text></inputExpression></input>'
        "<output/><rule><inputEntry><text>&lt; 100</text></inputEntry><outputEntry>"
        '<text>"low"</text></outputEntry></rule><rule><inputEntry><text>&gt;= 100</text>'
        '</inputEntry><outputEntry><text>"high"</text></outputEntry></rule></decisionTable>'
        "</decision></definitions>"
    )
    model = diagram(
        '<startEvent id="s"/><businessRuleTask id="r" e:decision="Risk" e:resultVariable="risk"/>'
        '<userTask id="t" name="T"/><endEvent id="e"/>',
        flows="s>r r>t t>e",
    )
    case = hall.start(hall.publish(model, decisions={"risk.dmn": table}), area=250)
    assert variables(hall.session, case)["risk"] == "high"
    assert hall.session.scalars(select(DataStore)).all() == []


def test_two_procedures_do_not_number_their_cases_alike(hall: TownHall) -> None:
    hall.publish(TWO_TASKS, key="permit", sheet={"number_prefix": "LF"})
    hall.publish(TWO_TASKS, key="permit", sheet={"number_prefix": "LF"})
    with pytest.raises(PrefixTaken, match="LF-"):
        hall.publish(TWO_TASKS, key="licence", sheet={"number_prefix": "LF"})
