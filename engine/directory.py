"""Names of people and offices by id, for pages that show who and where."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Office, Person


def people_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Full names of people by id; without a query when nobody is asked for."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(wanted)))
    return {row.id: row.full_name for row in rows}


def office_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of offices by id; without a query when none is asked for."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Office.id, Office.name).where(Office.id.in_(wanted)))
    return {row.id: row.name for row in rows}
