"""Deficiency notices: what is lacking, stated once, item by item; corrected so, or too late (LPAG 125, 126)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import CaseEnded, check_open, lay_still, wake
from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.files.documents import add_document, document_fact
from engine.files.store import StoredFile, check_papers
from engine.halts.commands import stand_with_procedure
from engine.models import Case, CaseStatus, CaseTerm, ClockState, Deficiency, Notice, Person
from engine.progress import Held, hold
from engine.record.facts import Fact, record
from engine.sheet import Sheet
from engine.terms.clock import (
    RUNS,
    calendar_of,
    count,
    days_said,
    open_notice,
    set_alarm,
    set_due,
    sheet_of_term,
    term_of,
)
from engine.terms.counting import term_end
from engine.terms.endings import end_by_law
from engine.terms.law import LATE_NOT_FILED, Law, law_of
from engine.terms.letters import clock_letter
from engine.terms.stopping import ClockStands, move_tasks, start_again

MOST_ITEMS = 100
LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Item:
    """What is lacking. `requirement_key` is that of the sheet; empty when it is of no listed requirement."""

    requirement_key: str
    text: str


class NothingStated(Refusal):
    """A notice says what is lacking."""

    sentence = "Tick what is lacking and say for each what the applicant must do."


class NothingAnswered(Refusal):
    """A correction says or brings something."""

    sentence = "Write your answer, or attach a file."


class RequirementUnknown(Refusal):
    """A notice states what the sheet requires."""

    sentence = "The sheet has no requirement “{key}”: only what is published can be asked for."


class NoticeGivenAlready(Conflict):
    """Everything is stated in one act (LPAG 126.2)."""

    sentence = (
        "What is lacking in case {number} was stated on {day}. It is stated once, in one act "
        "{article}: new observations are forbidden. Overriding this needs a reason, which is kept as a legal risk."
    )


class NoNotice(Conflict):
    """Nothing waits to be corrected."""

    sentence = "Nothing waits to be corrected in case {number}. Reload to see how it stands."


class TooLateToCorrect(Conflict):
    """The time to correct is over."""

    sentence = "What was observed in case {number} could be corrected until {day}. A new request can be filed."


class NotAllCorrected(Refusal):
    """Corrections are handed in together."""

    sentence = "Still to be corrected: {items}."


def give_notice(
    session: Session,
    case_id: int,
    items: Sequence[Item],
    *,
    override_reason: str | None = None,
    by: Person | None,
    at: datetime,
) -> Notice:
    """State what is lacking; the case lies still and its clock with it until corrected, or too late.

    Raises NothingStated, RequirementUnknown, ClockStands, NoticeGivenAlready, CaseEnded, CaseSuspended.
    """
    held = hold(session, case_id, at=at)
    case, term = held.case, term_of(session, held.case)
    check_open(case)
    if term is None or case.clock not in RUNS:
        raise ClockStands(number=case.number)
    names = _names(sheet_of_term(session, case, term), items)
    law, calendar = law_of(term.jurisdiction), calendar_of(session, term)
    earlier = _last(session, case.id)
    risk: list[Fact] = []
    if earlier is not None and law.is_notice_once:
        if not (override_reason or "").strip():
            raise NoticeGivenAlready(
                number=case.number,
                day=earlier.given_on,
                article=f"({law.article('once')})" if law.article("once") else "",
            )
        data = {"what": "second_notice", "reason": (override_reason or "").strip()[:2000]}
        risk = [Fact(Happened.LEGAL_RISK_TAKEN, data=data)]
    today = calendar.day_of(at)
    correct_by = term_end(calendar, today, law.correct, distance=term.distance_days)
    notice = Notice(
        case_id=case.id,
        number=1 if earlier is None else earlier.number + 1,
        given_on=today,
        given_at=at,
        given_by_id=None if by is None else by.id,
        correct_by=correct_by,
        override_reason=(override_reason or "").strip()[:2000] or None if risk else None,
    )
    session.add(notice)
    session.flush()
    for place, (item, name) in enumerate(zip(items, names, strict=True), start=1):
        session.add(
            Deficiency(
                case_id=case.id,
                notice=notice.number,
                item=place,
                requirement_key=item.requirement_key[:60],
                requirement=name,
                text=item.text.strip()[:LONGEST_TEXT],
            )
        )
    case.clock = ClockState.NOTICE.value
    term.stopped_on, term.stopped_until, term.stopped_why = today, correct_by, "notice"
    lay_still(session, case)
    set_due(case, term, calendar)
    set_alarm(session, case, term, at=at)
    told = [
        {"number": place, "requirement": name, "text": item.text.strip()[:500]}
        for place, (item, name) in enumerate(zip(items, names, strict=True), start=1)
    ]
    data_given = {"number": notice.number, "items": told, "correct_by": correct_by.isoformat()}
    letter = clock_letter(
        session,
        held,
        "notice",
        {
            "items": told,
            "correct_by": correct_by,
            "article": law.article("notice"),
            "is_not_filed": law.late == LATE_NOT_FILED,
            "is_refunded": law.is_fee_refunded,
        },
        by=by,
        at=at,
    )
    given = Fact(Happened.NOTICE_GIVEN, data=data_given)
    record(session, case, [*risk, given, letter], by=by, at=at)
    return notice


def correct_item(
    session: Session,
    case_id: int,
    item: int,
    text: str,
    *,
    files: Iterable[StoredFile] = (),
    by: Person | None,
    at: datetime,
) -> Deficiency:
    """The applicant answers one item, in words or by documents or both; may be done again until handed in.

    Raises NoNotice, TooLateToCorrect, NotFound, NothingAnswered, NoPaper.
    """
    files = list(files)
    held, _, notice = _open(session, case_id, at=at)
    check_papers(files)
    found = session.get(Deficiency, (case_id, notice.number, item))
    if found is None:
        raise NotFound(what="item", name=item)
    documents = [
        add_document(
            session, held.case, file, origin="applicant", field=f"correction {item}", by=by, at=at
        )
        for file in files
    ]
    if not text.strip() and not documents:
        raise NothingAnswered
    found.correction = text.strip()[:LONGEST_TEXT]
    found.documents = [*(found.documents or []), *(one.number for one in documents)]
    found.corrected_at, found.corrected_by_id = at, None if by is None else by.id
    data = {"item": item, "documents": [one.number for one in documents]}
    facts = [document_fact(one) for one in documents]
    facts.append(Fact(Happened.DEFICIENCY_CORRECTED, data=data))
    record(session, held.case, facts, by=by, at=at)
    return found


def hand_in_corrections(session: Session, case_id: int, *, by: Person | None, at: datetime) -> Case:
    """Every item is corrected: the request counts as filed on its first day, and its decision term begins anew.

    Raises NoNotice, TooLateToCorrect, NotAllCorrected.
    """
    held, term, notice = _open(session, case_id, at=at)
    case = held.case
    lacking = [one for one in items_of(session, case_id, notice.number) if one.corrected_at is None]
    if lacking:
        raise NotAllCorrected(items=", ".join(one.requirement for one in lacking))
    calendar, law = calendar_of(session, term), law_of(term.jurisdiction)
    today = calendar.day_of(at)
    notice.closed_on, notice.outcome = today, "corrected"
    days = calendar.business_days_between(notice.given_on, today)
    start_again(case, term)
    if law.is_term_restarted:
        term.clock_started_on, term.stopped_days = calendar.next_business_day(today), 0
        term.warned_days, term.is_escalated = None, False
    else:
        term.stopped_days += days
    wake(session, held, at=at)
    count(session, case, term)
    move_tasks(session, case, term, days, at=at)
    set_alarm(session, case, term, at=at)
    how = Happened.CLOCK_RESTARTED if law.is_term_restarted else Happened.CLOCK_WENT_ON
    facts = [Fact(Happened.REQUEST_CORRECTED), Fact(how, data=days_said(term))]
    record(session, case, facts, by=by, at=at)
    stand_with_procedure(session, case, at=at)
    return case


def close_late(
    session: Session, held: Held, term: CaseTerm, notice: Notice, *, at: datetime
) -> None:
    """Nothing was corrected in time: the request counts as not filed (or withdrawn), and its fee is given back."""
    law = law_of(term.jurisdiction)
    notice.closed_on, notice.outcome = held.plan.place.day_of(at), "late"
    fee = sheet_of_term(session, held.case, term).fee
    is_refunded = law.is_fee_refunded and fee is not None and fee.amount > 0
    data: dict[str, object] = {
        "correct_by": notice.correct_by.isoformat(),
        "is_refunded": is_refunded,
    }
    if is_refunded and fee is not None:
        data |= {"fee": str(fee.amount), "currency": fee.currency}
    how, outcome = _lateness(law)
    end_by_law(session, held, Fact(how, data=data), law.outcome(outcome), by=None, at=at)
    letter = clock_letter(
        session,
        held,
        "not_filed",
        {
            "correct_by": notice.correct_by,
            "article": law.article("not_filed"),
            "is_refunded": is_refunded,
        },
        by=None,
        at=at,
    )
    record(session, held.case, [letter], by=None, at=at)


def notices_of(session: Session, case_id: int) -> list[Notice]:
    """The notices of a case, the oldest first."""
    return list(
        session.scalars(select(Notice).where(Notice.case_id == case_id).order_by(Notice.number))
    )


def items_of(session: Session, case_id: int, number: int) -> list[Deficiency]:
    """The items of a notice, in order."""
    return list(
        session.scalars(
            select(Deficiency)
            .where(Deficiency.case_id == case_id, Deficiency.notice == number)
            .order_by(Deficiency.item)
        )
    )


def _lateness(law: Law) -> tuple[Happened, str]:
    if law.late == LATE_NOT_FILED:
        return Happened.REQUEST_NOT_FILED, "not_filed"
    return Happened.REQUEST_WITHDRAWN, "withdrawn"


def _names(sheet: Sheet, items: Sequence[Item]) -> list[str]:
    if not items or len(items) > MOST_ITEMS or any(not item.text.strip() for item in items):
        raise NothingStated
    known = {one.key: one.name for one in sheet.requirements}
    for item in items:
        if item.requirement_key and item.requirement_key not in known:
            raise RequirementUnknown(key=item.requirement_key[:60])
    return [known.get(item.requirement_key, "") for item in items]


def _last(session: Session, case_id: int) -> Notice | None:
    newest = select(func.max(Notice.number)).where(Notice.case_id == case_id).scalar_subquery()
    return session.scalar(select(Notice).where(Notice.case_id == case_id, Notice.number == newest))


def _open(session: Session, case_id: int, *, at: datetime) -> tuple[Held, CaseTerm, Notice]:
    held = hold(session, case_id, at=at)
    case = held.case
    if case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        raise CaseEnded(number=case.number, status=case.status)
    term, notice = term_of(session, case), open_notice(session, case_id)
    if term is None or notice is None:
        raise NoNotice(number=case.number)
    if calendar_of(session, term).day_of(at) > notice.correct_by:
        raise TooLateToCorrect(number=case.number, day=notice.correct_by)
    return held, term, notice
