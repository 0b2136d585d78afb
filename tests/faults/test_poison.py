"""A job that ends every process which begins it: others go on, and in the end somebody is told."""

from collections import Counter

from sqlalchemy import select

from engine import jobs
from engine.database import Database
from engine.deployments import current_version, procedure_by_key
from engine.jobs import LEASE, MOST_ATTEMPTS, enqueue
from engine.models import Incident, Job, JobKind
from engine.outbox import send_mail, troubled
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.bench import SERVICE, Bench, facts, started
from tests.faults.story import check_whole

OTHERS = 12


class Killed(BaseException):
    """Goes through everything, as far as the database can tell like `kill -9`: nothing is tidied or noted."""


def work_and_start_again(worker: Worker, clock: Clock, most: int) -> int:
    """A worker that is started again whenever it ended, a lease later; how often it ended."""
    for ended in range(most):
        try:
            worker.run_until_idle()
        except Killed:
            clock.now += LEASE
        else:
            return ended
    raise AssertionError("it ends every time")


def test_a_service_that_ends_its_worker_becomes_an_incident_and_holds_up_no_other(
    database: Database, clock: Clock
) -> None:
    bench = Bench(database, clock)
    cases = [started(bench, SERVICE)]
    with bench.hall() as hall:
        version = current_version(hall.session, procedure_by_key(hall.session, "permit"))
        cases += [hall.start(version).id for _ in range(OTHERS)]
    done: Counter[int | None] = Counter()

    def poison(job: Job) -> dict[str, object]:
        if job.case_id == cases[0]:  # that which is due longest
            raise Killed
        done[job.case_id] += 1
        return {}

    bench.connectors["registry"] = poison
    worker = bench.worker()
    begun = clock()
    try:
        worker.run_until_idle()
    except Killed:
        clock.now += LEASE
    try:
        worker.run_until_idle()
    except Killed:
        clock.now += LEASE / 2
    worker.run_until_idle()
    assert done == dict.fromkeys(cases[1:], 1), "the others go on after the second time"
    assert clock() - begun < 2 * LEASE
    clock.now += LEASE
    assert work_and_start_again(worker, clock, 2 * MOST_ATTEMPTS) == MOST_ATTEMPTS - 2
    with database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.case_id, incident.element_id) == (cases[0], "call")
        assert f"begun {MOST_ATTEMPTS} times" in incident.message
        check_whole(session, at=clock())
    assert facts(bench, cases[0])[-1] == "incident_raised"
    assert {facts(bench, case_id)[-1] for case_id in cases[1:]} == {"case_completed"}


def test_a_mail_that_ends_its_worker_is_given_up_as_early_though_a_server_that_is_away_is_not(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        for number in range(3):
            send_mail(
                session, to="a@example.org", subject="S", text="T", key=f"{number}", at=clock()
            )
    sent = []

    def sender(job: Job) -> None:
        if job.key == "mail:0":
            raise Killed
        sent.append(job.key)

    worker = Worker(database, clock, senders={JobKind.MAIL: sender})
    assert work_and_start_again(worker, clock, 40) == MOST_ATTEMPTS
    assert sorted(sent) == ["mail:1", "mail:2"]
    with database.reading() as session:
        (given_up,) = troubled(session)
        assert "begun" in str(given_up.error)


def test_what_a_worker_had_no_time_for_is_not_counted_as_tried(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        for number in range(3):
            enqueue(session, JobKind.MAIL, str(number), {}, run_at=clock(), at=clock())

    def slow(_job: Job) -> None:
        clock.now += LEASE

    worker = Worker(database, clock, senders={JobKind.MAIL: slow})
    assert worker.run_once() == 1
    with database.transaction() as session:
        left = jobs.take(session, worker="another", at=clock())
        assert [job.attempts for job in left] == [1, 1]
