"""What an institution offers and who it is made of, by name: procedures, those that take new cases, offices, people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Office, Person, Procedure, Version


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure that takes new cases, with the version they take."""

    key: str
    name: str
    version_id: int
    version_number: int
    published_at: datetime


def procedure_names(session: Session) -> dict[str, str]:
    """Key → name of every procedure, by name."""
    rows = session.execute(select(Procedure.key, Procedure.name).order_by(Procedure.name))
    return {row.key: row.name for row in rows}


def offers(session: Session) -> list[Offer]:
    """The procedures that take new cases, by name. The counter refuses nobody, so everyone there has them all."""
    rows = session.execute(
        select(
            Procedure.key,
            Procedure.name,
            Version.id.label("version_id"),
            Version.number.label("version_number"),
            Version.published_at,
        )
        .join(Version, Version.id == Procedure.current_version_id)
        .where(~Procedure.is_suspended)
        .order_by(Procedure.name)
    )
    return [Offer(**row._asdict()) for row in rows]


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
