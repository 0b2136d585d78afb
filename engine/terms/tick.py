"""The job that looks at the clock of one case: warns, lets silence operate, closes what was not corrected, goes on.

It compares days, not moments: run late, twice, or by a clock that jumped, it does what is due and nothing else.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars import BusinessCalendar
from engine.models import Case, CaseStatus, CaseTerm, ClockState, Suspension
from engine.progress import Held, hold
from engine.terms import notices, silence, stopping, warnings
from engine.terms.clock import (
    RUNS,
    calendar_of,
    open_notice,
    set_alarm,
    term_of,
    warnings_left,
)


def look(session: Session, case_id: int, *, at: datetime) -> None:
    """Do what is due today about the clock of a case, and set the alarm for the next time."""
    held = hold(session, case_id, at=at)
    case, term = held.case, term_of(session, held.case)
    if term is None or case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        return
    look_at(session, held, term, at=at)
    if case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        set_alarm(session, case, term, is_seen_to=True, at=at)


def look_at(session: Session, held: Held, term: CaseTerm, *, at: datetime) -> None:
    """Do what is due today about the clock of a held case."""
    case, calendar = held.case, calendar_of(session, term)
    today = calendar.day_of(at)
    if case.clock == ClockState.NOTICE:
        notice = open_notice(session, case.id)
        if notice is not None and today > notice.correct_by:
            notices.close_late(session, held, term, notice, at=at)
        return
    if case.clock == ClockState.SUSPENDED:
        _let_go_on(session, case, term, today, at)
    if silence.has_operated(case, term, today):
        people = warnings.in_charge(session, case, term)  # before their tasks are gone
        silence.operate(session, held, term, at=at)
        warnings.warn(session, case, term, people, warnings.SILENCE, at=at)
        return
    if case.clock in RUNS:
        _warn(session, held, term, calendar, today, at)


def _let_go_on(session: Session, case: Case, term: CaseTerm, today: date, at: datetime) -> None:
    suspension = session.scalar(
        select(Suspension).where(Suspension.case_id == case.id, Suspension.ended_on.is_(None))
    )
    if suspension is not None and today > suspension.until:
        stopping.go_on(session, case, term, suspension, by=None, at=at)


def _warn(
    session: Session,
    held: Held,
    term: CaseTerm,
    calendar: BusinessCalendar,
    today: date,
    at: datetime,
) -> None:
    if today > term.decide_by:
        if not term.is_escalated:
            term.is_escalated, term.warned_days = True, 0
            people = warnings.in_charge(session, held.case, term)
            warnings.warn(session, held.case, term, people, warnings.OVERDUE, at=at)
        return
    left = calendar.business_days_between(today, term.decide_by)
    reached = [days for days in warnings_left(session, held.case, term) if left <= days]
    if reached:
        # A worker that comes late warns once, by the nearest limit.
        term.warned_days = min(reached)
        people = warnings.in_charge(session, held.case, term)
        warnings.warn(session, held.case, term, people, warnings.SOON, days=left, at=at)
