"""Absences: who is away on which days, and who stands in; computed when read, never copied into tasks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import QueryableAttribute, Session

from engine.calendars.jurisdiction import DEFAULT, jurisdiction
from engine.errors import NotFound, Refusal
from engine.ids import new_id
from engine.models import (
    Absence,
    Membership,
    NotificationKind,
    Office,
    Person,
    PersonRole,
    Role,
    StandIn,
)
from engine.notifications import About, tell
from engine.people import offices_below, person_by_id

LONGEST = 366  # days of one absence


class AbsenceBackwards(Refusal):
    """An absence ends before it begins, or is too long."""

    sentence = (
        "An absence ends on the day it begins or later, at most a year after. Change the days."
    )


class OwnDelegate(Refusal):
    """Nobody stands in for themselves."""

    sentence = "Choose somebody else as delegate, or nobody."


class DelegateUnfit(Refusal):
    """The delegate cannot do office work, or not at all."""

    sentence = "{person} cannot stand in: they are no civil servant or manager who may sign in. Choose another."


def day_of(at: datetime) -> date:
    """The day it is, for who is away and who is back."""
    return jurisdiction(DEFAULT).day_of(at)


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Whom a person may choose: as delegate (beside), and for whom they may declare an absence (below)."""

    beside: list[Person]
    below: list[Person]


def colleagues(session: Session, person: Person) -> Colleagues:
    """The people of the person's offices, of the ones above, and for who is in charge those below; by name."""
    offices = set(person.office_ids)
    below: set[int] = set()
    if person.has_role(Role.MANAGER) and person.office_ids:
        below = set(session.scalars(offices_below(person.office_ids)))
    above = select(Office.parent_id).where(Office.id.in_(offices), Office.parent_id.is_not(None))
    near = offices | below | {one for one in session.scalars(above) if one is not None}
    works = exists().where(
        PersonRole.person_id == Person.id,
        PersonRole.role.in_((Role.CIVIL_SERVANT, Role.MANAGER)),
    )
    condition = [Person.is_active, works, Person.id != person.id]
    if not person.has_role(Role.OPERATOR):
        condition.append(
            exists().where(Membership.person_id == Person.id, Membership.office_id.in_(near))
        )
    found = list(
        session.scalars(select(Person).where(*condition).order_by(Person.full_name).limit(500))
    )
    managed = found if person.has_role(Role.OPERATOR) else []
    if below:
        managed = [one for one in found if below & set(one.office_ids)]
    return Colleagues(found, managed)


def declare_absence(
    session: Session,
    person: Person,
    from_on: date,
    until_on: date,
    *,
    delegate: Person | None,
    procedure_ids: Iterable[int] | None = None,
    note: str = "",
    by: Person,
    at: datetime,
) -> Absence:
    """Write down that somebody is away; `procedure_ids` None: the delegate stands in for all.

    For oneself, or as manager of one of their offices or operator; NotFound for others. AbsenceBackwards, OwnDelegate,
    DelegateUnfit.
    """
    _check_may(session, person, by)
    if until_on < from_on or (until_on - from_on).days > LONGEST:
        raise AbsenceBackwards
    if delegate is not None:
        if delegate.id == person.id:
            raise OwnDelegate
        if not delegate.is_active or not delegate.has_role(Role.CIVIL_SERVANT, Role.MANAGER):
            raise DelegateUnfit(person=delegate.full_name)
    absence = Absence(
        id=new_id(at),
        person_id=person.id,
        delegate_id=None if delegate is None else delegate.id,
        from_on=from_on,
        until_on=until_on,
        procedures=None if procedure_ids is None else sorted(set(procedure_ids)),
        note=note.strip()[:300],
        written_by_id=by.id,
        written_at=at,
    )
    session.add(absence)
    session.flush()
    _tell(session, absence, person, by=by, at=at)
    return absence


def _tell(session: Session, absence: Absence, person: Person, *, by: Person, at: datetime) -> None:
    """Who is away by another's word knows it, and who stands in knows for whom and when."""
    about = About(
        since=absence.from_on.isoformat(), until=absence.until_on.isoformat(), by=person.full_name
    )
    tell(session, NotificationKind.AWAY, [person.id], about, by=by, at=at)
    if absence.delegate_id is not None:
        tell(session, NotificationKind.STANDS_IN, [absence.delegate_id], about, by=by, at=at)


def end_absence(session: Session, absence_id: int, *, by: Person, at: datetime) -> None:
    """The person is back: what has not begun is forgotten, the rest ended yesterday. NotFound."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound(what="absence", name=absence_id)
    _check_may(session, person_by_id(session, absence.person_id), by)
    today = day_of(at)
    if absence.from_on >= today:
        session.execute(delete(Absence).where(Absence.id == absence_id))
    elif absence.until_on >= today:
        absence.until_on = date.fromordinal(today.toordinal() - 1)
    session.flush()


def absences(
    session: Session, person_ids: Iterable[int], *, stood_in_by: int = 0, at: datetime
) -> list[Absence]:
    """Absences of these people that are not over, and those in which somebody stands in; by their days."""
    return list(
        session.scalars(
            select(Absence)
            .where(
                or_(Absence.person_id.in_(list(person_ids)), Absence.delegate_id == stood_in_by),
                Absence.until_on >= day_of(at),
            )
            .order_by(Absence.from_on, Absence.id)
        )
    )


def away(session: Session, people: Iterable[Person], *, at: datetime) -> set[int]:
    """Ids of those who are away today."""
    ids = [person.id for person in people]
    if not ids:
        return set()
    return set(
        session.scalars(select(Absence.person_id).where(Absence.person_id.in_(ids), _today(at)))
    )


def stands_in_on(
    delegate_id: QueryableAttribute[int], today: ColumnElement[date]
) -> ColumnElement[bool]:
    """Condition for the query of who signs in: whether `stand_in` has anything to say."""
    absent = select(Absence.id).where(
        Absence.delegate_id == delegate_id, Absence.from_on <= today, Absence.until_on >= today
    )
    return absent.exists()


def stand_in(session: Session, person: Person, *, at: datetime) -> Person:
    """The same person, knowing whose tasks they may do today; a delegate's own delegations do not go on to others."""
    rows = session.scalars(
        select(Absence).where(Absence.delegate_id == person.id, _today(at)).order_by(Absence.id)
    ).all()
    found: dict[int, frozenset[int] | None] = {}
    for absence in rows:
        said = None if absence.procedures is None else frozenset(absence.procedures)
        known = found.get(absence.person_id, frozenset())
        found[absence.person_id] = None if said is None or known is None else said | known
    absent: list[Person] = []
    if found:
        absent = list(session.scalars(select(Person).where(Person.id.in_(found))))
    person.standing = replace(
        person.standing,
        stands_in_for=tuple(
            StandIn(one.standing, found[one.id])
            for one in sorted(absent, key=lambda one: one.id)
            if one.is_active
        ),
    )
    return person


def _today(at: datetime) -> ColumnElement[bool]:
    today = day_of(at)
    return and_(Absence.from_on <= today, Absence.until_on >= today)


def _check_may(session: Session, person: Person, by: Person) -> None:
    if person.id == by.id or by.has_role(Role.OPERATOR):
        return
    if by.has_role(Role.MANAGER) and by.office_ids:
        below = set(session.scalars(offices_below(by.office_ids)))
        if below & set(person.office_ids):
            return
    raise NotFound(what="person", name=person.id)
