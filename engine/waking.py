"""What a due job does inside the database: fire a timer, hand on a message or signal, finish a service task.

All of it happens in the transaction that removes the job, or not at all; a job that comes a second time finds nothing
left to do.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import first_looks, jobs, lost_sight, messages, starting
from engine.batches import batch
from engine.cases import FAR, Applicant, AwaitsCorrection, CaseSuspended, start_case
from engine.deployments import blueprint
from engine.errors import NotFound, Said
from engine.events import Happened
from engine.halts import batches as halting
from engine.incidents import job_failed
from engine.jobs import NewJob
from engine.models import Case, CaseStatus, Job, JobKind, Procedure, Version
from engine.progress import Held, advance, hold, hold_all, keep, lock
from engine.record import day_roots
from engine.record.facts import Fact
from engine.service_tasks import escalate_service, fail_service, finish_service
from engine.spiff import WaitKind
from engine.terms import abandonment, appeal_clock, recounting, tick
from engine.waiting import by_clock

# a thrown message that nobody waits for yet is kept so long
KEPT = timedelta(days=30)
# whether a case that a message names, and that stands still, goes on
ASKED_AGAIN = timedelta(hours=1)


def carry_out(
    session: Session, job: Job, outputs: dict[str, Any] | None, *, worker: str, at: datetime
) -> None:
    """Do a leased job and remove it; `outputs` is what a service gave."""
    if job.kind == JobKind.TIMER and job.case_id is not None and job.token is not None:
        fire_timer(session, hold(session, job.case_id, at=at), job, worker=worker, at=at)
        return
    if job.kind == JobKind.SERVICE and job.case_id is not None and job.token is not None:
        if _waits_with_case(session, job, job.case_id, worker):
            return
        finish_service(session, job.case_id, job.token, outputs or {}, at=at)
        jobs.finish(session, job.id, worker=worker)
        return
    if job.kind == JobKind.CLOCK and job.case_id is not None:
        lock(session, job.case_id)  # the case before its jobs, as everywhere
    if not jobs.finish(session, job.id, worker=worker):
        return
    if job.kind == JobKind.CLOCK:
        _look_at_clock(session, job, at)
    elif job.kind == JobKind.MESSAGE:
        try:
            _hand_on_message(session, job, at)
        except (CaseSuspended, AwaitsCorrection):
            # The case it names goes on some day; that it does not yet is no failure of who sent it.
            _ask_again(session, job, at)
    elif job.kind == JobKind.SIGNAL:
        _hand_on_signal(session, job, at)
    elif job.kind == JobKind.TIMER:
        _start_by_timer(session, job, at)
    elif job.kind == JobKind.MIGRATION:
        from engine.migration import batches as migrating  # most offices never move cases

        migrating.carry_on(session, job.payload, at=at)
    elif job.kind == JobKind.HALT:
        halting.carry_on(session, job.payload, at=at)
    elif job.kind == JobKind.SIGHT:
        lost_sight.carry_on(session, job.payload, at=at)
    elif job.kind == JobKind.LOOKS:
        first_looks.carry_on(session, job.payload, at=at)
    elif job.kind == JobKind.ROOT:
        day_roots.carry_on(session, job.payload, at=at)


def escalate_leased(
    session: Session,
    job: Job,
    code: str | None,
    outputs: dict[str, Any],
    *,
    worker: str,
    at: datetime,
) -> None:
    """A leased service task is done and escalates."""
    if job.case_id is None or job.token is None:
        raise ValueError(f"job {job.key} belongs to no case")
    if _waits_with_case(session, job, job.case_id, worker):
        return
    escalate_service(session, job.case_id, job.token, code, outputs, at=at)
    jobs.finish(session, job.id, worker=worker)


def refuse_service(
    session: Session,
    job: Job,
    code: str | None,
    message: Said | str,
    *,
    worker: str,
    at: datetime,
) -> None:
    """A leased service task was refused by who does it: its error event goes on, or it waits as an incident."""
    if job.case_id is None or job.token is None:
        raise ValueError(f"job {job.key} belongs to no case")
    if _waits_with_case(session, job, job.case_id, worker):
        return
    if fail_service(session, job.case_id, job.token, code, str(message), at=at) is not False:
        jobs.finish(session, job.id, worker=worker)
        return
    said = message
    if code is not None and code not in str(message):
        said = Said("{message} ({code})", {"message": message, "code": code})
    failed = jobs.fail(session, job.id, said, worker=worker, is_final=True, at=at)
    if failed is not None:
        job_failed(session, failed, said, at=at)


def fire_timers(session: Session, due: list[Job], *, worker: str, at: datetime) -> None:
    """Fire leased timers, each of another case, all or none: whoever calls tries them one by one when this fails."""
    cases = hold_all(session, [job.case_id for job in due if job.case_id is not None], at=at)
    with batch(session, of=cases):
        for job in due:
            if job.case_id is not None:
                fire_timer(session, cases[job.case_id], job, worker=worker, at=at)


def fire_timer(session: Session, held: Held, job: Job, *, worker: str, at: datetime) -> bool:
    """Fire a timer of a case if it is still set and due, or look at a condition that reads the clock; False when there
    was nothing to fire.
    """
    token = job.token or 0
    wait = held.before.get(token)
    if held.case.status == CaseStatus.SUSPENDED:
        _put_off(session, job, FAR, worker)
        return False
    if held.case.status != CaseStatus.OPEN or wait is None or not by_clock(wait):
        jobs.finish(session, job.id, worker=worker)
        return False
    if wait.due_at is None or wait.due_at > at:
        # Set anew meanwhile, or the clock was set back.
        _put_off(session, job, wait.due_at or FAR, worker)
        return False
    if wait.kind == WaitKind.TIMER:
        held.execution.fire_timer(token, at)
        main = Fact(Happened.TIMER_FIRED, wait.element_id, token)
    else:
        met = held.execution.check_conditions(at)
        if met is None:
            keep(session, held, at=at)
            return False
        main = Fact(Happened.CONDITION_MET, met.element_id, met.token)
    advance(session, held, main, by=None, at=at)
    return True


def _waits_with_case(session: Session, job: Job, case_id: int, worker: str) -> bool:
    """Whether the case is suspended; then the job of its service waits as long."""
    if lock(session, case_id).status != CaseStatus.SUSPENDED:
        return False
    _put_off(session, job, FAR, worker)
    return True


def _put_off(session: Session, job: Job, run_at: datetime, worker: str) -> None:
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.leased_by == worker)
        .values(run_at=run_at, leased_until=None, leased_by=None, attempts=0)
        .execution_options(synchronize_session=False)
    )


def _look_at_clock(session: Session, job: Job, at: datetime) -> None:
    if job.case_id is None:
        recounting.carry_on(session, job.payload, at=at)
    elif "appeal" in job.payload:
        appeal_clock.look(session, job.case_id, job.payload["appeal"], at=at)
    elif "idle" in job.payload:
        token, is_warned = job.payload["idle"], job.payload["is_warned"]
        abandonment.look(session, job.case_id, token, is_warned=is_warned, at=at)
    else:
        tick.look(session, job.case_id, at=at)


def _hand_on_message(session: Session, job: Job, at: datetime) -> None:
    payload: dict[str, Any] = job.payload["payload"]
    name: str = job.payload["name"]
    if "to" in job.payload:
        case_id, token = job.payload["to"] or (0, 0)
        key, thrower = job.payload["key"], job.payload.get("sender")
        if not case_id or not messages.deliver(
            session, case_id, token, name, payload, key=key, by=None, at=at
        ):
            # It no longer waits: the message is for the next one that does.
            until, sent_at = (
                job.payload.get("until"),
                job.payload.get("sent_at"),
            )  # or an earlier release's
            messages.publish_again(
                session,
                name,
                key,
                payload,
                sent_at=datetime.fromisoformat(sent_at) if sent_at else at,
                until=datetime.fromisoformat(until) if until else at + KEPT,
                sender_id=thrower,
                at=at,
            )
        return
    sender = session.get(Case, job.case_id) if job.case_id is not None else None
    if sender is not None:
        plan = blueprint(session, sender.version_id)
        name = messages.receiving_name(plan, job.payload["element_id"], name)
    messages.publish(
        session,
        name,
        job.payload["correlation"],
        payload,
        by=None,
        at=at,
        ttl=KEPT,
        sender=sender,
    )


def _ask_again(session: Session, job: Job, at: datetime) -> None:
    """Put a message off; one that was put off as long as any is kept ends as those that nobody took in time do."""
    said = job.payload.get("until")
    until = datetime.fromisoformat(said) if said else at + KEPT
    if until <= at:
        return
    payload = {**job.payload, "until": until.isoformat()}
    run_at = min(at + ASKED_AGAIN, until)
    again = NewJob(JobKind.MESSAGE, job.key, run_at, payload, job.case_id, job.token)
    jobs.enqueue_all(session, [again], at=at)


def _hand_on_signal(session: Session, job: Job, at: datetime) -> None:
    name, payload = job.payload["name"], job.payload["payload"]
    if "to" in job.payload:
        messages.hear(session, job.payload["to"], name, payload, at=at)
        return
    # The sender's own case has heard it already.
    messages.broadcast(session, name, payload, but_case=job.case_id, by=None, at=at)


def _start_by_timer(session: Session, job: Job, at: datetime) -> None:
    version = session.get(Version, job.payload["version_id"])
    if version is None:
        raise NotFound(what="version", name=job.payload["version_id"])
    following = starting.following(job, version, at=at)
    if following is not None:
        jobs.enqueue_all(session, [following], at=at)
    if session.get_one(Procedure, version.procedure_id).is_suspended:
        return
    start_case(
        session,
        version,
        {},
        applicant=Applicant(""),
        channel="timer",
        start_event=job.payload["element_id"],
        by=None,
        at=at,
    )
