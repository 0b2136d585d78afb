"""Saved filters: a view of the inbox by name, of one person or shared with an office they belong to."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refusal
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
    by: Person,
    at: datetime,
) -> SavedFilter:
    """Keep a view under a name; the person's own of the same name is replaced. `state` is an address's query.

    Raises FilterNameMissing, TooManyFilters, NotFound for an office that is not theirs.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise FilterNameMissing
    if office_id is not None and office_id not in by.office_ids:
        raise NotFound(what="office", name=office_id)
    own = session.scalars(select(SavedFilter).where(SavedFilter.person_id == by.id)).all()
    found = next((one for one in own if one.name == name), None)
    if found is None:
        if len(own) >= MOST:
            raise TooManyFilters(most=MOST)
        found = SavedFilter(id=new_id(at), person_id=by.id, name=name)
        session.add(found)
    found.state, found.office_id, found.saved_at = state[:LONGEST], office_id, at
    session.flush()
    return found


def remove_filter(session: Session, filter_id: int, *, by: Person) -> SavedFilter:
    """Forget a filter of one's own; an operator any. NotFound."""
    found = session.get(SavedFilter, filter_id)
    if found is None or (found.person_id != by.id and not by.has_role(Role.OPERATOR)):
        raise NotFound(what="filter", name=filter_id)
    session.delete(found)
    session.flush()
    return found
