from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.cases import cancel_case, resume_case, suspend_case
from engine.database import Database
from engine.facts import verify_chain
from engine.history import timeline, variables
from engine.incidents import open_incidents, release, resolve, retry
from engine.jobs import MOST_ATTEMPTS, take
from engine.messages import publish
from engine.models import Case, CaseStatus, Incident, Job, Task, TaskStatus, Version
from engine.people import person_by_name
from engine.tasks import complete_task
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
WAIT_A_DAY = diagram(
    '<startEvent id="s"/><intermediateCatchEvent id="pause">'
    + TIMER.format("P1D")
    + '</intermediateCatchEvent><userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>pause pause>t t>e",
)
DEADLINE = diagram(
    '<startEvent id="s"/><userTask id="t" name="Answer"/>'
    '<boundaryEvent id="late" attachedToRef="t">'
    + TIMER.format("P2D")
    + '</boundaryEvent><endEvent id="ok" name="Answered"/><endEvent id="no" name="Too late"/>',
    flows="s>t t>ok late>no",
)
SERVICE = diagram(
    '<startEvent id="s"/><serviceTask id="call" name="Call" e:topic="registry"/><endEvent id="e"/>',
    flows="s>call call>e",
)


class Bench:
    """A town hall over a database whose transactions are committed, with a worker and a clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.connectors: dict[str, Any] = {}

    @contextmanager
    def hall(self) -> Iterator[TownHall]:
        with self.database.transaction() as session:
            yield TownHall(session, self.clock())

    def worker(self, **more: Any) -> Worker:
        return Worker(self.database, self.clock, connectors=self.connectors, **more)

    def count(self, *asked: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(*asked)) or 0

    def case(self, case_id: int) -> Case:
        with self.database.reading() as session:
            return session.get_one(Case, case_id)


@pytest.fixture
def bench(database: Database, clock: Clock) -> Bench:
    return Bench(database, clock)


def started(bench: Bench, model: bytes, **answers: Any) -> int:
    with bench.hall() as hall:
        hall.office("Office")
        olga = hall.person("olga", "Office", roles=("operator", "civil_servant"))
        return hall.start(hall.publish(model, by=olga), by=olga, **answers).id


def facts(bench: Bench, case_id: int) -> list[str]:
    with bench.database.reading() as session:
        verify_chain(session, case_id)
        return [entry.type for entry in timeline(session, session.get_one(Case, case_id))]


def test_a_timer_fires_when_it_is_due_and_only_once(bench: Bench) -> None:
    case_id = started(bench, WAIT_A_DAY)
    assert bench.worker().run_until_idle() == 0
    bench.clock.advance(days=1)
    assert bench.worker().run_until_idle() == 1
    assert bench.worker().run_until_idle() == 0
    assert facts(bench, case_id) == ["case_started", "timer_set", "timer_fired", "task_opened"]
    assert bench.count(Job.id > 0) == 0


def test_a_deadline_takes_the_task_away(bench: Bench) -> None:
    case_id = started(bench, DEADLINE)
    bench.clock.advance(days=2)
    bench.worker().run_until_idle()
    assert bench.case(case_id).outcome == "Too late"
    assert bench.count(Task.status == TaskStatus.CANCELLED) == 1


def test_an_answer_in_time_takes_the_timer_away(bench: Bench) -> None:
    case_id = started(bench, DEADLINE)
    with bench.hall() as hall:
        olga = person_by_name(hall.session, "olga")
        task = hall.session.scalars(select(Task)).one()
        assert olga is not None
        complete_task(hall.session, task.id, {}, by=olga, at=bench.clock())
    assert bench.case(case_id).outcome == "Answered"
    assert bench.count(Job.id > 0) == 0


def test_a_killed_workers_job_is_taken_over_when_its_lease_ends(bench: Bench) -> None:
    case_id = started(bench, WAIT_A_DAY)
    bench.clock.advance(days=1)
    with bench.database.transaction() as session:
        assert len(take(session, worker="killed", at=bench.clock())) == 1
    assert bench.worker().run_until_idle() == 0
    bench.clock.advance(minutes=3)
    assert bench.worker().run_until_idle() == 1
    assert "timer_fired" in facts(bench, case_id)


def test_a_clock_set_back_an_hour_holds_up_no_lease_for_long(bench: Bench) -> None:
    case_id = started(bench, WAIT_A_DAY)
    bench.clock.advance(days=1, hours=1)
    with bench.database.transaction() as session:
        take(session, worker="killed", at=bench.clock())
    bench.clock.advance(hours=-1)
    assert bench.worker().run_until_idle() == 1
    assert "timer_fired" in facts(bench, case_id)


def test_a_suspended_case_sleeps_and_wakes_with_its_timers(bench: Bench) -> None:
    case_id = started(bench, WAIT_A_DAY)
    with bench.database.transaction() as session:
        suspend_case(session, case_id, "in court", by=None, at=bench.clock())
    bench.clock.advance(days=3)
    assert bench.worker().run_until_idle() == 0
    with bench.database.transaction() as session:
        resume_case(session, case_id, "decided", by=None, at=bench.clock())
    assert bench.worker().run_until_idle() == 1


def test_a_cancelled_case_leaves_no_job(bench: Bench) -> None:
    case_id = started(bench, WAIT_A_DAY)
    with bench.database.transaction() as session:
        cancel_case(session, case_id, "withdrawn", by=None, at=bench.clock())
    assert bench.count(Job.id > 0) == 0


def test_a_service_gives_what_the_connector_gave(bench: Bench) -> None:
    bench.connectors["registry"] = lambda job: {"owner": "Rosa"}
    case_id = started(bench, SERVICE)
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.status, variables(session, case)) == (CaseStatus.COMPLETED, {"owner": "Rosa"})


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


MESSAGES = '<message id="m1" name="Paid"/><message id="m2" name="Order"/>'
AWAITS = diagram(
    '<startEvent id="s"/><intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m1"/>'
    '</intermediateCatchEvent><userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>paid paid>t t>e",
    roots=MESSAGES,
)
THROWS = diagram(
    '<startEvent id="s"/><intermediateThrowEvent id="pay"><messageEventDefinition messageRef="m1"/>'
    '</intermediateThrowEvent><endEvent id="e"/>',
    flows="s>pay pay>e",
    roots=MESSAGES,
    process_id="q",
)
STARTED_BY = diagram(
    '<startEvent id="s"><messageEventDefinition messageRef="m1"/></startEvent>'
    '<userTask id="t" name="T"/><endEvent id="e"/>',
    flows="s>t t>e",
    roots=MESSAGES,
    process_id="r",
)


def test_a_message_goes_to_the_case_it_names(bench: Bench) -> None:
    started(bench, AWAITS)
    with bench.hall() as hall:
        version = hall.session.get_one(Case, hall.session.scalars(select(Case.id)).one()).version_id
        second = hall.start(hall.session.get_one(Version, version))
        told = publish(
            hall.session, "Paid", {"case": second.number}, {"sum": 5}, by=None, at=hall.at
        )
        assert told.case_id == second.id
        assert variables(hall.session, second) == {"sum": 5}
        assert (
            publish(hall.session, "Paid", {"case": "none"}, {}, by=None, at=hall.at).case_id is None
        )


def test_a_message_that_comes_early_is_kept_for_its_time_to_live(bench: Bench) -> None:
    with bench.database.transaction() as session:
        for ttl in (timedelta(hours=1), timedelta(days=2)):
            told = publish(
                session, "Paid", {}, {"ttl": ttl.days}, ttl=ttl, by=None, at=bench.clock()
            )
            assert told.is_buffered
    bench.clock.advance(hours=2)
    case_id = started(bench, AWAITS)
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        assert variables(session, session.get_one(Case, case_id)) == {"ttl": 2}


def test_a_thrown_message_reaches_the_waiting_case(bench: Bench) -> None:
    case_id = started(bench, AWAITS)
    with bench.hall() as hall:
        hall.start(hall.publish(THROWS, key="payer", process_id="q"))
    bench.worker().run_until_idle()
    assert "message_received" in facts(bench, case_id)


def test_a_thrown_message_starts_a_case_in_the_same_conversation(bench: Bench) -> None:
    with bench.hall() as hall:
        hall.publish(STARTED_BY, key="receiver", process_id="r")
        first = hall.start(hall.publish(THROWS, key="payer", process_id="q"))
    bench.worker().run_until_idle()
    with bench.database.reading() as session:
        second = session.scalars(select(Case).where(Case.id != first.id)).one()
        assert (second.channel, second.conversation_id) == ("message", first.id)
        assert second.applicant_name == first.applicant_name


def test_pools_of_one_file_talk_over_its_message_flows(bench: Bench) -> None:
    talk = (
        b'<process id="bank" isExecutable="true"><startEvent id="asked"><messageEventDefinition/></startEvent>'
        b'<userTask id="check" name="Check"/><sendTask id="tell"/><endEvent id="be"/>'
        b'<sequenceFlow id="b1" sourceRef="asked" targetRef="check"/>'
        b'<sequenceFlow id="b2" sourceRef="check" targetRef="tell"/>'
        b'<sequenceFlow id="b3" sourceRef="tell" targetRef="be"/></process>'
        b'<collaboration id="c"><participant id="p1" processRef="p"/><participant id="p2" processRef="bank"/>'
        b'<messageFlow id="ask" sourceRef="order" targetRef="asked"/>'
        b'<messageFlow id="told" sourceRef="tell" targetRef="answer"/></collaboration></definitions>'
    )
    office = diagram(
        '<startEvent id="s"/><sendTask id="order"/><receiveTask id="answer"/><endEvent id="e"/>',
        flows="s>order order>answer answer>e",
    ).replace(b"</definitions>", talk)
    with bench.hall() as hall:
        hall.office("Office")
        olga = hall.person("olga", "Office")
        hall.publish(office, key="bank", process_id="bank", by=olga)
        buyers = [hall.start(hall.publish(office, key="office", by=olga)) for _ in range(2)]
        numbers = [buyer.id for buyer in buyers]
    bench.worker().run_until_idle()
    with bench.hall() as hall:
        asked = hall.session.scalars(select(Case).where(Case.channel == "message")).all()
        assert {case.conversation_id for case in asked} == set(numbers)
        second = next(case for case in asked if case.conversation_id == numbers[1])
        task = hall.session.scalars(select(Task).where(Task.case_id == second.id)).one()
        complete_task(hall.session, task.id, {}, by=olga, at=bench.clock())
    bench.worker().run_until_idle()
    # the answer comes to who asked, not to who waits longest
    assert [bench.case(number).status for number in numbers] == ["open", "completed"]


def test_a_signal_is_heard_by_every_case_that_listens(bench: Bench) -> None:
    signal = '<signal id="g" name="Alarm"/>'
    listens = diagram(
        '<startEvent id="s"/><intermediateCatchEvent id="c"><signalEventDefinition signalRef="g"/>'
        '</intermediateCatchEvent><endEvent id="e"/>',
        flows="s>c c>e",
        roots=signal,
    )
    shouts = diagram(
        '<startEvent id="s"/><endEvent id="c"><signalEventDefinition signalRef="g"/></endEvent>',
        flows="s>c",
        roots=signal,
        process_id="q",
    )
    with bench.hall() as hall:
        version = hall.publish(listens)
        heard = [hall.start(version).id for _ in range(3)]
        hall.start(hall.publish(shouts, key="shouts", process_id="q"))
    bench.worker().run_until_idle()
    assert [bench.case(case_id).status for case_id in heard] == [CaseStatus.COMPLETED] * 3


def test_a_timer_start_begins_cases_and_is_replaced_by_a_new_version(bench: Bench) -> None:
    daily = diagram(
        '<startEvent id="s"><timerEventDefinition><timeCycle>R3/P1D</timeCycle>'
        '</timerEventDefinition></startEvent><userTask id="t" name="T"/><endEvent id="e"/>',
        flows="s>t t>e",
    )
    with bench.hall() as hall:
        hall.publish(daily)
        hall.publish(daily)
    for _ in range(5):
        bench.clock.advance(days=1)
        bench.worker().run_until_idle()
    assert bench.count(Case.channel == "timer") == 3


def test_a_worker_stops_when_told(bench: Bench) -> None:
    stop = Event()
    thread = Thread(target=bench.worker().run_forever, args=(stop,), kwargs={"poll_seconds": 0.01})
    case_id = started(bench, WAIT_A_DAY)
    bench.clock.advance(days=1)
    thread.start()
    for _ in range(500):
        if bench.count(Job.id > 0) == 0:
            break
        stop.wait(0.01)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert "timer_fired" in facts(bench, case_id)


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


def test_two_timers_of_one_case_that_are_due_together_both_fire(bench: Bench) -> None:
    both = diagram(
        '<startEvent id="s"/><parallelGateway id="split"/>'
        + "".join(
            f'<intermediateCatchEvent id="{name}">{TIMER.format("P1D")}</intermediateCatchEvent>'
            f'<userTask id="{name}_t" name="T"/>'
            for name in ("a", "b")
        )
        + '<endEvent id="e"/>',
        flows="s>split split>a split>b a>a_t b>b_t a_t>e b_t>e",
    )
    with bench.hall() as hall:
        version = hall.publish(both)
        cases = [hall.start(version).id for _ in range(3)]
    bench.clock.advance(days=1)
    assert bench.worker().run_until_idle() == 6
    assert [facts(bench, case_id).count("timer_fired") for case_id in cases] == [2, 2, 2]
    assert bench.count(Job.id > 0) == 0
