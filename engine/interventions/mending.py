"""Mending what broke inside a case: see the incident, correct what the case knows, try again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing, check_open
from engine.errors import NotFound
from engine.events import Happened
from engine.incidents import JOB_FAILED, NothingToRelease, is_waiting, release, retry
from engine.interventions.previews import Preview, hold_as_seen, look, what_if
from engine.models import Case, Incident, Job, Person, Task, TaskStatus
from engine.progress import Held, advance, asked, hold
from engine.record.facts import Fact
from engine.spiff import Execution, Local, NoSuchElement, NotWaiting
from engine.told import shortened
from engine.visibility import managed_cases


@dataclass(frozen=True, slots=True)
class Broken:
    """An incident with its case, as a page shows it."""

    incident: Incident
    case: Case
    attempts: int  # of the job that was given up; 0 without one


def incident_count(session: Session, person: Person) -> int:
    """How many incidents wait for the person to mend them."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Incident)
            .join(Case, Case.id == Incident.case_id)
            .where(is_waiting(), managed_cases(person))
        )
        or 0
    )


def broken(session: Session, person: Person, case_id: int, number: int) -> Broken:
    """The incident, mended or not; NotFound unless the person is in charge of its case."""
    row = session.execute(
        select(Incident, Case)
        .join(Case, Case.id == Incident.case_id)
        .where(Incident.case_id == case_id, Incident.number == number, managed_cases(person))
    ).first()
    if row is None:
        raise NotFound(what="incident", name=f"{case_id}-{number}")
    incident, case = row
    attempts = session.scalar(
        select(Job.attempts)
        .where(Job.case_id == case_id, Job.token == incident.token, Job.is_dead)
        .limit(1)
    )
    return Broken(incident, case, attempts or 0)


def incidents_of(session: Session, case: Case) -> list[Incident]:
    """Incidents of a case that nobody has mended yet, the oldest first."""
    return list(
        session.scalars(
            select(Incident)
            .where(Incident.case_id == case.id, Incident.resolved_at.is_(None))
            .order_by(Incident.number)
        )
    )


def locals_of(session: Session, case: Case, *, at: datetime) -> list[Local]:
    """What single rounds, called processes and activities of the case know and the case does not."""
    return look(session, case.id, at=at)[2].locals()


def locals_at(session: Session, incident: Incident, *, at: datetime) -> list[Local]:
    """Of `locals_of` what is seen where the case broke."""
    place = incident.element_id if incident.token is None else incident.token
    return [] if place is None else look(session, incident.case_id, at=at)[2].locals(place)


def correct_data(
    session: Session,
    case_id: int,
    values: dict[str, Any],
    reason: str,
    *,
    token: int | None = None,
    seen: int | None = None,
    by: Person | None,
    at: datetime,
) -> Case:
    """Correct what the case knows; what it knew before is kept in the record. Values that are the same change nothing.

    `token`: instead, what only one round, called process or activity knows (`locals_of`). Raises ReasonMissing,
    MovedMeanwhile, CaseEnded, CaseSuspended, engine.spiff's ValueRefused and NotWaiting.
    """
    if not reason.strip():
        raise ReasonMissing
    hold_as_seen(session, case_id, seen)
    held = hold(session, case_id, at=at)
    check_open(held.case)
    known = held.execution.variables
    element_id = None
    if token is not None:
        local = next((one for one in held.execution.locals() if one.token == token), None)
        if local is None:
            raise NotWaiting(token=token)
        known, element_id = local.variables, local.element_id
    new = {name: value for name, value in values.items() if _differs(known, name, value)}
    if not new:
        return held.case
    old = {name: known[name] for name in new if name in known}
    held.execution.change(new, at, token=token)
    data = {"answers": shortened(new), "before": shortened(old), "reason": reason.strip()}
    main = Fact(Happened.DATA_CORRECTED, element_id, token, data=data)
    advance(session, held, main, by=by, at=at)
    if token is not None:
        _show_locals(session, held)
    return held.case


def _show_locals(session: Session, held: Held) -> None:
    """Open tasks ask with what their round knows now."""
    for wait in held.execution.waits():
        before = held.before.get(wait.token)
        if before is not None and before.variables != wait.variables:
            session.execute(
                update(Task)
                .where(
                    Task.case_id == held.case.id,
                    Task.token == wait.token,
                    Task.status == TaskStatus.OPEN,
                )
                .values(wait=asked(wait))
                .execution_options(synchronize_session="fetch")
            )


def again_preview(session: Session, incident: Incident, *, at: datetime) -> Preview | None:
    """What releasing the incident would do; None where a machine is asked again, whose answer nobody knows yet."""
    if incident.kind == JOB_FAILED:
        return None

    def deed(execution: Execution) -> None:
        execution.release(_held_at(incident), at)

    try:
        return what_if(session, incident.case_id, deed, at=at)
    except (NoSuchElement, NotWaiting):
        return None


def try_again(
    session: Session,
    case_id: int,
    number: int,
    reason: str,
    *,
    corrections: dict[str, Any] | None = None,
    local: Mapping[int, dict[str, Any]] | None = None,
    seen: int | None = None,
    by: Person,
    at: datetime,
) -> Incident:
    """Let the case go on from what broke, with corrected data if there are `corrections`.

    `local`: corrections of what only single rounds, called processes and activities know, by token (`locals_at`).
    Raises ReasonMissing, MovedMeanwhile, NotFound, NotWaiting, AlreadyResolved, NothingToRetry, NothingToRelease,
    ValueRefused.
    """
    if not reason.strip():
        raise ReasonMissing
    hold_as_seen(session, case_id, seen)
    # The innermost first: what the case itself knows may set it going.
    for token, values in sorted((local or {}).items(), reverse=True):
        correct_data(session, case_id, values, reason, token=token, by=by, at=at)
    if corrections:
        correct_data(session, case_id, corrections, reason, by=by, at=at)
    incident = session.get(Incident, (case_id, number))
    if incident is None:
        raise NotFound(what="incident", name=f"{case_id}-{number}")
    if (corrections or local) and incident.resolved_at == at:
        # The correction alone took the case away from there.
        incident.resolved_by_id, incident.resolution = by.id, reason.strip()
        return incident
    if incident.kind == JOB_FAILED:
        return retry(session, case_id, number, reason, by=by, at=at)
    return release(session, case_id, number, reason, by=by, at=at)


def _held_at(incident: Incident) -> int | str:
    what = incident.element_id if incident.token is None else incident.token
    if what is None:
        raise NothingToRelease
    return what


def _differs(known: dict[str, Any], name: str, value: Any) -> bool:
    # True is 1 in Python, not in a case
    return name not in known or type(known[name]) is not type(value) or known[name] != value
