"""Cases that the law ends, not the diagram: approved by silence, not filed, withdrawn, abandoned."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.batches import drop_jobs
from engine.calendars import BusinessCalendar
from engine.cases import CaseEnded
from engine.errors import Conflict, Refusal
from engine.events import Happened
from engine.facts import Fact
from engine.models import (
    Case,
    CaseStatus,
    CaseTerm,
    ClockState,
    Notice,
    Person,
    Suspension,
    Task,
    TaskStatus,
)
from engine.progress import Held, advance, hold
from engine.terms.clock import calendar_of, clock_key, term_of
from engine.terms.law import Law, law_of
from engine.terms.task_terms import task_kind


class NotifiedAlready(Conflict):
    """A request can be withdrawn until its decision is notified (LPAG 189)."""

    sentence = "The decision on case {number} was notified on {day}: it can no longer be withdrawn."


class NotInactive(Refusal):
    """Abandonment needs so many business days without the applicant's act (LPAG 191)."""

    sentence = (
        "Case {number} cannot be declared abandoned: it does not wait for the applicant, or has waited "
        "less than {days} business days."
    )


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


def abandon(session: Session, case_id: int, *, by: Person | None, at: datetime) -> Case:
    """The office declares a request abandoned. Raises CaseEnded, NotInactive."""
    held = hold_unended(session, case_id, at=at)
    law = law_of(held.plan.place.code)
    since = inactive_since(session, held, law)
    term = term_of(session, held.case)
    days = law.abandonment_days or 0
    if since is None or term is None or not days:
        raise NotInactive(number=held.case.number, days=days)
    calendar = calendar_of(session, term)
    if not is_abandoned(calendar, since, days, calendar.day_of(at)):
        raise NotInactive(number=held.case.number, days=days)
    main = Fact(Happened.REQUEST_ABANDONED, data={"since": since.isoformat()})
    end_by_law(session, held, main, law.outcome("abandoned"), by=by, at=at)
    return held.case


def is_abandoned(calendar: BusinessCalendar, since: date, days: int, today: date) -> bool:
    """Whether so many business days of inaction are over."""
    return calendar.business_days_between(since, today) > days


def inactive_since(session: Session, held: Held, law: Law) -> date | None:
    """The day since which the case waits for an act of the applicant; None when it waits for the office.

    It waits for the applicant where a task of that kind is the only open work, or where the clock stands still at
    their request.
    """
    if held.case.clock == ClockState.SUSPENDED:
        return session.scalar(
            select(Suspension.begun_on).where(
                Suspension.case_id == held.case.id,
                Suspension.kind == "applicant_request",
                Suspension.ended_on.is_(None),
            )
        )
    tasks = session.scalars(
        select(Task).where(Task.case_id == held.case.id, Task.status == TaskStatus.OPEN)
    ).all()
    sheet = held.plan.sheet
    if not tasks or any(task_kind(sheet, law, t.element_id) != "applicant" for t in tasks):
        return None
    return held.plan.place.day_of(min(task.opened_at for task in tasks))


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
