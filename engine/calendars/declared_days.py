"""Commands on calendars: declare a day by a norm, take it back, say where an office is and when it works."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.calendars.jurisdiction import jurisdiction
from engine.calendars.offices import calendars_changed
from engine.calendars.weekly_hours import read_hours
from engine.errors import NotFound, Refusal
from engine.models import DeclaredDay, Office, OfficeHours, Person


class NormMissing(Refusal):
    """An office cannot declare its own days (LPAG 137)."""

    sentence = "Name the norm that declares this day: an office cannot declare its own."


class RegionUnknown(Refusal):
    """The jurisdiction has no such region."""

    sentence = "{jurisdiction} has no region “{region}”. Choose one of: {regions}."


def office_scope(office_id: int) -> str:
    """How a declared day names an office."""
    return f"office:{office_id}"


def declare_day(
    session: Session,
    scope: str,
    day: date,
    *,
    is_business_day: bool,
    norm: str,
    by: Person | None,
    at: datetime,
) -> DeclaredDay:
    """A norm makes a day a business day, or takes it away, for a jurisdiction, region or office.

    The same day again replaces what was said. Raises NormMissing, NotFound for a scope that there is not,
    RegionUnknown.
    """
    if not norm.strip():
        raise NormMissing
    _check_scope(session, scope)
    said = session.get(DeclaredDay, (scope, day))
    if said is None:
        said = DeclaredDay(scope=scope, day=day)
        session.add(said)
    said.is_business_day, said.norm = is_business_day, norm.strip()[:500]
    said.declared_by_id, said.declared_at = None if by is None else by.id, at
    session.flush()
    calendars_changed(session)
    return said


def take_day_back(session: Session, scope: str, day: date) -> None:
    """The day is again what weekday and holidays make of it."""
    session.execute(delete(DeclaredDay).where(DeclaredDay.scope == scope, DeclaredDay.day == day))
    calendars_changed(session)


def declared_days(session: Session, *, since: date) -> list[DeclaredDay]:
    """What norms declared from a day on, in order of days."""
    return list(
        session.scalars(
            select(DeclaredDay)
            .where(DeclaredDay.day >= since)
            .order_by(DeclaredDay.day, DeclaredDay.scope)
        )
    )


def set_office_hours(
    session: Session,
    office_id: int,
    code: str,
    region: str | None,
    weekly: Mapping[str, Any] | None,
    *,
    by: Person | None,
    at: datetime,
) -> OfficeHours:
    """Where an office (and those below it) is and when it works; `weekly` None: as the jurisdiction does.

    Raises NotFound, RegionUnknown, HoursUnreadable.
    """
    if session.get(Office, office_id) is None:
        raise NotFound(what="office", name=office_id)
    _check_region(code, region)
    if weekly is not None:
        weekly = read_hours(weekly).as_texts()
    hours = session.get(OfficeHours, office_id)
    if hours is None:
        hours = OfficeHours(office_id=office_id)
        session.add(hours)
    hours.jurisdiction, hours.region, hours.weekly = code, region or None, weekly
    hours.changed_by_id, hours.changed_at = None if by is None else by.id, at
    session.flush()
    calendars_changed(session)
    return hours


def _check_scope(session: Session, scope: str) -> None:
    kind, _, rest = scope.partition(":")
    if kind == "office":
        if not rest.isdecimal() or len(rest) > 18 or session.get(Office, int(rest)) is None:
            raise NotFound(what="office", name=rest[:40])
        return
    code, _, region = scope.partition("-")
    _check_region(code, scope if region else None)


def _check_region(code: str, region: str | None) -> None:
    place = jurisdiction(code)
    if region and region not in place.regions:
        raise RegionUnknown(
            jurisdiction=place.name, region=region[:20], regions=", ".join(place.regions)
        )
