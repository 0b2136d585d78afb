"""What broke in a case waits for an operator, who retries, settles or releases it, and holds up nobody else."""

from typing import Any

from sqlalchemy import select

from engine.incidents import open_incidents, release, resolve, retry
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
