"""What a case waits for outside: timers, conditions that read the clock and services become jobs, messages and
signals subscriptions, what broke an incident. Written by comparing what it waited for before and after it moved.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine import buffer
from engine.batches import stop_jobs
from engine.correlation import awaited_key
from engine.errors import N_, Said, sounded
from engine.jobs import NewJob, enqueue_all
from engine.models import Case, Incident, JobKind, Subscription
from engine.spiff import Fact as Told
from engine.spiff import Wait, WaitKind

NOTHING_MOVES = Said(N_("nothing in this case can move any more"))
_BY_JOB = {
    WaitKind.TIMER: JobKind.TIMER,
    WaitKind.CONDITION: JobKind.TIMER,
    WaitKind.SERVICE: JobKind.SERVICE,
}
_SUBSCRIPTIONS = (WaitKind.MESSAGE, WaitKind.SIGNAL)


def await_world(
    session: Session,
    case: Case,
    before: Mapping[int, Wait],
    after: Mapping[int, Wait],
    told: Iterable[Told],
    *,
    at: datetime,
) -> None:
    """Make jobs, subscriptions and incidents fit what the case waits for now, and send what it threw.

    The case and its facts must be written already.
    """
    told = list(told)
    sent = list(_sent(case, told, at))
    if before or after or sent:
        gone = [wait for token, wait in before.items() if _differs(wait, after.get(token))]
        new = [wait for token, wait in after.items() if _differs(wait, before.get(token))]
        _settle_jobs(session, case, gone, new, sent, at)
        _settle_subscriptions(session, case, gone, new, at)
        _settle_incidents(session, case, gone, after.values(), at)
    _note_stuck(session, case, told, at)


def _differs(wait: Wait, other: Wait | None) -> bool:
    return other is None or _what(wait) != _what(other)


def _what(wait: Wait) -> tuple[Any, ...]:
    return wait.kind, wait.due_at, wait.message, wait.correlation


def _settle_jobs(
    session: Session,
    case: Case,
    gone: list[Wait],
    new: list[Wait],
    sent: list[NewJob],
    at: datetime,
) -> None:
    stale = [job_key(case.id, wait) for wait in gone if by_job(wait)]
    stop_jobs(session, stale, at=at)
    jobs = [new_job(case, wait, at) for wait in new if by_job(wait)]
    enqueue_all(session, [*jobs, *sent], at=at)


def by_clock(wait: Wait) -> bool:
    """Whether the clock moves it on: a timer, or a condition that reads it."""
    return wait.kind == WaitKind.TIMER or (
        wait.kind == WaitKind.CONDITION and wait.due_at is not None
    )


def by_job(wait: Wait) -> bool:
    """Whether a job moves this wait on."""
    return wait.kind == WaitKind.SERVICE or by_clock(wait)


def job_key(case_id: int, wait: Wait) -> str:
    """The key of the job that moves this wait on."""
    return f"{_BY_JOB[wait.kind].value}:{case_id}:{wait.token}"


def new_job(case: Case, wait: Wait, at: datetime) -> NewJob:
    """The job that moves this wait on."""
    payload: dict[str, Any] = {} if wait.topic is None else {"topic": wait.topic}
    return NewJob(
        _BY_JOB[wait.kind], job_key(case.id, wait), wait.due_at or at, payload, case.id, wait.token
    )


def _sent(case: Case, told: list[Told], at: datetime) -> Iterable[NewJob]:
    # Handed on by the worker, each in a transaction of its own: a sender never waits for who receives.
    for index, fact in enumerate(told):
        if fact.type not in ("message_sent", "signal_sent"):
            continue
        kind = JobKind.MESSAGE if fact.type == "message_sent" else JobKind.SIGNAL
        key = f"{kind.value}:{case.id}:{case.last_seq}:{index}"
        payload = {
            "name": fact.data.get("name"),
            "payload": fact.data.get("payload") or {},
            "correlation": fact.data.get("correlation") or {},
            "element_id": fact.element_id,
        }
        yield NewJob(kind, key, at, payload, case.id, None)


def _settle_subscriptions(
    session: Session, case: Case, gone: list[Wait], new: list[Wait], at: datetime
) -> None:
    stale = [wait.token for wait in gone if wait.kind in _SUBSCRIPTIONS]
    if stale:
        session.execute(
            delete(Subscription)
            .where(Subscription.case_id == case.id, Subscription.token.in_(stale))
            .execution_options(synchronize_session=False)
        )
    waits = [wait for wait in new if wait.kind in _SUBSCRIPTIONS and wait.message]
    if not waits:
        return
    rows = [
        {
            "case_id": case.id,
            "token": wait.token,
            "kind": wait.kind.value,
            "name": (wait.message or "")[:200],
            "correlation": awaited_key(wait.correlation),
            "since": at,
        }
        for wait in waits
    ]
    session.execute(insert(Subscription), rows)
    buffer.hand_out(session, case, [w for w in waits if w.kind == WaitKind.MESSAGE], at=at)


def _settle_incidents(
    session: Session, case: Case, gone: list[Wait], after: Iterable[Wait], at: datetime
) -> None:
    mended = [wait.token for wait in gone if wait.kind == WaitKind.INCIDENT]
    if mended:
        session.execute(
            update(Incident)
            .where(
                Incident.case_id == case.id,
                Incident.token.in_(mended),
                Incident.resolved_at.is_(None),
            )
            .values(resolved_at=at)
        )
    held = [wait for wait in after if wait.kind == WaitKind.INCIDENT]
    if not held:
        return
    # A token that was let go and broke again waits as before: what tells people of it was resolved.
    known = set(
        session.scalars(
            select(Incident.token).where(
                Incident.case_id == case.id, Incident.resolved_at.is_(None)
            )
        )
    )
    for wait in held:
        if wait.token not in known:
            kind, reason = reason_of(wait)
            raise_incident(session, case, kind, reason, wait.element_id, wait.token, at=at)


def reason_of(wait: Wait) -> tuple[str, Said | str]:
    """Kind and words of the incident that a token waits as."""
    reason = wait.said or wait.reason or Said(N_("this element cannot go on"))
    return ("livelock" if "too many automatic steps" in str(reason) else "condition_failed"), reason


def _note_stuck(session: Session, case: Case, told: list[Told], at: datetime) -> None:
    for fact in told:
        if fact.type != "stuck":
            continue
        raise_incident(session, case, "stuck", NOTHING_MOVES, stands_at(fact.data), None, at=at)


def stands_at(data: Mapping[str, Any]) -> str | None:
    """Of a case that nothing can move any more, by what was told of it: the first join that waits in vain."""
    joins = data.get("joins") or ()
    return next((join["element_id"] for join in joins if isinstance(join, dict)), None)


def raise_incident(
    session: Session,
    case: Case,
    kind: str,
    message: Said | str,
    element_id: str | None,
    token: int | None,
    *,
    at: datetime,
) -> Incident:
    """A new open incident of a case whose row is held; the fact is the caller's to record."""
    last = session.scalar(select(func.max(Incident.number)).where(Incident.case_id == case.id))
    message = sounded(message)
    incident = Incident(
        case_id=case.id,
        number=(last or 0) + 1,
        kind=kind,
        element_id=element_id,
        token=token,
        message=str(message),
        said=message.to_json() if isinstance(message, Said) else None,
        raised_at=at,
    )
    session.add(incident)
    session.flush()
    return incident
