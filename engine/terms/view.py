"""The clock of a case as a page or a list shows it: what is due when, how much is used, why it stands still."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars import BusinessCalendar
from engine.models import (
    Case,
    CaseStatus,
    CaseTerm,
    ClockState,
    Deficiency,
    FiledAppeal,
    Notice,
    Suspension,
    Version,
)
from engine.sheet import Assessment, TermUnit
from engine.terms.abandonment import abandoned_from
from engine.terms.appeals import appeals_of
from engine.terms.clock import RUNS, calendar_of, sheet_of_term, term_of
from engine.terms.law import Law, law_of
from engine.terms.notices import items_of, notices_of
from engine.terms.stopping import suspensions_of


@dataclass(frozen=True, slots=True)
class ClockView:
    """How the law's clock stands on a case today. Days used and of are business days."""

    state: ClockState
    assessment: Assessment | None
    modality: str
    is_expected: bool  # by what the applicant declared; the office has not registered it yet
    filed_on: date
    started_on: date
    used: int
    of: int
    left: int  # business days until the last day to decide; negative when it is over
    decide_by: date
    notify_by: date
    silence_from: date
    due_at: datetime | None
    # why it stands still, of engine.terms.law's suspensions or “notice”, and until when at most
    stands_for: str | None
    stands_since: date | None
    stands_until: date | None
    decided_on: date | None
    notified_on: date | None
    silent_on: date | None
    approved_on: date | None
    law: Law
    answered_on: date | None = (
        None  # by what was notified; a new decision on appeal changes nothing
    )
    is_silence_said: bool = True  # False: the sheet leaves it open, and it counts as negative

    @property
    def is_running(self) -> bool:
        return self.state in RUNS

    @property
    def is_restarted(self) -> bool:
        return self.started_on > self.filed_on


@dataclass(frozen=True, slots=True)
class StatedNotice:
    """A notice with its items."""

    notice: Notice
    items: list[Deficiency]


@dataclass(frozen=True, slots=True)
class ClockFile:
    """Everything about the clock of a case: for its own page and the applicant's."""

    view: ClockView
    notices: list[StatedNotice]
    suspensions: list[Suspension]
    appeals: list[FiledAppeal]
    abandoned_from: date | None = None  # if the applicant goes on doing nothing
    filed_under: int | None = (
        None  # number of the version whose sheet holds, where it is not the case's own
    )

    @property
    def open_notice(self) -> StatedNotice | None:
        return next((one for one in self.notices if one.notice.closed_on is None), None)


def clock_view(session: Session, case: Case, *, at: datetime) -> ClockView | None:
    """How the clock of a case stands; None where no term applies. One statement."""
    term = term_of(session, case)
    if term is None:
        return None
    view = _view(session, case, term, at)
    if term.assessment != Assessment.NEGATIVE_SILENCE:
        return view
    modalities = sheet_of_term(session, case, term).modalities
    is_open = any(
        one.name[:200] == term.modality and not one.is_assessment_said for one in modalities
    )
    return replace(view, is_silence_said=not is_open)


def clock_views(session: Session, case_ids: list[int], *, at: datetime) -> dict[int, ClockView]:
    """The same for a page of cases, by id, in one statement; cases without a term are left out."""
    rows = session.execute(
        select(Case, CaseTerm)
        .join(CaseTerm, CaseTerm.case_id == Case.id)
        .where(Case.id.in_(case_ids), Case.clock.is_not(None))
    )
    return {case.id: _view(session, case, term, at) for case, term in rows}


def clock_file(session: Session, case: Case, *, at: datetime) -> ClockFile | None:
    """The clock with notices, suspensions and appeals; None where no term applies."""
    view = clock_view(session, case, at=at)
    if view is None:
        return None
    return ClockFile(
        view,
        [
            StatedNotice(notice, items_of(session, case.id, notice.number))
            for notice in notices_of(session, case.id)
        ],
        suspensions_of(session, case.id),
        appeals_of(session, case.id),
        abandoned_from(session, case, at=at),
        _filed_under(session, case),
    )


def _filed_under(session: Session, case: Case) -> int | None:
    term = term_of(session, case)
    if term is None or term.version_id in (None, case.version_id):
        return None
    return session.scalar(select(Version.number).where(Version.id == term.version_id))


def _answered_on(case: Case, term: CaseTerm, calendar: BusinessCalendar) -> date | None:
    if term.notified_on is None or case.ended_at is None:
        return term.notified_on
    return min(term.notified_on, calendar.day_of(case.ended_at))


def _view(session: Session, case: Case, term: CaseTerm, at: datetime) -> ClockView:
    calendar = calendar_of(session, term)
    today = calendar.day_of(at)
    until = min(
        day
        for day in (
            today,
            term.stopped_on,
            term.decided_on,
            None if case.ended_at is None else calendar.day_of(case.ended_at),
        )
        if day is not None
    )
    between = calendar.business_days_between
    used = max(between(term.clock_started_on, until) - term.stopped_days, 0)
    stands = case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED)
    return ClockView(
        state=ClockState(case.clock or ClockState.STOPPED),
        assessment=None if term.assessment is None else Assessment(term.assessment),
        modality=term.modality,
        is_expected=term.is_expected,
        filed_on=term.filed_on,
        started_on=term.clock_started_on,
        used=used,
        of=term.amount
        if term.unit == TermUnit.BUSINESS_DAYS
        else between(term.clock_started_on, term.decide_by) - term.stopped_days,
        left=between(today, term.decide_by),
        decide_by=term.decide_by,
        notify_by=term.notify_by,
        silence_from=term.silence_from,
        due_at=case.due_at,
        stands_for=term.stopped_why if stands else None,
        stands_since=term.stopped_on,
        stands_until=term.stopped_until,
        decided_on=term.decided_on,
        notified_on=term.notified_on,
        silent_on=term.silent_on,
        approved_on=term.approved_on,
        answered_on=_answered_on(case, term, calendar),
        law=law_of(term.jurisdiction),
    )
