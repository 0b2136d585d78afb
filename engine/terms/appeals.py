"""Appeals are phases of their case, each with a term of its own: reconsideration, appeal, complaint for delay.

Filed here, until when and before whom; `appeal_clock` warns and lets silence operate, `rulings` decides.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Refusal
from engine.events import Happened
from engine.models import (
    Case,
    CaseStatus,
    CaseTerm,
    ClockState,
    FiledAppeal,
    Person,
    Task,
    TaskStatus,
)
from engine.progress import Held, hold
from engine.record.facts import Fact, record
from engine.sheet import Appeal
from engine.terms import appeal_clock
from engine.terms.authority import deciding_office
from engine.terms.clock import calendar_of, term_of
from engine.terms.counting import term_end
from engine.terms.law import business_days, law_of
from engine.terms.letters import clock_letter
from engine.terms.offered import COMPLAINT, POSITIVE, RECONSIDERATION, offered

ACT: Final = "act"
SILENCE: Final = "silence"


class NoAppealHere(Refusal):
    """The sheet and the law give no such appeal."""

    sentence = "There is no “{kind}” in this procedure. It has: {kinds}."


class NothingToAppeal(Conflict):
    """Nothing is decided yet, and silence has not operated."""

    sentence = (
        "Case {number} can be appealed once its decision is notified, or silence has operated."
    )


class TooLateToAppeal(Conflict):
    """The time to appeal is over."""

    sentence = "The decision on case {number} could be appealed until {day}."


class AppealOpen(Conflict):
    """The same appeal waits to be decided."""

    sentence = "The same appeal was filed in case {number} on {day} and waits to be decided."


class GroundsMissing(Refusal):
    """An appeal says why."""

    sentence = "Say why: whoever decides reads it."


class OneAtATime(Conflict):
    """Another appeal against the same decision is open."""

    sentence = "Case {number} has an open {kind}, filed on {day}. Wait for its answer: one is filed at a time."


class PathExhausted(Conflict):
    """The highest office has decided, or was silent."""

    sentence = (
        "Nothing more can be filed in case {number}: the way through the office is exhausted since {day}. "
        "A judge can be asked."
    )


class FiledOnce(Conflict):
    """Each kind is filed once against a decision."""

    sentence = "The same appeal against this decision was answered already: each is filed once."


class NothingDelayed(Conflict):
    """A complaint is about a case that goes on."""

    sentence = "Case {number} has ended: there is no delay to complain about."


class NothingLate(Conflict):
    """Every term of the case still runs."""

    sentence = (
        "Nothing is late in case {number} yet: the office has until {day} to decide. "
        "Complain from the day after."
    )


def appeal_until(
    session: Session,
    case: Case,
    term: CaseTerm,
    appeal: Appeal,
    earlier: Iterable[FiledAppeal] = (),
) -> date | None:
    """The last day to file it. None: as long as the office has not decided (negative silence, 188.5), or never.

    The answer to a reconsideration is a decision too: from then on there is time again to appeal.
    """
    notified_on = notified(session, case, term)
    if notified_on is None:
        return None
    for one in earlier:
        if one.kind == RECONSIDERATION and appeal.kind != RECONSIDERATION:
            notified_on = max(notified_on, one.decided_on or notified_on)
    within = business_days(appeal.file_within)
    return term_end(calendar_of(session, term), notified_on, within, distance=term.distance_days)


def notified(session: Session, case: Case, term: CaseTerm) -> date | None:
    """The day the decision was notified: as the diagram marks it, else the day the case ended with one."""
    if case.clock != ClockState.ANSWERED:
        return None
    if term.notified_on is not None or case.ended_at is None:
        return term.notified_on
    return calendar_of(session, term).day_of(case.ended_at)


def obstacle(
    session: Session,
    case: Case,
    term: CaseTerm,
    appeal: Appeal,
    earlier: Iterable[FiledAppeal],
    *,
    at: datetime,
) -> Refusal | None:
    """What stands in the way of filing it today, as the refusal to raise; None when nothing does."""
    law, number = law_of(term.jurisdiction), case.number
    since = term.silent_on if case.clock == ClockState.SILENT else notified(session, case, term)
    if since is None:
        return NothingToAppeal(number=number)
    earlier = [one for one in earlier if _is_against(one, since)]
    for one in earlier:
        is_open = one.decided_on is None and one.silent_on is None
        if one.is_exhausted:
            return PathExhausted(number=number, day=one.decided_on or one.silent_on)
        if one.kind == appeal.kind and is_open:
            return AppealOpen(number=number, day=one.filed_on)
        if law.is_one_appeal_at_a_time and is_open:
            kind = law.kind_of_appeal(one.kind)
            return OneAtATime(number=number, kind=kind, day=one.filed_on)
        if law.is_one_appeal_at_a_time and one.kind == appeal.kind:
            return FiledOnce()
    if _is_after_silence(case, earlier):
        return None
    until = appeal_until(session, case, term, appeal, earlier)
    if until is None or calendar_of(session, term).day_of(at) > until:
        return TooLateToAppeal(number=number, day=until)
    return None


def last_day(session: Session, case: Case, appeal: Appeal) -> date | None:
    """Until when one that may be filed today may be filed; None: for as long as nobody answers."""
    term = term_of(session, case)
    since = None if term is None else notified(session, case, term)
    if term is None or since is None:
        return None
    earlier = [one for one in appeals_of(session, case.id) if _is_against(one, since)]
    if _is_after_silence(case, earlier):
        return None
    return appeal_until(session, case, term, appeal, earlier)


def _is_after_silence(case: Case, earlier: Iterable[FiledAppeal]) -> bool:
    return case.clock == ClockState.SILENT or any(_is_unanswered(one) for one in earlier)


def may_appeal(session: Session, case: Case, appeal: Appeal, *, at: datetime) -> bool:
    """Whether the applicant may file it today."""
    term = term_of(session, case)
    if term is None:
        return False
    earlier = appeals_of(session, case.id)
    return obstacle(session, case, term, appeal, earlier, at=at) is None


def file_appeal(
    session: Session,
    case_id: int,
    kind: str,
    grounds: str,
    *,
    by: Person | None,
    at: datetime,
) -> FiledAppeal:
    """File a reconsideration or an appeal; the case itself is not moved by it. Who decides is warned.

    Raises NoAppealHere, NothingToAppeal, TooLateToAppeal, AppealOpen, OneAtATime, FiledOnce, PathExhausted,
    GroundsMissing.
    """
    held, term = held_term(session, case_id, at=at)
    case = held.case
    known = offered(session, case, term)
    appeal = known.get(kind)
    if appeal is None:
        raise NoAppealHere(kind=kind[:20], kinds=", ".join(known) or "—")
    refusal = obstacle(session, case, term, appeal, appeals_of(session, case_id), at=at)
    if refusal is not None:
        raise refusal
    against = SILENCE if case.clock == ClockState.SILENT else ACT
    return _file(session, held, term, appeal, against, grounds, by=by, at=at)


def file_complaint(
    session: Session, case_id: int, grounds: str, *, by: Person | None, at: datetime
) -> FiledAppeal:
    """Complain about delay, as long as the case goes on and once a term is over; it never suspends the case (158).

    Raises NothingDelayed, NoAppealHere, AppealOpen, NothingLate, GroundsMissing.
    """
    held, term = held_term(session, case_id, at=at)
    refusal = _no_complaint(session, held.case, term, at=at)
    if refusal is not None:
        raise refusal
    complaint = Appeal(COMPLAINT, 0, law_of(term.jurisdiction).complaint_days or 0)
    return _file(session, held, term, complaint, SILENCE, grounds, by=by, at=at)


def _no_complaint(session: Session, case: Case, term: CaseTerm, *, at: datetime) -> Refusal | None:
    """What stands in the way of a complaint for delay today; None when nothing does."""
    law = law_of(term.jurisdiction)
    if case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        return NothingDelayed(number=case.number)
    if law.complaint_days is None:
        return NoAppealHere(kind=COMPLAINT, kinds=", ".join(law.appeals) or "—")
    for one in appeals_of(session, case.id):
        if one.kind == COMPLAINT and one.decided_on is None:
            return AppealOpen(number=case.number, day=one.filed_on)
    if not is_late(session, case, term, at=at):
        day = term.decide_by if term.decided_on is None else term.notify_by
        return NothingLate(number=case.number, day=day)
    return None


def is_late(session: Session, case: Case, term: CaseTerm, *, at: datetime) -> bool:
    """Whether a term is over: that of the request, to decide or to notify, or that of what somebody has to do in it;
    never while it stands still.
    """
    if term.stopped_on is not None:
        return False
    if case.due_at is not None and case.due_at < at:
        return True
    overdue = select(Task.token).where(
        Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.due_at < at
    )
    return session.scalar(overdue.limit(1)) is not None


def may_complain(session: Session, case: Case, *, at: datetime) -> bool:
    """Whether a complaint for delay may be filed today."""
    term = term_of(session, case)
    return term is not None and _no_complaint(session, case, term, at=at) is None


def appeals_of(session: Session, case_id: int) -> list[FiledAppeal]:
    """Everything filed against the case, the oldest first."""
    return list(
        session.scalars(
            select(FiledAppeal).where(FiledAppeal.case_id == case_id).order_by(FiledAppeal.number)
        )
    )


def held_term(session: Session, case_id: int, *, at: datetime) -> tuple[Held, CaseTerm]:
    """A case held with its term; NothingToAppeal where no term applies."""
    held = hold(session, case_id, at=at)
    term = term_of(session, held.case)
    if term is None:
        raise NothingToAppeal(number=held.case.number)
    return held, term


def _is_against(one: FiledAppeal, since: date) -> bool:
    """Whether it contests the decision (or silence) of that day, or is it: one that took it back contested another."""
    answered_on = one.decided_on or one.filed_on
    return one.kind != COMPLAINT and answered_on >= since and one.effect != "back"


def _is_unanswered(one: FiledAppeal) -> bool:
    """A reconsideration that silence has answered: the next may be filed as long as nobody decides."""
    return one.silent_on is not None and one.decided_on is None


def _file(
    session: Session,
    held: Held,
    term: CaseTerm,
    appeal: Appeal,
    against: str,
    grounds: str,
    *,
    by: Person | None,
    at: datetime,
) -> FiledAppeal:
    case, law = held.case, law_of(term.jurisdiction)
    if not grounds.strip():
        raise GroundsMissing
    last = session.scalar(
        select(func.max(FiledAppeal.number)).where(FiledAppeal.case_id == case.id)
    )
    office = deciding_office(session, held, appeal)
    filed = FiledAppeal(
        case_id=case.id,
        number=(last or 0) + 1,
        kind=appeal.kind,
        grounds=grounds.strip()[:20_000],
        authority=(appeal.authority or (office.name if office else ""))[:200],
        office_id=None if office is None else office.id,
        against=against,
        filed_on=calendar_of(session, term).day_of(at),
        filed_by_id=None if by is None else by.id,
        is_escalated=False,
        is_exhausted=False,
    )
    appeal_clock.count_appeal(session, term, filed, appeal.decide)
    session.add(filed)
    session.flush()
    appeal_clock.begin(session, held, term, filed, at=at)
    effect = appeal_clock.silence_effect(session, case, term, filed)
    values = {
        "kind": law.kind_of_appeal(filed.kind),
        "number": filed.number,
        "filed_on": filed.filed_on,
        "decide_by": filed.decide_by,
        "silence_from": filed.silence_from,
        "authority": filed.authority,
        "is_complaint": filed.kind == COMPLAINT,
        "is_granted_by_silence": effect == POSITIVE,
        "article": law.article("complaint" if filed.kind == COMPLAINT else "appeals"),
    }
    letter = clock_letter(session, held, "appeal_filed", values, by=by, at=at)
    data = {
        "kind": filed.kind,
        "number": filed.number,
        "against": against,
        "decide_by": filed.decide_by.isoformat(),
        "authority": filed.authority,
    }
    fact = Fact(Happened.APPEAL_FILED, office_id=filed.office_id, data=data)
    record(session, case, [fact, letter], by=by, at=at)
    return filed
