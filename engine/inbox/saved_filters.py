"""Saved filters: a view of the inbox by name, of one person or shared with an office they belong to."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.directory import office_names, people_names
from engine.errors import Conflict, NotFound, Refusal
from engine.ids import new_id
from engine.models import Person, Role, SavedFilter

MOST = 40  # of one person
LONGEST = 1000


class FilterNameMissing(Refusal):
    """A filter is found by its name."""

    sentence = "Give the filter a name."


class TooManyFilters(Refusal):
    """Nobody finds anything among so many."""

    sentence = "You have {most} saved filters. Remove one first."


class FilterKept(Conflict):
    """One's own, which may be replaced once that is said."""

    sentence = "You keep another view as “{name}” already. Replace it, or choose another name."


class FilterShared(Conflict):
    """Somebody else's, which the office would no longer tell from this one."""

    sentence = "{person} shares another view with {office} as “{name}”. Choose another name."


def saved_filters(session: Session, person: Person) -> list[SavedFilter]:
    """The person's own filters and those shared with their offices, by name."""
    return list(
        session.scalars(
            select(SavedFilter)
            .where(
                or_(
                    SavedFilter.person_id == person.id,
                    SavedFilter.office_id.in_(person.office_ids),
                )
            )
            .order_by(SavedFilter.name, SavedFilter.id)
            .limit(200)
        )
    )


def save_filter(
    session: Session,
    name: str,
    state: str,
    *,
    office_id: int | None = None,
    is_replacing: bool = False,
    by: Person,
    at: datetime,
) -> SavedFilter:
    """Keep a view under a name; the person's own of the same name is replaced where `is_replacing`. `state` is an
    address's query.

    Raises FilterNameMissing, FilterKept, FilterShared, TooManyFilters, NotFound for an office that is not theirs.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise FilterNameMissing
    if office_id is not None and office_id not in by.office_ids:
        raise NotFound(what="office", name=office_id)
    own = session.scalars(select(SavedFilter).where(SavedFilter.person_id == by.id)).all()
    found = next((one for one in own if one.name == name), None)
    if office_id is not None:
        _check_not_shared(session, name, office_id, by)
    if found is not None and not is_replacing:
        if (found.state, found.office_id) == (state[:LONGEST], office_id):
            return found
        raise FilterKept(name=name)
    if found is None:
        if len(own) >= MOST:
            raise TooManyFilters(most=MOST)
        found = SavedFilter(id=new_id(at), person_id=by.id, name=name)
        session.add(found)
    found.state, found.office_id, found.saved_at = state[:LONGEST], office_id, at
    session.flush()
    return found


def _check_not_shared(session: Session, name: str, office_id: int, by: Person) -> None:
    other = session.scalar(
        select(SavedFilter.person_id)
        .where(
            SavedFilter.office_id == office_id,
            SavedFilter.name == name,
            SavedFilter.person_id != by.id,
        )
        .limit(1)
    )
    if other is not None:
        raise FilterShared(
            name=name,
            person=people_names(session, [other]).get(other, "–"),
            office=office_names(session, [office_id]).get(office_id, "–"),
        )


def remove_filter(session: Session, filter_id: int, *, by: Person) -> SavedFilter:
    """Forget a filter of one's own; an operator any. NotFound."""
    found = session.get(SavedFilter, filter_id)
    if found is None or (found.person_id != by.id and not by.has_role(Role.OPERATOR)):
        raise NotFound(what="filter", name=filter_id)
    session.delete(found)
    session.flush()
    return found
