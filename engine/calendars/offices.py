"""Which calendar an office has: its own days and hours, else those of the office above it, else its jurisdiction's.

What the database says about calendars is read once and kept for a minute, so that no command pays for it; a
transaction that changes it reads what it wrote.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine.calendars.calendar import BusinessCalendar
from engine.calendars.jurisdiction import DEFAULT, jurisdiction
from engine.calendars.weekly_hours import read_hours
from engine.models import DeclaredDay, Office, OfficeHours

KEPT_SECONDS: Final = 60.0  # so long another process may not know what was declared
_CHANGED = "calendars changed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an office is and when it works."""

    jurisdiction: str
    region: str | None
    weekly: Mapping[str, Any] | None
    above: tuple[int, ...]  # the office itself and those above it, the innermost first


@dataclass(slots=True)
class _Known:
    """What the database says about calendars, and the calendars made of it."""

    read_at: float
    parents: dict[int, int | None]
    hours: dict[int, tuple[str, str | None, dict[str, Any] | None]]
    declared: dict[str, dict[date, bool]]
    made: dict[object, BusinessCalendar] = field(default_factory=dict)


_known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()  # by database
_lock = Lock()


def jurisdiction_calendar(
    session: Session, code: str, region: str | None = None
) -> BusinessCalendar:
    """The calendar of a jurisdiction, or of one of its regions; NotFound."""
    known = _what_is_known(session)
    return _made(known, code, region, None, (code, region or ""))


def office_calendar(
    session: Session, office_id: int | None, code: str = DEFAULT
) -> BusinessCalendar:
    """The calendar of an office; that of the jurisdiction `code` when there is no office, or it says nothing."""
    if office_id is None:
        return jurisdiction_calendar(session, code)
    known = _what_is_known(session)
    if office_id not in known.parents:  # made since
        known = _what_is_known(session, is_fresh=True)
    place = _place(known, office_id, code)
    if place is None:
        scopes = [f"office:{one}" for one in _up(known, office_id)]
        return _made(known, code, None, None, (code, *reversed(scopes)))
    scopes = [f"office:{one}" for one in reversed(place.above)]
    return _made(
        known,
        place.jurisdiction,
        place.region,
        place.weekly,
        (place.jurisdiction, place.region or "", *scopes),
    )


def office_place(session: Session, office_id: int, code: str = DEFAULT) -> Place:
    """Where an office is, its own or from the office above it; the jurisdiction `code` where none says."""
    known = _what_is_known(session)
    if office_id not in known.parents:
        known = _what_is_known(session, is_fresh=True)
    return _place(known, office_id, code) or Place(code, None, None, _up(known, office_id))


def calendars_changed(session: Session) -> None:
    """From now on this transaction reads what it wrote; everyone else in this process once it is committed."""
    if session.info.get(_CHANGED):
        return
    session.info[_CHANGED] = True
    for ending in ("after_commit", "after_rollback"):
        event.listen(session, ending, _forget, once=True)


def _forget(session: Session) -> None:
    session.info.pop(_CHANGED, None)
    with _lock:
        _known.clear()


def _what_is_known(session: Session, *, is_fresh: bool = False) -> _Known:
    bind = session.get_bind().engine.pool  # shared by all engines that write to the database
    is_changed = session.info.get(_CHANGED, False)
    with _lock:
        known = None if is_changed or is_fresh else _known.get(bind)
    if known is not None and time.monotonic() - known.read_at < KEPT_SECONDS:
        return known
    known = _read(session)
    if not is_changed:
        with _lock:
            _known[bind] = known
    return known


def _read(session: Session) -> _Known:
    with session.no_autoflush:
        parents = {
            row.id: row.parent_id for row in session.execute(select(Office.id, Office.parent_id))
        }
        hours = {
            row.office_id: (row.jurisdiction, row.region, row.weekly)
            for row in session.execute(
                select(
                    OfficeHours.office_id,
                    OfficeHours.jurisdiction,
                    OfficeHours.region,
                    OfficeHours.weekly,
                )
            )
        }
        declared: dict[str, dict[date, bool]] = {}
        rows = session.execute(
            select(DeclaredDay.scope, DeclaredDay.day, DeclaredDay.is_business_day)
        )
        for row in rows:
            declared.setdefault(row.scope, {})[row.day] = row.is_business_day
    return _Known(time.monotonic(), parents, hours, declared)


def _up(known: _Known, office_id: int) -> tuple[int, ...]:
    found: list[int] = []
    here: int | None = office_id
    while here is not None and here not in found:
        found.append(here)
        here = known.parents.get(here)
    return tuple(found)


def _place(known: _Known, office_id: int, code: str) -> Place | None:
    above = _up(known, office_id)
    said = [known.hours[one] for one in above if one in known.hours]
    if not said:
        return None
    weekly = next((row[2] for row in said if row[2] is not None), None)
    return Place(said[0][0] or code, said[0][1], weekly, above)


def _made(
    known: _Known,
    code: str,
    region: str | None,
    weekly: Mapping[str, Any] | None,
    scopes: tuple[str, ...],
) -> BusinessCalendar:
    declared: dict[date, bool] = {}
    for scope in (
        scopes
    ):  # the wider first: what is said of an office stands over what is said of the country
        declared.update(known.declared.get(scope, {}))
    # Offices that agree on everything share one calendar.
    key = (code, region, _frozen(weekly), tuple(sorted(declared.items())))
    made = known.made.get(key)
    if made is None:
        hours = None if weekly is None else read_hours(weekly)
        made = BusinessCalendar(jurisdiction(code), region, hours=hours, declared=declared)
        known.made[key] = made
    return made


def _frozen(weekly: Mapping[str, Any] | None) -> object:
    return None if weekly is None else tuple(sorted(weekly.items()))
