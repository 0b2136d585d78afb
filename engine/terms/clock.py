"""The clock of a case: begun when it is filed, moved along when the case moves, asked by pages.

`moved` is called by engine/progress.py in the transaction that moves the case. Most moves change no term and cost no
statement: what the case's own row says (`Case.clock`) is enough to know.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.batches import drop_jobs
from engine.calendars import BusinessCalendar, office_calendar
from engine.calendars.offices import office_place
from engine.deployments import Blueprint, blueprint
from engine.events import Happened
from engine.jobs import enqueue
from engine.models import Case, CaseStatus, CaseTerm, ClockState, JobKind, Notice, Procedure
from engine.record.facts import Fact
from engine.sheet import Assessment, Modality, Sheet, Term, TermUnit
from engine.terms.counting import counts_from, deadlines, shifted, term_end
from engine.terms.law import Law, law_of
from engine.terms.modality import modality_of, times_of
from engine.window.guide import expected_modality

NOTHING: Final[Mapping[int, str]] = MappingProxyType({})
RUNS = (ClockState.UNDETERMINED, ClockState.RUNNING)
STANDS = (ClockState.NOTICE, ClockState.SUSPENDED)
APPLICANT = "applicant"  # kind of task: an act of the applicant
_APPLICANT_BEGINS = ("counter", "window", "online", "api", "import")
_OVER = (CaseStatus.COMPLETED, CaseStatus.FAILED, CaseStatus.CANCELLED)


def clock_key(case_id: int) -> str:
    """Key of the one job that looks at the clock of a case."""
    return f"{JobKind.CLOCK.value}:{case_id}"


def idle_key(case_id: int, token: int) -> str:
    """Key of the job that looks whether the applicant has done what this token waits for."""
    return f"{clock_key(case_id)}:idle:{token}"


def is_begun_by_applicant(case: Case, plan: Blueprint) -> bool:
    """Whether somebody asked for it: neither the office (so its sheet would say), nor a date or another case."""
    is_by_office = plan.sheet.raw.get("begun_by") == "office"
    is_named = bool(case.applicant_name or case.applicant_document)
    return not is_by_office and is_named and case.channel in _APPLICANT_BEGINS


def moved(
    session: Session,
    case: Case,
    plan: Blueprint,
    answers: Mapping[str, Any],
    main: Fact,
    done: Mapping[str, int],
    begun: Mapping[int, str] = NOTHING,
    *,
    at: datetime,
) -> list[Fact]:
    """What a move of the case means to its clock, as facts.

    `done`: element ids that it did; `begun`: element ids by token that it waits for from now on.
    """
    if main.type == Happened.CASE_STARTED:
        facts = _begin(session, case, plan, answers, at)
        _await_applicant(session, case, plan, begun, at)
        return facts
    if case.clock is None:
        return []
    _await_applicant(session, case, plan, begun, at)
    facts = []
    if case.clock == ClockState.UNDETERMINED and case.status == CaseStatus.OPEN:
        facts += _determine(session, case, answers, at)
    if case.clock in (*RUNS, ClockState.SILENT, ClockState.APPROVED):
        facts += _answered(session, case, plan, done, at)
    if case.status in _OVER and case.clock in (*RUNS, *STANDS, ClockState.SILENT):
        # The end of the case is its answer, unless a command says otherwise afterwards.
        case.clock = ClockState.ANSWERED.value
    return facts


def _await_applicant(
    session: Session, case: Case, plan: Blueprint, begun: Mapping[int, str], at: datetime
) -> None:
    """What waits for the applicant is looked at before they have waited too long (engine.terms.abandonment)."""
    kinds = plan.sheet.clock.tasks
    tokens = [token for token, element in begun.items() if kinds.get(element) == APPLICANT]
    if not tokens or case.clock is None or case.status in _OVER:
        return
    law = law_of(plan.place.code)
    if not law.is_abandoned_by_itself or not is_begun_by_applicant(case, plan):
        return
    days = (law.abandonment_days or 0) - max(law.warn_before, default=0)
    calendar = office_calendar(
        session, session.get_one(Procedure, plan.procedure_id).office_id, plan.place.code
    )
    run_at = calendar.start_of_day(calendar.business_day_after(calendar.day_of(at), max(days, 1)))
    for token in tokens:
        payload = {"idle": token, "is_warned": False}
        key = idle_key(case.id, token)
        enqueue(session, JobKind.CLOCK, key, payload, run_at=run_at, case_id=case.id, at=at)


# What `moved` says of a completion that can be taken back; what the applicant was told cannot.
TAKEN_BACK = (Happened.CLOCK_STARTED, Happened.REQUEST_DECIDED)


def take_back(
    session: Session,
    case: Case,
    answers: Mapping[str, Any],
    facts: set[str],
    *,
    at: datetime,
) -> None:
    """The clock stands again as before a completion of which these facts were told; those of TAKEN_BACK count.

    `answers`: what the case knows again.
    """
    term = term_of(session, case)
    if term is None or not facts & set(TAKEN_BACK):
        return
    if Happened.REQUEST_DECIDED in facts:
        term.decided_on = None
    if Happened.CLOCK_STARTED in facts:
        # The answers that said which term it is are gone: what was expected runs again, from the same day.
        case.clock = ClockState.UNDETERMINED.value
        _expect(session, case, term, sheet_of_term(session, case, term), answers)
    else:
        count(session, case, term)
    set_alarm(session, case, term, at=at)


def term_of(session: Session, case: Case) -> CaseTerm | None:
    """The term of a case; None where none applies."""
    return None if case.clock is None else session.get(CaseTerm, case.id)


def sheet_of_term(session: Session, case: Case, term: CaseTerm) -> Sheet:
    """The sheet the case was filed under. What it says of terms, requirements and appeals stays when the case moves
    to a version with another sheet: who asked by certain rules is answered by them.
    """
    return blueprint(session, term.version_id or case.version_id).sheet


def calendar_of(session: Session, term: CaseTerm) -> BusinessCalendar:
    """The calendar a case's term is counted by."""
    return office_calendar(session, term.office_id, term.jurisdiction)


def count(session: Session, case: Case, term: CaseTerm) -> None:
    """Work the term's days out again, from its start and the days it stood still."""
    law, calendar = law_of(term.jurisdiction), calendar_of(session, term)
    if term.assessment == Assessment.AUTOMATIC:
        # approved on filing; what is still due is the paper (31)
        term.decide_by = term.filed_on
        term.notify_by = (
            min(  # rows of before the sheet could promise it sooner have the law's own term here
                term_end(calendar, term.filed_on, law.issue),
                term_end(calendar, term.filed_on, Term(term.amount, TermUnit(term.unit))),
            )
        )
        term.silence_from = term.notify_by + timedelta(days=1)
    elif term.is_expected and term.assessment is None:
        # to be approved by filing, once it is registered: what counts until then is the day of the paper
        paper = term_end(calendar, term.clock_started_on, Term(term.amount, TermUnit(term.unit)))
        term.decide_by = term.notify_by = shifted(calendar, paper, term.stopped_days)
        term.silence_from = term.notify_by + timedelta(days=1)
    else:
        found = deadlines(
            calendar,
            term.clock_started_on,
            Term(term.amount, TermUnit(term.unit)),
            law.notify,
            is_silent_after_notify=law.is_silent_after_notify,
            stopped_days=term.stopped_days,
        )
        term.decide_by, term.notify_by = found.decide_by, found.notify_by
        term.silence_from = found.silence_from
    set_due(case, term, calendar)


def set_due(case: Case, term: CaseTerm, calendar: BusinessCalendar) -> None:
    """The case is due when it must be decided (or its paper issued); not at all while its clock stands still."""
    due_on: date | None = None
    if case.clock in (*RUNS, ClockState.SILENT):
        due_on = term.notify_by if term.decided_on is not None else term.decide_by
    elif case.clock == ClockState.APPROVED and term.notified_on is None:
        due_on = term.notify_by
    case.due_at = None if due_on is None else calendar.end_of_day(due_on)


def set_alarm(
    session: Session, case: Case, term: CaseTerm, *, is_seen_to: bool = False, at: datetime
) -> None:
    """The clock is looked at when next something is to be done about it; never while nothing is.

    `is_seen_to`: everything that was due today is done.
    """
    calendar = calendar_of(session, term)
    day = next_day(session, case, term, calendar)
    key = clock_key(case.id)
    if case.last_seq:  # a new case has no alarm yet
        drop_jobs(session, [key])
    if day is None:
        return
    if is_seen_to:
        day = max(day, calendar.day_of(at) + timedelta(days=1))
    run_at = max(calendar.start_of_day(day), at)
    enqueue(session, JobKind.CLOCK, key, {}, run_at=run_at, case_id=case.id, at=at)


def next_day(
    session: Session, case: Case, term: CaseTerm, calendar: BusinessCalendar
) -> date | None:
    """The next day on which something is to be done: a warning, silence, the end of a notice or suspension."""
    if case.clock in STANDS:
        return None if term.stopped_until is None else term.stopped_until + timedelta(days=1)
    if case.clock not in RUNS or case.status in _OVER:
        return None
    days = [
        calendar.business_day_after(term.decide_by, -before)
        for before in warnings_left(session, case, term)
    ]
    if not term.is_escalated:
        days.append(term.decide_by + timedelta(days=1))
    if term.assessment is not None:
        days.append(term.silence_from)
    return min(days, default=None)


def warnings_left(session: Session, case: Case, term: CaseTerm) -> list[int]:
    """Business days before the end at which a warning is still due; none as long as the whole term."""
    said = blueprint(session, case.version_id).sheet.clock.warn_before
    limits = law_of(term.jurisdiction).warn_before if said is None else said
    whole = calendar_of(session, term).business_days_between(term.clock_started_on, term.decide_by)
    given = term.warned_days
    return [days for days in limits if days < whole and (given is None or days < given)]


def open_notice(session: Session, case_id: int) -> Notice | None:
    """The notice that waits for the applicant's corrections."""
    return session.scalar(
        select(Notice).where(Notice.case_id == case_id, Notice.closed_on.is_(None))
    )


def _begin(
    session: Session, case: Case, plan: Blueprint, answers: Mapping[str, Any], at: datetime
) -> list[Fact]:
    sheet = plan.sheet
    if not sheet.modalities:
        return []
    law = law_of(plan.place.code)
    office_id = session.get_one(Procedure, plan.procedure_id).office_id
    calendar = office_calendar(session, office_id, plan.place.code)
    filed_on = counts_from(calendar, case.filed_on)
    term = CaseTerm(
        case_id=case.id,
        case=case,
        jurisdiction=plan.place.code,
        office_id=office_id,
        version_id=case.version_id,
        filed_on=filed_on,
        clock_started_on=filed_on,
        distance_days=_distance(session, plan, office_id, answers),
        stopped_days=0,
        is_escalated=False,
    )
    case.clock = ClockState.UNDETERMINED.value
    modality = modality_of(sheet, answers)
    if modality is not None:
        facts = _fall_under(session, case, term, modality, law, at)
    else:
        facts = _expect(session, case, term, sheet, answers)
        if case.status not in _OVER:
            set_alarm(session, case, term, at=at)
    session.add(term)
    return facts


def _expect(
    session: Session, case: Case, term: CaseTerm, sheet: Sheet, answers: Mapping[str, Any]
) -> list[Fact]:
    """The term is that of the modality the guide tells to who answers so, if it does, else the law's own, and is
    counted; what the office registers may still say another.

    Automatic approval waits for that: it is of a complete request, and nobody has seen yet whether it is.
    """
    expected = expected_modality(session, case.version_id, sheet, answers)
    times = times_of(expected, law_of(term.jurisdiction))
    said = times.decide or times.notify
    term.amount, term.unit = said.amount, said.unit.value
    term.modality, term.assessment, term.is_expected = "", None, expected is not None
    if expected is not None:
        term.modality = expected.name[:200]
        if expected.assessment != Assessment.AUTOMATIC:
            term.assessment = expected.assessment.value
    count(session, case, term)
    if expected is None:
        return []  # told once, when the answers have said which term it is
    return [Fact(Happened.CLOCK_STARTED, data={**days_said(term), "is_expected": True})]


def _determine(
    session: Session, case: Case, answers: Mapping[str, Any], at: datetime
) -> list[Fact]:
    term = session.get_one(CaseTerm, case.id)
    modality = modality_of(sheet_of_term(session, case, term), answers)
    if modality is None:
        return []
    return _fall_under(session, case, term, modality, law_of(term.jurisdiction), at)


def _fall_under(
    session: Session,
    case: Case,
    term: CaseTerm,
    modality: Modality,
    law: Law,
    at: datetime,
) -> list[Fact]:
    times = times_of(modality, law)
    said = times.decide or times.notify
    term.amount, term.unit = said.amount, said.unit.value
    term.modality, term.assessment = modality.name[:200], modality.assessment.value
    term.is_expected = False
    case.clock = ClockState.RUNNING.value
    approved: list[Fact] = []
    if modality.assessment == Assessment.AUTOMATIC:
        case.clock, term.approved_on = ClockState.APPROVED.value, term.filed_on
        term.decided_on = term.filed_on
        data = {"how": "automatic", "on": term.filed_on.isoformat()}
        approved = [Fact(Happened.REQUEST_APPROVED, data=data)]
    count(session, case, term)
    if case.status not in _OVER:
        set_alarm(session, case, term, at=at)
    return [Fact(Happened.CLOCK_STARTED, data=days_said(term)), *approved]


def days_said(term: CaseTerm) -> dict[str, Any]:
    """The term as facts keep it."""
    return {
        "modality": term.modality,
        "assessment": term.assessment,
        "started_on": term.clock_started_on.isoformat(),
        "decide_by": term.decide_by.isoformat(),
        "notify_by": term.notify_by.isoformat(),
        "silence_from": term.silence_from.isoformat(),
    }


def _answered(
    session: Session, case: Case, plan: Blueprint, done: Mapping[str, int], at: datetime
) -> list[Fact]:
    marks, today = plan.sheet.clock, plan.place.day_of(at)
    values: dict[str, Any] = {}
    facts = []
    if any(done.get(element) for element in marks.decided_by):
        values["decided_on"] = today
        facts.append(Fact(Happened.REQUEST_DECIDED, data={"on": today.isoformat()}))
    if any(done.get(element) for element in marks.notified_by):
        values["notified_on"] = today
        facts.append(Fact(Happened.DECISION_NOTIFIED, data={"on": today.isoformat()}))
        case.due_at = None
        if case.clock != ClockState.APPROVED:
            case.clock = ClockState.ANSWERED.value
    if values:
        session.execute(update(CaseTerm).where(CaseTerm.case_id == case.id).values(**values))
    return facts


def _distance(
    session: Session, plan: Blueprint, office_id: int | None, answers: Mapping[str, Any]
) -> int:
    field = plan.sheet.clock.filed_from
    origin = answers.get(field) if field else None
    if not isinstance(origin, str) or office_id is None:
        return 0
    return plan.place.distance_days(origin, office_place(session, office_id).region)
