"""Date, time, and date and time of FEEL, in years −999,999,999 to 999,999,999.

Python's datetime ends at the years 1 and 9999, so these count days of the proleptic Gregorian
calendar themselves (DMN 1.5 §10.3.2.3.3–5). Seconds carry nanoseconds.
"""

from dataclasses import dataclass

from engine.feel.durations import DAY, NANOS, seconds_text
from engine.feel.zones import Zone

MAX_YEAR = 999_999_999


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A calendar day."""

    year: int
    month: int
    day: int

    @property
    def epoch_day(self) -> int:
        """Days since 1970-01-01."""
        return days_from_civil(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 = Monday … 7 = Sunday."""
        return (self.epoch_day + 3) % 7 + 1

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, `nanos` since midnight, with a zone or without."""

    nanos: int
    zone: Zone | None = None

    @property
    def hour(self) -> int:
        """0–23."""
        return self.nanos // (3600 * NANOS)

    @property
    def minute(self) -> int:
        """0–59."""
        return self.nanos // (60 * NANOS) % 60

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC; a region counts with its offset of 1970-01-01."""
        return None if self.zone is None else self.zone.offset_at(0, self.nanos // NANOS)

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight in UTC (the local ones without a zone)."""
        return self.nanos - (self.offset or 0) * NANOS

    def __str__(self) -> str:
        return clock_text(self.nanos) + ("" if self.zone is None else str(self.zone))


@dataclass(frozen=True, slots=True)
class DateTime:
    """A calendar day and a time of day, with a zone or without."""

    date: Date
    time: Time

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC, None without a zone."""
        if self.time.zone is None:
            return None
        return self.time.zone.offset_at(self.date.epoch_day, self.time.nanos // NANOS)

    @property
    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00 on the local clock."""
        return self.date.epoch_day * DAY + self.time.nanos

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z (the local clock without a zone)."""
        return self.local_nanos - (self.offset or 0) * NANOS

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


def clock_text(nanos: int) -> str:
    """hh:mm:ss with the decimals needed."""
    hours, rest = divmod(nanos, 3600 * NANOS)
    minutes, rest = divmod(rest, 60 * NANOS)
    seconds = seconds_text(rest)
    return f"{hours:02d}:{minutes:02d}:{'0' if rest < 10 * NANOS else ''}{seconds}"


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 (H. Hinnant, chrono-compatible date algorithms)."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def date_of_epoch_day(days: int) -> Date | None:
    """The day `days` after 1970-01-01, None when out of range."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return Date(year, month, day) if abs(year) <= MAX_YEAR else None


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> Date | None:
    """The day, None when there is no such day."""
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        return None
    return Date(year, month, day)


def make_time(hour: int, minute: int, nanos: int, zone: Zone | None = None) -> Time | None:
    """The time; `nanos` are seconds and their fraction. None when there is no such time."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= nanos < 60 * NANOS):
        return None
    return Time((hour * 60 + minute) * 60 * NANOS + nanos, zone)


def add_months(date: Date, months: int) -> Date | None:
    """The same day `months` later, or the last day of that month if it has no such day."""
    index = date.year * 12 + date.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if abs(year) > MAX_YEAR:
        return None
    return Date(year, month, min(date.day, days_in_month(year, month)))


def at_instant(instant: int, zone: Zone | None) -> DateTime | None:
    """The date and time on the clock of `zone` at an instant (a local one without a zone)."""
    local = instant if zone is None else instant + zone.offset_at_instant(instant // NANOS) * NANOS
    day = date_of_epoch_day(local // DAY)
    return None if day is None else DateTime(day, Time(local % DAY, zone))


def midnight(date: Date) -> DateTime:
    """A date as date and time: midnight UTC (DMN 1.5 §10.3.2.9.4)."""
    return DateTime(date, Time(0, Zone(offset=0)))
