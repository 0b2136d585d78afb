"""Errands: work without a procedure, given to an office or a person, done when somebody says so."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engine.directory import office_names, people_names
from engine.errors import Conflict, NotFound, Refusal
from engine.ids import new_id
from engine.models import Case, Errand, NotificationKind, Office, Person
from engine.notifications import About, tell
from engine.people import person_by_id
from engine.routing.absence import day_of

MOST_SHOWN = 100


class TitleMissing(Refusal):
    """Nobody can do nothing."""

    sentence = "Say in a few words what is to be done."


class ForNobody(Refusal):
    """An errand is somebody's."""

    sentence = "Choose an office or a person for the errand."


class ErrandDone(Conflict):
    """Somebody was faster."""

    sentence = "“{title}” was done by {person}. Reload to see what is left."


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """An errand as it is shown."""

    errand: Errand
    office_name: str | None
    person_name: str | None
    given_by: str
    case_number: str | None
    is_overdue: bool


def give_errand(
    session: Session,
    title: str,
    *,
    note: str = "",
    due_on: date | None = None,
    office_id: int | None = None,
    person_id: int | None = None,
    case_id: int | None = None,
    by: Person,
    at: datetime,
) -> Errand:
    """Give work to an office, or to a person, who is told. TitleMissing, ForNobody, NotFound."""
    title = " ".join(title.split())[:200]
    if not title:
        raise TitleMissing
    if office_id is None and person_id is None:
        raise ForNobody
    if office_id is not None and session.get(Office, office_id) is None:
        raise NotFound(what="office", name=office_id)
    if person_id is not None:
        person_by_id(session, person_id)
    errand = Errand(
        id=new_id(at),
        title=title,
        note=note.strip()[:5000],
        due_on=due_on,
        office_id=office_id,
        person_id=person_id,
        case_id=case_id,
        given_by_id=by.id,
        given_at=at,
    )
    session.add(errand)
    session.flush()
    if person_id is not None:
        tell(session, NotificationKind.ERRAND_GIVEN, [person_id], About(words=title), by=by, at=at)
    return errand


def errands(session: Session, person: Person, *, at: datetime) -> list[ErrandRow]:
    """Open errands of the person, of their offices and of who is away, and those they gave; the first due first."""
    rows = session.scalars(
        select(Errand)
        .where(Errand.done_at.is_(None), or_(_theirs(person), Errand.given_by_id == person.id))
        .order_by(Errand.due_on.is_(None), Errand.due_on, Errand.id)
        .limit(MOST_SHOWN)
    ).all()
    offices = office_names(session, [row.office_id for row in rows])
    people = people_names(
        session, [one for row in rows for one in (row.person_id, row.given_by_id)]
    )
    wanted = [row.case_id for row in rows if row.case_id is not None]
    cases: dict[int, str] = {}
    if wanted:
        found = session.execute(select(Case.id, Case.number).where(Case.id.in_(wanted)))
        cases = {row.id: row.number for row in found}
    today = day_of(at)
    return [
        ErrandRow(
            errand=row,
            office_name=offices.get(row.office_id or 0),
            person_name=people.get(row.person_id or 0),
            given_by=people.get(row.given_by_id, "–"),
            case_number=cases.get(row.case_id or 0),
            is_overdue=row.due_on is not None and row.due_on < today,
        )
        for row in rows
    ]


def take_errand(session: Session, errand_id: int, *, by: Person, at: datetime) -> Errand:
    """It is mine now. NotFound, ErrandDone."""
    errand = _open(session, errand_id, by)
    errand.person_id = by.id
    session.flush()
    return errand


def finish_errand(session: Session, errand_id: int, *, by: Person, at: datetime) -> Errand:
    """It is done, and who gave it is told. NotFound, ErrandDone."""
    errand = _open(session, errand_id, by)
    errand.done_by_id, errand.done_at = by.id, at
    session.flush()
    _tell_giver(session, NotificationKind.ERRAND_DONE, errand, by, at)
    return errand


def reopen_errand(session: Session, errand_id: int, *, by: Person, at: datetime) -> Errand:
    """It was not done after all; who said so takes it back, and who gave it is told. NotFound."""
    errand = session.get(Errand, errand_id, with_for_update=True, populate_existing=True)
    if errand is None or errand.done_by_id != by.id:
        raise NotFound(what="errand", name=errand_id)
    errand.done_by_id = errand.done_at = None
    session.flush()
    _tell_giver(session, NotificationKind.ERRAND_REOPENED, errand, by, at)
    return errand


def _tell_giver(
    session: Session, kind: NotificationKind, errand: Errand, by: Person, at: datetime
) -> None:
    tell(session, kind, [errand.given_by_id], About(words=errand.title), by=by, at=at)


def _open(session: Session, errand_id: int, by: Person) -> Errand:
    errand = session.scalar(
        select(Errand)
        .where(Errand.id == errand_id, or_(_theirs(by), Errand.given_by_id == by.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if errand is None:
        raise NotFound(what="errand", name=errand_id)
    if errand.done_at is not None:
        done_by = people_names(session, [errand.done_by_id]).get(errand.done_by_id or 0, "–")
        raise ErrandDone(title=errand.title, person=done_by)
    return errand


def _theirs(person: Person) -> ColumnElement[bool]:
    people = [person.id]
    offices = set(person.office_ids)
    for absent in person.stands_in_for:
        if absent.procedure_ids is None:
            people.append(absent.person.id)
            offices |= set(absent.person.office_ids)
    return or_(Errand.person_id.in_(people), Errand.office_id.in_(sorted(offices)))
