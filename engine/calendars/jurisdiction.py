"""A jurisdiction as data: zone, weekend, holidays, hours, and how months end; read once from its TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import processes
from engine.calendars.weekly_hours import WeeklyHours, read_hours
from engine.errors import NotFound
from engine.numerals import Numerals, numerals

FOLDER: Final = Path(processes.__path__[0]) / "jurisdictions"
DEFAULT: Final = "PE"  # what a sheet that names none belongs to


class MonthEnd(StrEnum):
    """Where a term of months or years ends when its date does not exist (31 January and one month)."""

    NEXT_MONTH = "first_business_day_of_next_month"  # Peru, LPAG 134.3
    LAST_DAY = "last_day_of_month"  # Chile, Ley 19.880 art. 25


@dataclass(frozen=True, slots=True)
class RegionalHoliday:
    """A day that is a holiday every year in one region only."""

    region: str  # ISO 3166-2, such as PE-CUS
    month: int
    day: int
    name: str
    since: int = 0  # first year


@dataclass(frozen=True, slots=True)
class Distance:
    """Extra days for who files far away (término de la distancia)."""

    origin: str  # region of the place of filing
    to: str  # region of the office
    days: int


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A country's time. `raw` is the whole file, from which engine.terms reads the law of terms."""

    code: str
    name: str
    zone: ZoneInfo
    zones: Mapping[str, ZoneInfo]  # of regions that have another one
    weekend: frozenset[int]  # ISO weekdays, Monday is 1
    country: str  # of the library `holidays`
    categories: tuple[str, ...]
    regional: tuple[RegionalHoliday, ...]
    month_end: MonthEnd
    hours: WeeklyHours
    distances: tuple[Distance, ...]
    to_verify: frozenset[str]  # names of tables that the office must check against its norms
    raw: Mapping[str, Any]

    def day_of(self, at: datetime) -> date:
        """The day it is there at this instant."""
        return at.astimezone(self.zone).date()

    def zone_of(self, region: str | None) -> ZoneInfo:
        """The zone of a region: its own where the file says so, as for islands far away, else the country's."""
        return self.zones.get(region or "", self.zone)

    @property
    def locale(self) -> str:
        """Its language and country as CLDR names them: es_PE."""
        return f"{self.raw.get('language', 'es')}_{self.code}"

    @property
    def numerals(self) -> Numerals:
        """How numbers and money are written and read there."""
        return numerals(self.locale)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that the file knows, by code."""
        named: Mapping[str, str] = self.raw.get("regions", {})
        return tuple(sorted(named))

    def region_name(self, code: str) -> str:
        """What a region is called; its code where the file has no name."""
        return str(self.raw.get("regions", {}).get(code, code))

    def distance_days(self, origin: str | None, to: str | None) -> int:
        """Extra days from the region of filing to the region of the office; none where the table says nothing."""
        if not origin or not to or origin == to:
            return 0
        found = (row.days for row in self.distances if (row.origin, row.to) == (origin, to))
        return next(found, 0)


def jurisdiction_codes() -> tuple[str, ...]:
    """Codes of all jurisdictions there are files for."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def jurisdiction(code: str) -> Jurisdiction:
    """The jurisdiction with this code; NotFound."""
    if code not in jurisdiction_codes():
        raise NotFound(what="jurisdiction", name=code[:20])
    return read_jurisdiction(tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8")))


def jurisdiction_of(sheet: Mapping[str, Any] | None) -> Jurisdiction:
    """The jurisdiction a sheet names; the default one when it names none, or one that nobody knows."""
    said = (sheet or {}).get("jurisdiction")
    if isinstance(said, str) and said in jurisdiction_codes():
        return jurisdiction(said)
    return jurisdiction(DEFAULT)


def read_jurisdiction(raw: Mapping[str, Any]) -> Jurisdiction:
    """A jurisdiction out of its file's tables; KeyError or ValueError for a file that lacks something."""
    holidays = raw["holidays"]
    return Jurisdiction(
        code=raw["code"],
        name=raw["name"],
        zone=ZoneInfo(raw["zone"]),
        zones={
            region: ZoneInfo(name)
            for region, name in raw.get("zones", {}).items()
            if isinstance(name, str)
        },
        weekend=frozenset(raw["weekend"]),
        country=holidays["country"],
        categories=tuple(holidays.get("categories", ("public",))),
        regional=tuple(
            RegionalHoliday(
                one["region"], one["month"], one["day"], one["name"], one.get("since", 0)
            )
            for one in raw.get("regional_holidays", ())
        ),
        month_end=MonthEnd(raw["month_end"]),
        hours=read_hours(raw["hours"]),
        distances=tuple(
            Distance(one["from"], one["to"], one["days"])
            for one in raw.get("distance", {}).get("table", ())
        ),
        to_verify=frozenset(_to_verify(raw)),
        raw=raw,
    )


def _to_verify(raw: Mapping[str, Any]) -> list[str]:
    if raw.get("verify") is True:
        return [name for name, value in raw.items() if isinstance(value, Mapping | list)]
    return [
        name
        for name, value in raw.items()
        if (isinstance(value, Mapping) and value.get("verify") is True)
        or (
            isinstance(value, list)
            and any(isinstance(one, Mapping) and one.get("verify") is True for one in value)
        )
    ]
