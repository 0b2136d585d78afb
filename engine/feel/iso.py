"""Dates and times read from their ISO 8601 text, as strict as FEEL asks for."""

import re

from engine.feel.dates import Date, DateTime, Time, date_of_epoch_day, make_date, make_time
from engine.feel.durations import NANOS, DaysTime, YearsMonths, read_duration
from engine.feel.zones import Zone, read_zone

_DATE = re.compile(r"(-?)([1-9][0-9]{4,8}|[0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?"
    r"(Z|z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z0-9_+\-/]{1,60})?"
)


def read_date(text: str) -> Date | None:
    """The day written YYYY-MM-DD, None if the text is none."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year = int(found[2])
    return make_date(-year if found[1] else year, int(found[3]), int(found[4]))


def read_time(text: str) -> Time | None:
    """The time written hh:mm:ss with fraction and zone, None if the text is none.

    As XML Schema writes it: no T before it, and 24:00:00 is midnight (1.1 part 2, endOfDayFrag).
    """
    found = _clock(text)
    return found[0] if found else None


def read_date_time(text: str) -> DateTime | None:
    """The date and time joined by T; a date alone is its midnight. None if the text is none."""
    day_text, joined, clock_text = text.partition("T")
    day = read_date(day_text)
    if day is None:
        return None
    if not joined:
        return DateTime(day, Time(0))
    found = _clock(clock_text)
    if found is None:
        return None
    time, is_next_day = found
    if is_next_day:
        following = date_of_epoch_day(day.epoch_day + 1)
        if following is None:
            return None
        day = following
    return DateTime(day, time)


def read_literal(text: str) -> Date | Time | DateTime | DaysTime | YearsMonths | None:
    """What `@"text"` means, None if it is nothing."""
    if text.lstrip("-").startswith("P"):
        return read_duration(text)
    if "T" in text[1:].partition("@")[0]:
        return read_date_time(text)
    return read_date(text) or read_time(text)


def _clock(text: str) -> tuple[Time, bool] | None:
    """The time, and whether it was written 24:00:00, the midnight that ends the day."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    zone: Zone | None = None
    if found[5]:
        zone = read_zone(found[5])
        if zone is None:
            return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    fraction = int((found[4] or "").ljust(9, "0")[:9])
    if hour == 24 and not (minute or second or fraction):
        return Time(0, zone), True
    if second > 59:
        return None
    time = make_time(hour, minute, second * NANOS + fraction, zone)
    return (time, False) if time else None
