"""The applicant does nothing for so long that the request is abandoned (LPAG 191): they are warned, then it ends."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendars import BusinessCalendar
from engine.errors import Refusal
from engine.events import Happened
from engine.jobs import enqueue
from engine.models import (
    Case,
    CaseMessage,
    CaseStatus,
    CaseTerm,
    ClockState,
    JobKind,
    Person,
    Subscription,
    Suspension,
    Task,
    TaskStatus,
)
from engine.progress import Held, hold, load
from engine.record.facts import Fact, record
from engine.spiff import WaitKind
from engine.terms.clock import APPLICANT, calendar_of, idle_key, is_begun_by_applicant, term_of
from engine.terms.endings import end_by_law, hold_unended
from engine.terms.law import Law, law_of
from engine.terms.letters import clock_letter, tell_applicant
from engine.terms.task_terms import task_kind

_LATER = 5  # business days until a case that an operator halted is looked at again


class NotInactive(Refusal):
    """Abandonment needs so many business days without the applicant's act (LPAG 191)."""

    sentence = (
        "Case {number} cannot be declared abandoned: it does not wait for the applicant, or has waited "
        "less than {days} business days."
    )


class NotBegunByApplicant(Refusal):
    """What the office began by itself it also ends (191)."""

    sentence = "Case {number} was begun by the office, not by an applicant: it cannot be abandoned."


def abandon(session: Session, case_id: int, *, by: Person | None, at: datetime) -> Case:
    """The office declares a request abandoned. Raises CaseEnded, NotBegunByApplicant, NotInactive."""
    held = hold_unended(session, case_id, at=at)
    case, term = held.case, term_of(session, held.case)
    days = law_of(held.plan.place.code).abandonment_days or 0
    if not is_begun_by_applicant(case, held.plan):
        raise NotBegunByApplicant(number=case.number)
    ends = None if term is None else _ends(session, held, term)
    if term is None or ends is None or calendar_of(session, term).day_of(at) < ends[1]:
        raise NotInactive(number=case.number, days=days)
    _end(session, held, term, ends[0], by=by, at=at)
    return case


def look(session: Session, case_id: int, token: int, *, is_warned: bool, at: datetime) -> None:
    """Warn the applicant some days before, then end the case; nothing where it no longer waits for them."""
    held = hold(session, case_id, at=at)
    case, term = held.case, term_of(session, held.case)
    if term is None or case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        return
    calendar = calendar_of(session, term)
    today = calendar.day_of(at)
    if case.status == CaseStatus.SUSPENDED:
        later = calendar.business_day_after(today, _LATER)
        _alarm(session, case, token, later, calendar, is_warned=is_warned, at=at)
        return
    ends = _ends(session, held, term)
    if ends is None:
        return
    since, on = ends
    if today >= on:
        _end(session, held, term, since, by=None, at=at)
        return
    warn_on = _warn_on(calendar, since, law_of(term.jurisdiction))
    if today < warn_on:  # they wrote meanwhile
        _alarm(session, case, token, warn_on, calendar, is_warned=False, at=at)
        return
    if not is_warned:
        last = on - timedelta(days=1)
        tell_applicant(session, held, "abandonment_soon", {"last": last}, at=at)
        data = {"kind": "abandonment", "decide_by": last.isoformat(), "to": []}
        record(session, case, [Fact(Happened.TERM_WARNED, data=data)], by=None, at=at)
    _alarm(session, case, token, on, calendar, is_warned=True, at=at)


def abandoned_from(session: Session, case: Case, *, at: datetime) -> date | None:
    """The day from which the request counts as abandoned if the applicant goes on doing nothing; None where it does
    not wait for them, or the law does not end it by itself.
    """
    term = term_of(session, case)
    if term is None or case.status != CaseStatus.OPEN:
        return None
    if not law_of(term.jurisdiction).is_abandoned_by_itself:
        return None
    found = _ends(session, load(session, case, at=at), term)
    return None if found is None else found[1]


def inactive_since(session: Session, held: Held, law: Law) -> date | None:
    """The day since which the case waits for an act of the applicant; None when it waits for the office.

    It waits for the applicant where tasks and messages of that kind are all it waits for, or where the clock stands
    still at their request. What they write to the office is an act.
    """
    case, place = held.case, held.plan.place
    if case.clock == ClockState.SUSPENDED:
        return session.scalar(
            select(Suspension.begun_on).where(
                Suspension.case_id == case.id,
                Suspension.kind == "applicant_request",
                Suspension.ended_on.is_(None),
            )
        )
    waits = [wait for wait in held.before.values() if wait.host is None]
    sheet = held.plan.sheet
    kinds = (WaitKind.TASK, WaitKind.MESSAGE)
    if not waits or any(
        wait.kind not in kinds or task_kind(sheet, law, wait.element_id) != APPLICANT
        for wait in waits
    ):
        return None
    tokens = [wait.token for wait in waits]
    opened = session.scalar(
        select(func.min(Task.opened_at)).where(
            Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.token.in_(tokens)
        )
    )
    awaited = session.scalar(
        select(func.min(Subscription.since)).where(
            Subscription.case_id == case.id, Subscription.token.in_(tokens)
        )
    )
    wrote = session.scalar(
        select(func.max(CaseMessage.written_at)).where(
            CaseMessage.case_id == case.id, CaseMessage.is_from_applicant
        )
    )
    begun = [one for one in (opened, awaited) if one is not None]
    if not begun:
        return None
    return place.day_of(max(min(begun), wrote or min(begun)))


def _ends(session: Session, held: Held, term: CaseTerm) -> tuple[date, date] | None:
    """Since when nothing was done, and the first day after the days the law gives; None where none run."""
    law = law_of(term.jurisdiction)
    if not law.abandonment_days or not is_begun_by_applicant(held.case, held.plan):
        return None
    since = inactive_since(session, held, law)
    if since is None:
        return None
    last = calendar_of(session, term).business_day_after(since, law.abandonment_days)
    return since, last + timedelta(days=1)


def _warn_on(calendar: BusinessCalendar, since: date, law: Law) -> date:
    days = (law.abandonment_days or 0) - max(law.warn_before, default=0)
    return calendar.business_day_after(since, max(days, 1))


def _alarm(
    session: Session,
    case: Case,
    token: int,
    day: date,
    calendar: BusinessCalendar,
    *,
    is_warned: bool,
    at: datetime,
) -> None:
    run_at = max(calendar.start_of_day(day), at)
    payload = {"idle": token, "is_warned": is_warned}
    key = idle_key(case.id, token)
    enqueue(session, JobKind.CLOCK, key, payload, run_at=run_at, case_id=case.id, at=at)


def _end(
    session: Session, held: Held, term: CaseTerm, since: date, *, by: Person | None, at: datetime
) -> None:
    case, law = held.case, law_of(term.jurisdiction)
    main = Fact(Happened.REQUEST_ABANDONED, data={"since": since.isoformat()})
    end_by_law(session, held, main, law.outcome("abandoned"), by=by, at=at)
    # it is a decision like any other: notified by its letter, and open to appeal (191)
    case.clock = ClockState.ANSWERED.value
    term.decided_on = term.notified_on = calendar_of(session, term).day_of(at)
    values = {
        "since": since,
        "days": law.abandonment_days,
        "article": law.article("abandonment"),
    }
    letter = clock_letter(session, held, "abandoned", values, by=by, at=at)
    record(session, case, [letter], by=by, at=at)
