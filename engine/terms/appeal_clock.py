"""The clock of an appeal: one job each; it warns who decides, and lets the appeal's own silence operate."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.batches import drop_jobs
from engine.calendars import BusinessCalendar
from engine.calendars.offices import office_place
from engine.events import Happened
from engine.jobs import enqueue
from engine.models import (
    Case,
    CaseTerm,
    ClockState,
    FiledAppeal,
    JobKind,
    Membership,
    Person,
    PersonRole,
    Role,
)
from engine.progress import Held, hold
from engine.record.facts import Fact, record
from engine.sheet import Term
from engine.terms import silence, warnings
from engine.terms.clock import calendar_of, term_of
from engine.terms.counting import deadlines
from engine.terms.law import law_of
from engine.terms.letters import tell_applicant
from engine.terms.offered import COMPLAINT, NEGATIVE, POSITIVE, exhausts, offered

# kinds of warnings
FILED: Final = "appeal"
SOON: Final = "appeal_soon"
LATE: Final = "appeal_late"
QUIET: Final = "appeal_quiet"


def begin(
    session: Session, held: Held, term: CaseTerm, appeal: FiledAppeal, *, at: datetime
) -> None:
    """Whoever decides it is told, and the clock looked at when something is to be done about it."""
    warnings.warn(
        session,
        held.case,
        term,
        deciders(session, held.case, term, appeal),
        FILED,
        until=appeal.decide_by,
        at=at,
    )
    set_alarm(session, held.case, term, appeal, at=at)


def count_appeal(session: Session, term: CaseTerm, appeal: FiledAppeal, decide: Term) -> None:
    """Work out until when it is decided, and from when silence has the say: by the function that counts requests."""
    law = law_of(term.jurisdiction)
    found = deadlines(
        calendar_of(session, term),
        appeal.filed_on,
        decide,
        law.notify,
        is_silent_after_notify=law.is_silent_after_notify,
    )
    appeal.decide_by = found.decide_by
    # a complaint moves nothing: it has no silence
    appeal.silence_from = None if appeal.kind == COMPLAINT else found.silence_from


def look(session: Session, case_id: int, number: int, *, at: datetime) -> None:
    """Do what is due today about an appeal, and set the alarm for the next time. Late or twice, it does no more."""
    held = hold(session, case_id, at=at)
    case, term = held.case, term_of(session, held.case)
    appeal = session.get(FiledAppeal, (case_id, number), populate_existing=True)
    if term is None or appeal is None or appeal.decided_on is not None or appeal.silent_on:
        return
    today = calendar_of(session, term).day_of(at)
    if appeal.silence_from is not None and today >= appeal.silence_from:
        _be_silent(session, held, term, appeal, at)
        return
    _warn(session, case, term, appeal, today, at)
    set_alarm(session, case, term, appeal, is_seen_to=True, at=at)


def set_alarm(
    session: Session,
    case: Case,
    term: CaseTerm,
    appeal: FiledAppeal,
    *,
    is_seen_to: bool = False,
    at: datetime,
) -> None:
    """One job per appeal, on the next day on which something is to be done about it; none once it is answered."""
    calendar = calendar_of(session, term)
    stop(session, appeal)
    if appeal.decided_on is not None or appeal.silent_on is not None:
        return
    days = [
        calendar.business_day_after(appeal.decide_by, -before)
        for before in _warnings_left(term, calendar, appeal)
    ]
    if not appeal.is_escalated:
        days.append(appeal.decide_by + timedelta(days=1))
    if appeal.silence_from is not None:
        days.append(appeal.silence_from)
    if not days:
        return
    day = min(days)
    if is_seen_to:
        day = max(day, calendar.day_of(at) + timedelta(days=1))
    run_at = max(calendar.start_of_day(day), at)
    payload = {"appeal": appeal.number}
    key = _key(appeal)
    enqueue(session, JobKind.CLOCK, key, payload, run_at=run_at, case_id=case.id, at=at)


def stop(session: Session, appeal: FiledAppeal) -> None:
    """Its clock is not looked at any more."""
    drop_jobs(session, [_key(appeal)])


def silence_effect(session: Session, case: Case, term: CaseTerm, appeal: FiledAppeal) -> str:
    """Positive or negative: what its silence will do as things stand."""
    said = offered(session, case, term).get(appeal.kind)
    if said is None:
        return NEGATIVE
    is_against_silence = appeal.against == "silence" and case.clock == ClockState.SILENT
    return said.after_silence if is_against_silence else said.silence


def deciders(
    session: Session, case: Case, term: CaseTerm, appeal: FiledAppeal, *, is_late: bool = False
) -> list[Person]:
    """The managers of the office that decides; those above it too when it is late, or it has none."""
    if appeal.office_id is None:
        return warnings.in_charge(session, case, term)
    own, *above = office_place(session, appeal.office_id).above or (appeal.office_id,)
    found = _managers(session, [own])
    if is_late or not found:
        found = _managers(session, [own, *above])
    return found


def _key(appeal: FiledAppeal) -> str:
    return f"{JobKind.CLOCK.value}:{appeal.case_id}:appeal:{appeal.number}"


def _warnings_left(term: CaseTerm, calendar: BusinessCalendar, appeal: FiledAppeal) -> list[int]:
    whole = calendar.business_days_between(appeal.filed_on, appeal.decide_by)
    given = appeal.warned_days
    limits = law_of(term.jurisdiction).warn_before
    return [days for days in limits if days < whole and (given is None or days < given)]


def _warn(
    session: Session, case: Case, term: CaseTerm, appeal: FiledAppeal, today: date, at: datetime
) -> None:
    until = appeal.decide_by
    if today > until:
        if not appeal.is_escalated:
            appeal.is_escalated, appeal.warned_days = True, 0
            people = deciders(session, case, term, appeal, is_late=True)
            warnings.warn(session, case, term, people, LATE, until=until, at=at)
        return
    calendar = calendar_of(session, term)
    left = calendar.business_days_between(today, until)
    reached = [days for days in _warnings_left(term, calendar, appeal) if left <= days]
    if reached:
        appeal.warned_days = min(reached)
        people = deciders(session, case, term, appeal)
        warnings.warn(session, case, term, people, SOON, days=left, until=until, at=at)


def _be_silent(
    session: Session, held: Held, term: CaseTerm, appeal: FiledAppeal, at: datetime
) -> None:
    case, law = held.case, law_of(term.jurisdiction)
    effect = silence_effect(session, case, term, appeal)
    on = appeal.silence_from
    assert on is not None
    appeal.silent_on = on
    appeal.is_exhausted = effect == POSITIVE or exhausts(session, case, term, appeal.kind)
    people = deciders(session, case, term, appeal, is_late=True)
    data = {
        "kind": appeal.kind,
        "number": appeal.number,
        "how": effect,
        "on": on.isoformat(),
        "is_exhausted": appeal.is_exhausted,
    }
    fact = Fact(Happened.APPEAL_SILENT, office_id=appeal.office_id, data=data)
    record(session, case, [fact], by=None, at=at)
    if effect == POSITIVE:
        silence.approve_on_appeal(session, held, term, on, at=at)
    else:
        values = {
            "kind": law.kind_of_appeal(appeal.kind),
            "filed_on": appeal.filed_on,
            "silent_on": on,
        }
        name = "appeal_exhausted" if appeal.is_exhausted else "appeal_silent"
        tell_applicant(session, held, name, values, at=at)
    warnings.warn(session, case, term, people, QUIET, until=appeal.decide_by, at=at)


def _managers(session: Session, office_ids: list[int]) -> list[Person]:
    found = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(
            Membership.office_id.in_(office_ids),
            PersonRole.role == Role.MANAGER.value,
            Person.is_active,
        )
        .distinct()
        .order_by(Person.id)
    )
    return list(session.scalars(found))
