"""Cases that the law ends, not the diagram: approved by silence, not filed, withdrawn (abandoned: `abandonment`)."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.batches import drop_jobs
from engine.cases import CaseEnded
from engine.errors import Conflict
from engine.events import Happened
from engine.models import (
    Case,
    CaseStatus,
    CaseTerm,
    ClockState,
    Notice,
    Person,
    Suspension,
)
from engine.progress import Held, advance, hold
from engine.record.facts import Fact
from engine.terms.clock import clock_key, term_of
from engine.terms.law import law_of


class NotifiedAlready(Conflict):
    """A request can be withdrawn until its decision is notified (LPAG 189)."""

    sentence = "The decision on case {number} was notified on {day}: it can no longer be withdrawn."


def end_by_law(
    session: Session,
    held: Held,
    main: Fact,
    outcome: str,
    *,
    is_granted: bool = False,
    by: Person | None,
    at: datetime,
) -> None:
    """End a held case with an outcome no end event gives: tasks leave every inbox, timers never fire."""
    case = held.case
    if is_granted:
        held.execution.conclude(at, outcome)
    else:
        held.execution.cancel(at, outcome)
    today = held.plan.place.day_of(at)
    _close_what_is_open(session, case.id, today)
    advance(session, held, main, by=by, at=at)
    case.clock = (ClockState.APPROVED if is_granted else ClockState.STOPPED).value
    case.due_at = None
    drop_jobs(session, [clock_key(case.id)])
    session.flush()


def withdraw(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """The applicant withdraws the request; no reason is needed. Raises CaseEnded, NotifiedAlready."""
    held = hold_unended(session, case_id, at=at)
    case, term = held.case, term_of(session, held.case)
    if case.clock == ClockState.ANSWERED and term is not None and term.notified_on is not None:
        raise NotifiedAlready(number=case.number, day=term.notified_on)
    law = law_of(held.plan.place.code)
    data = {"reason": reason.strip()[:2000]} if reason.strip() else {}
    main = Fact(Happened.REQUEST_WITHDRAWN, data=data)
    end_by_law(session, held, main, law.outcome("withdrawn"), by=by, at=at)
    return case


def hold_unended(session: Session, case_id: int, *, at: datetime) -> Held:
    """A held case that is not over; CaseEnded, NotFound."""
    held = hold(session, case_id, at=at)
    if held.case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        raise CaseEnded(number=held.case.number, status=held.case.status)
    return held


def _close_what_is_open(session: Session, case_id: int, today: date) -> None:
    session.execute(
        update(Notice)
        .where(Notice.case_id == case_id, Notice.closed_on.is_(None))
        .values(closed_on=today, outcome="ended")
    )
    session.execute(
        update(Suspension)
        .where(Suspension.case_id == case_id, Suspension.ended_on.is_(None))
        .values(ended_on=today)
    )
    session.execute(
        update(CaseTerm)
        .where(CaseTerm.case_id == case_id)
        .values(stopped_on=None, stopped_until=None, stopped_why=None)
    )
