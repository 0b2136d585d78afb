"""Nobody answered in time: positive silence approves the request, negative silence lets the applicant appeal (188)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.events import Happened
from engine.models import Case, CaseStatus, CaseTerm, ClockState
from engine.progress import Held
from engine.record.facts import Fact, record
from engine.sheet import Assessment
from engine.terms.clock import RUNS, calendar_of, set_due
from engine.terms.endings import end_by_law
from engine.terms.law import law_of
from engine.terms.letters import clock_letter
from engine.terms.revoking import revoke


class SilenceOperated(Conflict):
    """What the law has approved cannot be decided otherwise any more (LPAG 188.1)."""

    sentence = "By positive silence the request of case {number} is approved since {day}. Nothing is left to decide."


def has_operated(case: Case, term: CaseTerm, today: date) -> bool:
    """Whether silence has its effect by itself today: nothing was notified, and the clock was not standing still."""
    return (
        case.clock in RUNS
        and term.assessment is not None
        and term.notified_on is None
        and today >= term.silence_from
    )


def refuse_after_silence(session: Session, case: Case, *, at: datetime) -> None:
    """SilenceOperated when positive silence has approved the request, though the worker has not come to it yet."""
    if case.clock not in RUNS or case.due_at is None or at <= case.due_at:
        return
    term = session.get_one(CaseTerm, case.id)
    today = calendar_of(session, term).day_of(at)
    if term.assessment == Assessment.POSITIVE_SILENCE and has_operated(case, term, today):
        raise SilenceOperated(number=case.number, day=term.silence_from)


def operate(session: Session, held: Held, term: CaseTerm, *, at: datetime) -> None:
    """Silence has its effect on a held case, since the day it was due, whenever this runs."""
    if term.assessment == Assessment.POSITIVE_SILENCE:
        _approve(session, held, term, at)
        return
    case = held.case
    case.clock, term.silent_on = ClockState.SILENT.value, term.silence_from
    set_due(case, term, calendar_of(session, term))
    data = {"how": "negative", "on": term.silence_from.isoformat()}
    record(session, case, [Fact(Happened.SILENCE_OPERATED, data=data)], by=None, at=at)


def approve_on_appeal(
    session: Session, held: Held, term: CaseTerm, effective_on: date, *, at: datetime
) -> None:
    """Nobody decided the appeal in time, and the sheet or the law grants it then: the request is approved."""
    case, law = held.case, law_of(term.jurisdiction)
    term.silent_on = term.approved_on = effective_on
    data = {"how": "silence", "on": effective_on.isoformat(), "is_on_appeal": True}
    approved = Fact(Happened.REQUEST_APPROVED, data=data)
    outcome = law.outcome("positive_silence")
    if case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        end_by_law(session, held, approved, outcome, is_granted=True, by=None, at=at)
    else:
        revoke(session, case, term, at=at)
        case.clock, case.outcome = ClockState.APPROVED.value, outcome
        record(session, case, [approved], by=None, at=at)
    values = {"effective_on": effective_on}
    letter = clock_letter(session, held, "certificate_on_appeal", values, by=None, at=at)
    record(session, case, [letter], by=None, at=at)


def _approve(session: Session, held: Held, term: CaseTerm, at: datetime) -> None:
    law = law_of(term.jurisdiction)
    effective_on = term.silence_from
    term.silent_on = term.approved_on = effective_on
    data = {"how": "silence", "on": effective_on.isoformat()}
    main = Fact(Happened.REQUEST_APPROVED, data=data)
    outcome = law.outcome("positive_silence")
    values = {
        "effective_on": effective_on,
        "decide_by": term.decide_by,
        "notify_by": term.notify_by,
        "article": law.article("positive_silence"),
    }
    end_by_law(session, held, main, outcome, is_granted=True, by=None, at=at)
    letter = clock_letter(session, held, "certificate", values, by=None, at=at)
    record(session, held.case, [letter], by=None, at=at)
