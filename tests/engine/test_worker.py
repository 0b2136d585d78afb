"""The worker: timers, leases, services, cases that begin by themselves, each in a transaction of its own."""

from datetime import timedelta
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import chores
from engine import worker as worker_module
from engine.cases import cancel_case, resume_case, suspend_case
from engine.history import variables
from engine.jobs import NewJob, enqueue, enqueue_all, take
from engine.models import Case, CaseStatus, Job, JobKind, Task, TaskStatus
from engine.people import person_by_name
from engine.tasks import complete_task
from engine.waking import carry_out
from engine.worker import Worker
from tests.engine.bench import SERVICE, TIMER, WAIT_A_DAY, Bench, facts, started
from tests.engine.office import diagram

DEADLINE = diagram(
    '<startEvent id="s"/><userTask id="t" name="Answer"/>'
    '<boundaryEvent id="late" attachedToRef="t">'
    + TIMER.format("P2D")
    + '</boundaryEvent><endEvent id="ok" name="Answered"/><endEvent id="no" name="Too late"/>',
    flows="s>t t>ok late>no",
)


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


def test_of_a_batch_that_failed_each_goes_alone_and_what_the_lease_has_no_time_for_is_given_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench.hall() as hall:
        version = hall.publish(WAIT_A_DAY)
        for _ in range(4):
            hall.start(version)
    bench.clock.advance(days=1)
    with bench.database.reading() as session:
        keys = list(session.scalars(select(Job.key).order_by(Job.run_at, Job.id)))
    begun: list[str] = []

    def together(_: Session, due: list[Job], **__: object) -> None:
        begun.append(f"{len(due)} together")
        raise KeyError("one of them")

    def take_a_minute(session: Session, job: Job, *given: Any, **more: Any) -> None:
        begun.append(job.key)
        carry_out(session, job, *given, **more)
        bench.clock.advance(minutes=1)

    monkeypatch.setattr(worker_module, "fire_timers", together)
    monkeypatch.setattr(worker_module, "carry_out", take_a_minute)
    assert bench.worker().run_once() == 2
    assert begun == ["4 together", *keys[:2]]
    with bench.database.reading() as session:
        left = session.scalars(select(Job).order_by(Job.run_at, Job.id)).all()
        assert [(job.key, job.attempts, job.leased_by) for job in left] == [
            (key, 0, None) for key in keys[2:]
        ]


def test_what_is_due_together_is_done_in_the_order_in_which_it_was_left(bench: Bench) -> None:
    jobs = [NewJob(JobKind.TIMER, f"timer:1:{n}", bench.clock(), {}, 1, n) for n in range(20)]
    with bench.database.transaction() as session:
        enqueue_all(session, jobs, at=bench.clock())
        taken = take(session, worker="w", at=bench.clock())
    assert [job.token for job in taken] == list(range(20))


def test_a_long_job_is_kept_while_its_worker_lives_and_taken_over_soon_after_it_was_killed(
    bench: Bench,
) -> None:
    begun: list[str] = []
    lease = timedelta(seconds=0.4)
    with bench.database.transaction() as session:
        enqueue(session, JobKind.SIMULATION, "s", {}, run_at=bench.clock(), at=bench.clock())

    def another(name: str) -> Worker:
        return bench.worker(
            senders={JobKind.SIMULATION: lambda _job: begun.append(name)},
            kinds=(JobKind.SIMULATION,),
            lease=lease,
        )

    def long(job: Job) -> None:
        begun.append("first")
        for _ in range(3):
            bench.clock.advance(seconds=0.3)
            until = bench.clock() + lease
            for _ in range(200):
                if bench.count(Job.leased_until >= until):
                    break
                sleep(0.01)
            assert another("second").run_once() == 0

    first = bench.worker(
        senders={JobKind.SIMULATION: long},
        lease=lease,
        is_holding=True,
        kinds=(JobKind.SIMULATION,),
    )
    assert first.run_once() == 1
    assert begun == ["first"]
    assert bench.count(Job.id > 0) == 0
    with bench.database.transaction() as session:
        enqueue(session, JobKind.SIMULATION, "t", {}, run_at=bench.clock(), at=bench.clock())
        take(session, worker="killed", kinds=(JobKind.SIMULATION,), lease=lease, at=bench.clock())
    bench.clock.advance(seconds=0.5)
    assert another("second").run_once() == 1


def test_a_chore_that_fails_keeps_no_other_from_being_done(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started(bench, WAIT_A_DAY)

    def broken(*_: object) -> None:
        raise RuntimeError("this never works")

    monkeypatch.setitem(chores.CHORES, "messages", broken)
    monkeypatch.setattr(worker_module, "catch_up", broken)
    stop = Event()
    worker = bench.worker()

    def once() -> int:
        stop.set()
        return 0

    monkeypatch.setattr(worker, "run_once", once)
    worker.run_forever(stop)
    assert bench.count(Job.kind == JobKind.ROOT.value) == 1, "the day is closed all the same"
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == [
        "The chore “messages” failed.",
        "The chore “figures” failed.",
    ]
