"""What broke in a case waits for an operator, who retries, settles or releases it, and holds up nobody else."""

from typing import Any

import pytest
from sqlalchemy import select

from engine.incidents import open_incidents, release, resolve, retry
from engine.interventions.moves import movable_tokens, move_token
from engine.jobs import MOST_ATTEMPTS
from engine.models import Case, CaseStatus, Incident, Job, Task, TaskStatus
from engine.tasks import complete_task
from tests.engine.bench import SERVICE, WAIT_A_DAY, Bench, facts, started
from tests.engine.office import diagram


def test_a_service_that_keeps_failing_becomes_an_incident_and_can_be_retried(bench: Bench) -> None:
    def broken(job: Job) -> dict[str, Any]:
        raise OSError("no route to the registry")

    bench.connectors["registry"] = broken
    case_id = started(bench, SERVICE)
    for _ in range(MOST_ATTEMPTS):
        assert bench.worker().run_once() == 1
        assert bench.worker().run_once() == 0  # there is a pause after each failure
        bench.clock.advance(hours=2)
    assert bench.worker().run_once() == 0
    with bench.hall() as hall:
        boss = hall.person("boss", roles=("operator",))
        incident = open_incidents(hall.session, boss)[0]
        assert (incident.kind, incident.element_id) == ("job_failed", "call")
        assert "no route" in incident.message
        retry(hall.session, case_id, incident.number, "it is back", by=boss, at=bench.clock())
    bench.connectors["registry"] = lambda job: {}
    bench.worker().run_until_idle()
    assert bench.case(case_id).status == CaseStatus.COMPLETED
    assert facts(bench, case_id)[-4:] == [
        "incident_raised",
        "incident_resolved",
        "service_completed",
        "case_completed",
    ]


def test_a_service_without_a_connector_can_be_done_by_hand(bench: Bench) -> None:
    case_id = started(bench, SERVICE)
    bench.worker().run_until_idle()
    with bench.hall() as hall:
        boss = hall.person("boss", roles=("operator",))
        resolve(
            hall.session, case_id, 1, "asked by phone", data={"owner": "R"}, by=boss, at=hall.at
        )
    assert bench.case(case_id).status == CaseStatus.COMPLETED
    assert bench.count(Job.id > 0) == 0


def test_a_join_that_waits_in_vain_is_an_incident_that_can_be_released(bench: Bench) -> None:
    model = diagram(
        '<startEvent id="s"/><userTask id="t" name="T"/><exclusiveGateway id="x" default="x_a"/>'
        '<task id="a" name="A"/><task id="b" name="B"/><parallelGateway id="j"/><endEvent id="e"/>',
        flows="s>t t>x x>a x>b a>j b>j j>e",
    ).replace(
        b'sourceRef="x" targetRef="b"/>',
        b'sourceRef="x" targetRef="b"><conditionExpression>no = true</conditionExpression>'
        b"</sequenceFlow>",
    )
    case_id = started(bench, model)
    with bench.hall() as hall:
        boss = hall.person("boss", "Office", roles=("operator", "civil_servant"))
        for element in ("t", "a"):
            task = hall.session.scalars(select(Task).where(Task.element_id == element)).one()
            complete_task(hall.session, task.id, {}, by=boss, at=hall.at)
        incident = hall.session.scalars(select(Incident)).one()
        assert (incident.kind, incident.element_id) == ("stuck", "j")
        release(hall.session, case_id, incident.number, "B is not needed", by=boss, at=hall.at)
    assert bench.case(case_id).status == CaseStatus.COMPLETED
    assert "incident_raised" in facts(bench, case_id)


def test_one_case_that_cannot_be_moved_holds_up_no_other_timer(bench: Bench) -> None:
    with bench.hall() as hall:
        version = hall.publish(WAIT_A_DAY)
        cases = [hall.start(version).id for _ in range(12)]
    with bench.database.transaction() as session:
        session.get_one(Case, cases[3]).state = b"damaged"
    bench.clock.advance(days=1)
    assert bench.worker().run_until_idle() == 12
    assert bench.count(Task.status == TaskStatus.OPEN) == 11
    for case_id in set(cases) - {cases[3]}:
        assert facts(bench, case_id)[-2:] == ["timer_fired", "task_opened"]
    with bench.database.reading() as session:
        left = session.scalars(select(Job)).one()
        assert (left.case_id, left.attempts, left.is_dead) == (cases[3], 1, False)
    for _ in range(MOST_ATTEMPTS):
        bench.clock.advance(hours=2)
        bench.worker().run_until_idle()
    assert bench.count(Incident.case_id == cases[3], Incident.kind == "job_failed") == 1


SEVERAL = (
    "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
    "</multiInstanceLoopCharacteristics>"
)


@pytest.mark.parametrize("several", ["", SEVERAL])
def test_what_broke_inside_a_called_process_is_settled_when_it_is_left_by_hand(
    bench: Bench, several: str
) -> None:
    outer = diagram(
        f'<startEvent id="s"/><callActivity id="c" calledElement="called">{several}</callActivity>'
        '<userTask id="hand" name="By hand"/><endEvent id="e"/>',
        flows="s>c c>hand hand>e",
    )
    with bench.hall() as hall:
        hall.publish(SERVICE, key="called")
        case_id = hall.start(hall.publish(outer)).id
    bench.worker().run_until_idle()
    assert bench.count(Incident.resolved_at.is_(None)) == (2 if several else 1)
    with bench.hall() as hall:
        case = hall.session.get_one(Case, case_id)
        (call,) = [o for o in movable_tokens(hall.session, case, at=hall.at) if o.kind == "call"]
        move_token(hall.session, case_id, call.token, "hand", "By phone", by=None, at=hall.at)
    assert bench.count(Incident.resolved_at.is_(None)) == 0
    assert bench.count(Incident.resolution != "By phone") == 0
    assert bench.count(Job.id > 0) == 0


@pytest.mark.parametrize("together", [1, 2])
def test_what_broke_is_settled_when_the_case_leaves_it_by_a_timer(
    bench: Bench, together: int
) -> None:
    drawn = diagram(
        '<startEvent id="s"/><serviceTask id="call" name="Call" e:topic="registry"/>'
        '<endEvent id="e"/><boundaryEvent id="late" attachedToRef="call"><timerEventDefinition>'
        "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<userTask id="hand" name="By hand"/>',
        flows="s>call call>e late>hand",
    )
    with bench.hall() as hall:
        version = hall.publish(drawn)
        for _ in range(together):
            hall.start(version)
    bench.worker().run_until_idle()
    assert bench.count(Incident.resolved_at.is_(None)) == together
    bench.clock.advance(days=1)
    bench.worker().run_until_idle()
    assert bench.count(Task.status == TaskStatus.OPEN.value) == together
    assert bench.count(Incident.resolved_at.is_(None)) == 0
