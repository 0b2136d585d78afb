"""Who is warned that a term ends, has ended, or that silence operated: who has the tasks, their chiefs, the manager."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from engine.calendars.offices import office_place
from engine.calendars.written_days import written_day
from engine.errors import filled
from engine.events import Happened
from engine.models import (
    Case,
    CaseTerm,
    ClockState,
    Membership,
    Person,
    PersonRole,
    Procedure,
    Role,
    Task,
    TaskStatus,
    TermWarning,
)
from engine.outbox import send_mail
from engine.record.facts import Fact, record
from engine.sheet import Assessment
from engine.terms.law import law_of
from engine.visibility import visible_cases

SOON: Final = "soon"
OVERDUE: Final = "overdue"
SILENCE: Final = "silence"
# Of a request: each says more than the one before.
_OF_REQUEST = (SOON, OVERDUE, SILENCE)
# While the clock stands so there is still something to do about a term that ends or has ended.
_UNDECIDED = (
    ClockState.UNDETERMINED,
    ClockState.RUNNING,
    ClockState.NOTICE,
    ClockState.SUSPENDED,
    ClockState.SILENT,
)


def warn(
    session: Session,
    case: Case,
    term: CaseTerm,
    people: list[Person],
    kind: str,
    *,
    days: int | None = None,
    until: date | None = None,
    at: datetime,
) -> None:
    """Warn in the page and by mail; the fact says whom. `days`: business days left. `until`: the last day, if it is
    not that of the request.
    """
    procedure = session.get_one(Procedure, case.procedure_id)
    data: dict[str, Any] = {
        "kind": kind,
        "days": days,
        "decide_by": (until or term.decide_by).isoformat(),
        "to": [person.id for person in people],
    }
    ids = [person.id for person in people]
    session.execute(
        delete(TermWarning).where(
            TermWarning.case_id == case.id,
            TermWarning.kind == kind,
            TermWarning.person_id.in_(ids),
        )
    )
    told = {"days": days, "decide_by": data["decide_by"], "assessment": term.assessment}
    for person in people:
        session.add(TermWarning(person_id=person.id, case_id=case.id, kind=kind, data=told, at=at))
    _mail(session, case, procedure, term, kind, days, until or term.decide_by, people, at)
    record(session, case, [Fact(Happened.TERM_WARNED, data=data)], by=None, at=at)


def warnings_for(
    session: Session, person: Person, limit: int = 50
) -> list[tuple[TermWarning, Case]]:
    """What the person has not seen yet and still matters, the newest first, with its case."""
    rows = session.execute(
        select(TermWarning, Case)
        .join(Case, Case.id == TermWarning.case_id)
        .where(
            *_waiting_for(person),
            visible_cases(person),  # who has left the office since reads no more of it
        )
        .order_by(TermWarning.at.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def unseen_warnings(session: Session, person: Person, limit: int = 100) -> int:
    """How many of those there are, at most `limit`."""
    waiting = (
        select(TermWarning.case_id)
        .join(Case, Case.id == TermWarning.case_id)
        .where(*_waiting_for(person), visible_cases(person))
        .limit(limit)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def _waiting_for(person: Person) -> list[ColumnElement[bool]]:
    """Conditions on TermWarning and its Case: not seen, not answered since, and nothing said more of it later."""
    later = aliased(TermWarning)
    said_more = exists().where(
        later.person_id == TermWarning.person_id,
        later.case_id == TermWarning.case_id,
        later.seen_at.is_(None),
        later.kind.in_(_OF_REQUEST),
        later.at > TermWarning.at,
    )
    is_needed = and_(Case.clock.in_([state.value for state in _UNDECIDED]), ~said_more)
    return [
        TermWarning.person_id == person.id,
        TermWarning.seen_at.is_(None),
        or_(TermWarning.kind.not_in((SOON, OVERDUE)), is_needed),
    ]


def see_warnings(session: Session, person: Person, *, at: datetime) -> None:
    """The person has seen them all."""
    session.execute(
        update(TermWarning)
        .where(TermWarning.person_id == person.id, TermWarning.seen_at.is_(None))
        .values(seen_at=at)
    )


def in_charge(session: Session, case: Case, term: CaseTerm) -> list[Person]:
    """Who has the open tasks of a case, the managers of their offices and those above, and the procedure's."""
    tasks = session.execute(
        select(Task.assignee_id, Task.office_id).where(
            Task.case_id == case.id, Task.status == TaskStatus.OPEN
        )
    ).all()
    offices = {task.office_id for task in tasks if task.office_id is not None}
    if term.office_id is not None:
        offices.add(term.office_id)  # of the procedure: its manager
    above = {one for office in offices for one in office_place(session, office).above}
    people = {task.assignee_id for task in tasks if task.assignee_id is not None}
    people |= set(managers_of(session, above))
    if not people:
        return []
    found = select(Person).where(Person.id.in_(people), Person.is_active).order_by(Person.id)
    return list(session.scalars(found))


def managers_of(session: Session, office_ids: Iterable[int]) -> Iterable[int]:
    """Ids of the people in charge of these offices."""
    return session.scalars(
        select(Membership.person_id)
        .join(PersonRole, PersonRole.person_id == Membership.person_id)
        .where(Membership.office_id.in_(list(office_ids)), PersonRole.role == Role.MANAGER.value)
    )


def _mail(
    session: Session,
    case: Case,
    procedure: Procedure,
    term: CaseTerm,
    kind: str,
    days: int | None,
    until: date,
    people: list[Person],
    at: datetime,
) -> None:
    law = law_of(term.jurisdiction)
    mails = law.words["mails"]
    words: dict[str, object] = {
        "number": case.number,
        "procedure": procedure.name,
        "applicant": case.applicant_name or "—",
        "decide_by": written_day(until, law.language, law.place.code),
        "notify_by": written_day(term.notify_by, law.language, law.place.code),
        "silence_from": written_day(term.silence_from, law.language, law.place.code),
        "days": days,
    }
    is_positive = term.assessment == Assessment.POSITIVE_SILENCE
    silence = mails["words"]["positive_silence" if is_positive else "negative_silence"]
    words["silence"] = filled(silence, words)
    for person in people:
        if person.email:
            send_mail(
                session,
                to=person.email,
                subject=filled(mails[kind]["subject"], words),
                text=filled(mails[kind]["text"], words),
                leads_to=f"case {case.number}",
                case_id=case.id,
                key=f"term:{case.id}:{kind}:{days}:{until}:{person.id}",
                at=at,
            )
