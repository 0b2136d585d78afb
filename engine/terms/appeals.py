"""Appeals are phases of their case, each with a term of its own: reconsideration, appeal, complaint for delay."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.facts import Fact, record
from engine.models import Case, CaseStatus, CaseTerm, ClockState, FiledAppeal, Person
from engine.progress import Held, hold
from engine.sheet import Appeal, Sheet
from engine.terms.clock import calendar_of, term_of
from engine.terms.counting import term_end
from engine.terms.law import Law, business_days, law_of
from engine.terms.letters import clock_letter

COMPLAINT: Final = "complaint"
RESULTS: Final = ("founded", "partly", "unfounded", "inadmissible")


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


class AppealDecided(Conflict):
    """Someone was faster."""

    sentence = "This appeal was decided on {day}."


class NothingDelayed(Conflict):
    """A complaint is about a case that goes on."""

    sentence = "Case {number} has ended: there is no delay to complain about."


def appeals_offered(sheet: Sheet, law: Law) -> dict[str, Appeal]:
    """Kind → terms and authority: as the sheet says, else the law."""
    said = {appeal.kind: appeal for appeal in sheet.appeals}
    return said or dict(law.appeals)


def appeal_until(session: Session, case: Case, term: CaseTerm, appeal: Appeal) -> date | None:
    """The last day to file it. None: as long as the office has not decided (negative silence, 188.5), or never."""
    notified_on = notified(session, case, term)
    if notified_on is None:
        return None
    within = business_days(appeal.file_within)
    return term_end(calendar_of(session, term), notified_on, within, distance=term.distance_days)


def notified(session: Session, case: Case, term: CaseTerm) -> date | None:
    """The day the decision was notified: as the diagram marks it, else the day the case ended with one."""
    if case.clock != ClockState.ANSWERED:
        return None
    if term.notified_on is not None or case.ended_at is None:
        return term.notified_on
    return calendar_of(session, term).day_of(case.ended_at)


def may_appeal(session: Session, case: Case, appeal: Appeal, *, at: datetime) -> bool:
    """Whether the applicant may file it today."""
    term = term_of(session, case)
    if term is None or case.clock == ClockState.SILENT:
        return term is not None
    until = appeal_until(session, case, term, appeal)
    return until is not None and calendar_of(session, term).day_of(at) <= until


def file_appeal(
    session: Session,
    case_id: int,
    kind: str,
    grounds: str,
    *,
    by: Person | None,
    at: datetime,
) -> FiledAppeal:
    """File a reconsideration or an appeal; the case itself is not moved by it.

    Raises NoAppealHere, NothingToAppeal, TooLateToAppeal, AppealOpen, GroundsMissing.
    """
    held, term = _held(session, case_id, at=at)
    case, law = held.case, law_of(held.plan.place.code)
    offered = appeals_offered(held.plan.sheet, law)
    appeal = offered.get(kind)
    if appeal is None:
        raise NoAppealHere(kind=kind[:20], kinds=", ".join(offered) or "—")
    today = calendar_of(session, term).day_of(at)
    if case.clock != ClockState.SILENT:
        until = appeal_until(session, case, term, appeal)
        if until is None:
            raise NothingToAppeal(number=case.number)
        if today > until:
            raise TooLateToAppeal(number=case.number, day=until)
    return _file(session, held, term, appeal, grounds, today, by=by, at=at)


def file_complaint(
    session: Session, case_id: int, grounds: str, *, by: Person | None, at: datetime
) -> FiledAppeal:
    """Complain about delay, at any time while the case goes on; it never suspends the case (158).

    Raises NothingDelayed, NoAppealHere, AppealOpen, GroundsMissing.
    """
    held, term = _held(session, case_id, at=at)
    law = law_of(held.plan.place.code)
    if held.case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        raise NothingDelayed(number=held.case.number)
    if law.complaint_days is None:
        raise NoAppealHere(kind=COMPLAINT, kinds=", ".join(law.appeals) or "—")
    today = calendar_of(session, term).day_of(at)
    complaint = Appeal(COMPLAINT, 0, law.complaint_days)
    return _file(session, held, term, complaint, grounds, today, by=by, at=at)


def decide_appeal(
    session: Session,
    case_id: int,
    number: int,
    result: str,
    decision: str,
    *,
    by: Person | None,
    at: datetime,
) -> FiledAppeal:
    """Decide an appeal; the applicant gets a letter. NotFound, AppealDecided, GroundsMissing."""
    held, term = _held(session, case_id, at=at)
    appeal = session.get(FiledAppeal, (case_id, number))
    if appeal is None or result not in RESULTS:
        raise NotFound(what="appeal", name=number)
    if appeal.decided_on is not None:
        raise AppealDecided(day=appeal.decided_on)
    if not decision.strip():
        raise GroundsMissing
    law = law_of(term.jurisdiction)
    appeal.decided_on = calendar_of(session, term).day_of(at)
    appeal.decided_by_id = None if by is None else by.id
    appeal.result, appeal.decision = result, decision.strip()[:20_000]
    values = {
        "filed_on": appeal.filed_on,
        "result": law.words["results"][result],
        "text": appeal.decision,
        "article": law.article("complaint" if appeal.kind == COMPLAINT else "appeals"),
    }
    letter = clock_letter(session, held, "appeal_decided", values, by=by, at=at)
    data = {"kind": appeal.kind, "number": number, "result": result}
    facts = [Fact(Happened.APPEAL_DECIDED, data=data), letter]
    record(session, held.case, facts, by=by, at=at)
    return appeal


def appeals_of(session: Session, case_id: int) -> list[FiledAppeal]:
    """Everything filed against the case, the oldest first."""
    return list(
        session.scalars(
            select(FiledAppeal).where(FiledAppeal.case_id == case_id).order_by(FiledAppeal.number)
        )
    )


def _file(
    session: Session,
    held: Held,
    term: CaseTerm,
    appeal: Appeal,
    grounds: str,
    today: date,
    *,
    by: Person | None,
    at: datetime,
) -> FiledAppeal:
    case = held.case
    if not grounds.strip():
        raise GroundsMissing
    for earlier in appeals_of(session, case.id):
        if earlier.kind == appeal.kind and earlier.decided_on is None:
            raise AppealOpen(number=case.number, day=earlier.filed_on)
    last = session.scalar(
        select(func.max(FiledAppeal.number)).where(FiledAppeal.case_id == case.id)
    )
    filed = FiledAppeal(
        case_id=case.id,
        number=(last or 0) + 1,
        kind=appeal.kind,
        grounds=grounds.strip()[:20_000],
        authority=appeal.authority[:200],
        filed_on=today,
        decide_by=term_end(calendar_of(session, term), today, business_days(appeal.decide_within)),
        filed_by_id=None if by is None else by.id,
    )
    session.add(filed)
    session.flush()
    data = {
        "kind": filed.kind,
        "number": filed.number,
        "decide_by": filed.decide_by.isoformat(),
        "authority": filed.authority,
    }
    record(session, case, [Fact(Happened.APPEAL_FILED, data=data)], by=by, at=at)
    return filed


def _held(session: Session, case_id: int, *, at: datetime) -> tuple[Held, CaseTerm]:
    held = hold(session, case_id, at=at)
    term = term_of(session, held.case)
    if term is None:
        raise NothingToAppeal(number=held.case.number)
    return held, term
