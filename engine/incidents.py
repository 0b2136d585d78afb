"""What broke inside a case: raised by the engine, mended by an operator with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from engine import jobs
from engine.cases import ReasonMissing, check_open
from engine.errors import Conflict, NotFound, Refusal, Said
from engine.events import Happened
from engine.models import Case, CaseStatus, Incident, Job, Person, Procedure
from engine.progress import Held, advance, hold, load, lock
from engine.record.facts import Fact, record
from engine.spiff import StateUnreadable, WaitKind
from engine.told import shortened
from engine.visibility import managed_cases
from engine.waiting import by_clock, raise_incident

JOB_FAILED = "job_failed"


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An open incident as a list shows it."""

    case_id: int
    number: int
    case_number: str
    procedure_name: str
    kind: str  # stuck, livelock, condition_failed, job_failed
    element_id: str | None
    message: str
    said: dict[str, Any] | None  # engine.errors.Said
    raised_at: datetime


class AlreadyResolved(Conflict):
    """Someone was faster."""

    sentence = "This incident was resolved at {time}. Reload to see where the case stands."


class NothingToRetry(Refusal):
    """There is no failed job behind the incident."""

    sentence = (
        "Nothing failed here that could be tried again. Release the case instead, or resolve it."
    )


class NothingToRelease(Refusal):
    """The case is not held up by anything that can be released."""

    sentence = "Nothing is held here that could be released. Try again what failed, or resolve it."


class StillHeld(Refusal):
    """Nobody would see any more that the case cannot go on."""

    sentence = (
        "The case still stands here and would be forgotten. Try again with corrected data, "
        "release it, or move it by hand."
    )


def is_waiting() -> ColumnElement[bool]:
    """Condition on Incident and Case: it waits for somebody; what broke in a case that is over needs nobody."""
    return and_(
        Incident.resolved_at.is_(None),
        Case.status.in_((CaseStatus.OPEN.value, CaseStatus.SUSPENDED.value)),
    )


def open_incidents(session: Session, person: Person, *, limit: int = 100) -> list[IncidentRow]:
    """Incidents nobody has mended yet, of cases the person is in charge of, the oldest first."""
    rows = session.execute(
        select(Incident, Case.number, Procedure.name)
        .join(Case, Case.id == Incident.case_id)
        .join(Procedure, Procedure.id == Case.procedure_id)
        .where(is_waiting(), managed_cases(person))
        .order_by(Incident.raised_at, Incident.case_id, Incident.number)
        .limit(limit)
    )
    return [
        IncidentRow(
            case_id=incident.case_id,
            number=incident.number,
            case_number=case_number,
            procedure_name=procedure_name,
            kind=incident.kind,
            element_id=incident.element_id,
            message=incident.message,
            said=incident.said,
            raised_at=incident.raised_at,
        )
        for incident, case_number, procedure_name in rows
    ]


def release(
    session: Session, case_id: int, number: int, reason: str, *, by: Person, at: datetime
) -> Incident:
    """Let a case go on from where it is held: a join that waits for what cannot come, a loop without a wait.

    Raises NotFound, AlreadyResolved, NothingToRelease, ReasonMissing.
    """
    held, incident = _open(session, case_id, number, reason, at=at)
    what: int | str | None = incident.element_id if incident.token is None else incident.token
    wait = None if incident.token is None else held.before.get(incident.token)
    is_held = wait is not None and wait.kind == WaitKind.INCIDENT
    if what is None or not (is_held or incident.kind == "stuck"):
        raise NothingToRelease
    held.execution.release(what, at)
    _resolve(incident, reason, by, at)
    advance(session, held, _fact(incident, reason, "released"), by=by, at=at)
    return incident


def retry(
    session: Session, case_id: int, number: int, reason: str, *, by: Person, at: datetime
) -> Incident:
    """Try again what failed, now. Raises NotFound, AlreadyResolved, NothingToRetry, ReasonMissing."""
    held, incident = _open(session, case_id, number, reason, at=at)
    job_id = session.scalar(
        select(Job.id)
        .where(Job.case_id == case_id, Job.token == incident.token, Job.is_dead)
        .limit(1)
    )
    if job_id is None:
        raise NothingToRetry
    jobs.revive(session, job_id, at=at)
    _resolve(incident, reason, by, at)
    record(session, held.case, [_fact(incident, reason, "retried")], by=by, at=at)
    return incident


def resolve(
    session: Session,
    case_id: int,
    number: int,
    reason: str,
    *,
    data: dict[str, Any] | None = None,
    by: Person,
    at: datetime,
) -> Incident:
    """Note that it needs nothing further; with `data`, a failed service counts as done and gave this.

    Raises NotFound, AlreadyResolved, ReasonMissing, and StillHeld where nothing else tells that the case stands still.
    """
    held, incident = _open(session, case_id, number, reason, at=at)
    wait = None if incident.token is None else held.before.get(incident.token)
    is_stuck = incident.kind == "stuck" and held.execution.status == "stuck"
    is_held = wait is not None and (
        wait.kind == WaitKind.INCIDENT
        or (wait.kind == WaitKind.SERVICE and data is None)
        or (by_clock(wait) and wait.host is None)
    )
    if is_stuck or is_held:
        raise StillHeld
    _resolve(incident, reason, by, at)
    if data is None or wait is None or wait.kind != WaitKind.SERVICE:
        record(session, held.case, [_fact(incident, reason, "resolved")], by=by, at=at)
        return incident
    held.execution.finish_service(wait.token, data, at)
    fact = _fact(incident, reason, "done by hand", {"answers": shortened(data)})
    advance(session, held, fact, by=by, at=at)
    return incident


def job_failed(session: Session, job: Job, message: Said | str, *, at: datetime) -> None:
    """Raise an incident for a job that was given up; the case's row must be held."""
    case = session.get(Case, job.case_id) if job.case_id is not None else None
    if case is None:
        return
    case = lock(session, case.id)
    try:
        wait = None if job.token is None else load(session, case, at=at).before.get(job.token)
    except StateUnreadable:
        wait = None  # that is what is wrong, and it must still be told
    element_id = None if wait is None else wait.element_id
    raise_incident(session, case, JOB_FAILED, message, element_id, job.token, at=at)
    fact = Fact(
        Happened.INCIDENT_RAISED, element_id, job.token, data={"reason": str(message)[:500]}
    )
    record(session, case, [fact], by=None, at=at)


def _open(
    session: Session, case_id: int, number: int, reason: str, *, at: datetime
) -> tuple[Held, Incident]:
    if not reason.strip():
        raise ReasonMissing
    held = hold(session, case_id, at=at)
    incident = session.get(Incident, (case_id, number))
    if incident is None:
        raise NotFound(what="incident", name=f"{case_id}-{number}")
    if incident.resolved_at is not None:
        raise AlreadyResolved(time=incident.resolved_at.strftime("%H:%M"))
    check_open(held.case)
    return held, incident


def _resolve(incident: Incident, reason: str, by: Person, at: datetime) -> None:
    incident.resolved_at, incident.resolved_by_id, incident.resolution = at, by.id, reason.strip()


def _fact(incident: Incident, reason: str, how: str, more: dict[str, Any] | None = None) -> Fact:
    data = {"incident": incident.number, "reason": reason.strip(), "how": how, **(more or {})}
    return Fact(Happened.INCIDENT_RESOLVED, incident.element_id, incident.token, data=data)
