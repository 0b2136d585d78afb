"""The clock stands still for reasons the law allows, for so long as it allows, and goes on (LPAG 41-A, 76.3, 136.4)."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing, check_open
from engine.errors import Conflict, Refusal
from engine.events import Happened
from engine.inbox.keys import follow_tasks
from engine.inbox.warnings import first_warning
from engine.models import (
    NEVER_DUE,
    Case,
    CaseTerm,
    ClockState,
    Person,
    Suspension,
    Task,
    TaskStatus,
)
from engine.progress import Held, hold
from engine.record.facts import Fact, record
from engine.terms.clock import RUNS, calendar_of, count, days_said, set_alarm, set_due, term_of
from engine.terms.law import SuspensionKind, law_of


class ClockStands(Conflict):
    """The clock does not run, so that it cannot be stopped."""

    sentence = "The clock of case {number} does not run now, so it cannot be stopped."


class ClockRuns(Conflict):
    """The clock is not stopped, so that it cannot go on."""

    sentence = "The clock of case {number} is not suspended. Reload to see how it stands."


class SuspensionUnknown(Refusal):
    """The law knows no such reason."""

    sentence = "The law does not let the clock stand still for “{kind}”. It allows: {kinds}."


class SuspensionUsedUp(Refusal):
    """The law allows so many days and no more."""

    sentence = "The clock of case {number} has stood still for all {days} business days that the law allows for this."


def suspend_clock(
    session: Session,
    case_id: int,
    kind: str,
    reason: str,
    *,
    days: int | None = None,
    by: Person | None,
    at: datetime,
) -> Suspension:
    """The clock stands still for at most `days` business days, as many as the law allows when not said.

    Work on the case goes on. Raises ReasonMissing, SuspensionUnknown, SuspensionUsedUp, ClockStands, CaseEnded.
    """
    if not reason.strip():
        raise ReasonMissing
    case, term = _held_term(session, case_id, at=at)
    law, calendar = law_of(term.jurisdiction), calendar_of(session, term)
    allowed = law.suspensions.get(kind)
    if allowed is None:
        raise SuspensionUnknown(kind=kind[:40], kinds=", ".join(law.suspensions) or "—")
    if case.clock not in RUNS:
        raise ClockStands(number=case.number)
    today = calendar.day_of(at)
    left = allowed.days - _used(session, case, term, allowed)
    if left < 1:
        raise SuspensionUsedUp(number=case.number, days=allowed.days)
    until = calendar.business_day_after(
        calendar.next_business_day(today), min(max(days or left, 1), left)
    )
    suspension = Suspension(
        case_id=case.id,
        number=_next_number(session, case.id),
        kind=kind,
        reason=reason.strip()[:2000],
        begun_on=today,
        until=until,
        is_extended=False,
        begun_by_id=None if by is None else by.id,
    )
    session.add(suspension)
    case.clock = ClockState.SUSPENDED.value
    term.stopped_on, term.stopped_until, term.stopped_why = today, until, kind
    set_due(case, term, calendar)
    set_alarm(session, case, term, at=at)
    data = {"kind": kind, "until": until.isoformat(), "reason": suspension.reason}
    record(session, case, [Fact(Happened.CLOCK_STOPPED, data=data)], by=by, at=at)
    return suspension


def extend_suspension(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Suspension:
    """The clock may stand still longer, once, by what the law adds. ReasonMissing, ClockRuns, SuspensionUsedUp."""
    if not reason.strip():
        raise ReasonMissing
    case, term = _held_term(session, case_id, at=at)
    law, calendar = law_of(term.jurisdiction), calendar_of(session, term)
    suspension = _open_suspension(session, case)
    allowed = law.suspensions[suspension.kind]
    if suspension.is_extended or not allowed.extension:
        raise SuspensionUsedUp(number=case.number, days=allowed.days + allowed.extension)
    suspension.until = calendar.business_day_after(suspension.until, allowed.extension)
    suspension.is_extended, term.stopped_until = True, suspension.until
    set_alarm(session, case, term, at=at)
    data = {
        "kind": suspension.kind,
        "until": suspension.until.isoformat(),
        "reason": reason.strip()[:2000],
        "is_extension": True,
    }
    record(session, case, [Fact(Happened.CLOCK_STOPPED, data=data)], by=by, at=at)
    return suspension


def resume_clock(session: Session, case_id: int, *, by: Person | None, at: datetime) -> Case:
    """The clock goes on: what it waited for has come. ClockRuns, CaseEnded."""
    case, term = _held_term(session, case_id, at=at)
    suspension = _open_suspension(session, case)
    go_on(session, case, term, suspension, at=at, by=by)
    return case


def go_on(
    session: Session,
    case: Case,
    term: CaseTerm,
    suspension: Suspension,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """End a suspension of a held case: the days it lasted, at most those allowed, are added to the term."""
    calendar = calendar_of(session, term)
    ended_on = min(calendar.day_of(at), suspension.until)
    suspension.ended_on = ended_on
    days = max(calendar.business_days_between(suspension.begun_on, ended_on), 0)
    start_again(case, term)
    term.stopped_days += days
    count(session, case, term)
    move_tasks(session, case, term, days, at=at)
    set_alarm(session, case, term, at=at)
    data = {"days": days, **days_said(term)}
    record(session, case, [Fact(Happened.CLOCK_WENT_ON, data=data)], by=by, at=at)


def start_again(case: Case, term: CaseTerm) -> None:
    """The clock no longer stands still; its days are the caller's to count."""
    known = term.assessment is not None and not term.is_expected
    case.clock = (ClockState.RUNNING if known else ClockState.UNDETERMINED).value
    term.stopped_on = term.stopped_until = term.stopped_why = None


def move_tasks(session: Session, case: Case, term: CaseTerm, days: int, *, at: datetime) -> None:
    """Open tasks are due so many business days later: their time stood still as well."""
    if not days:
        return
    calendar = calendar_of(session, term)
    tasks = session.scalars(
        select(Task).where(
            Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.due_at.is_not(None)
        )
    )
    for task in tasks:
        assert task.due_at is not None
        due_on = calendar.day_of(task.due_at)
        later = calendar.business_day_after(due_on, days)
        task.due_at += calendar.start_of_day(later) - calendar.start_of_day(due_on)
        if task.due_at > at:  # else they are told of it already, or about to be
            task.warn_at = first_warning(calendar, task.due_at, at=at)
        task.due_order = min(int(task.due_at.timestamp()), NEVER_DUE)
    follow_tasks(session, Task.case_id == case.id)


def suspensions_of(session: Session, case_id: int) -> list[Suspension]:
    """Every time the clock stood still, the oldest first."""
    return list(
        session.scalars(
            select(Suspension).where(Suspension.case_id == case_id).order_by(Suspension.number)
        )
    )


def _held_term(session: Session, case_id: int, *, at: datetime) -> tuple[Case, CaseTerm]:
    held: Held = hold(session, case_id, at=at)
    check_open(held.case)
    term = term_of(session, held.case)
    if term is None:
        raise ClockStands(number=held.case.number)
    return held.case, term


def _open_suspension(session: Session, case: Case) -> Suspension:
    found = session.scalar(
        select(Suspension).where(Suspension.case_id == case.id, Suspension.ended_on.is_(None))
    )
    if found is None:
        raise ClockRuns(number=case.number)
    return found


def _used(session: Session, case: Case, term: CaseTerm, allowed: SuspensionKind) -> int:
    calendar = calendar_of(session, term)
    ended: list[tuple[date, date]] = [
        (one.begun_on, one.ended_on or one.until)
        for one in suspensions_of(session, case.id)
        if one.kind == allowed.name
    ]
    return sum(calendar.business_days_between(begun, end) for begun, end in ended)


def _next_number(session: Session, case_id: int) -> int:
    last = session.scalar(select(func.max(Suspension.number)).where(Suspension.case_id == case_id))
    return (last or 0) + 1
