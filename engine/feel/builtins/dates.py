"""Temporal functions: building dates, times and durations, calendars, now (DMN 1.5 §10.3.4.1, 7, 8)."""

from decimal import Decimal
from typing import TypeVar

from engine.errors import N_
from engine.feel.builtins.registry import builtin
from engine.feel.clock import current_moment
from engine.feel.dates import MAX_YEAR, Date, DateTime, Time, days_from_civil, make_date, make_time
from engine.feel.durations import NANOS, DaysTime, YearsMonths, read_duration
from engine.feel.errors import NullResult
from engine.feel.iso import read_date, read_date_time, read_time
from engine.feel.numbers import as_integer
from engine.feel.values import Value
from engine.feel.zones import Zone, offset_zone, read_zone

T = TypeVar("T")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip

_NO_DATE = N_("There is no such date. Dates are written 2026-03-31.")
_NO_TIME = N_("There is no such time. Times are written 09:30:00, with a zone or without.")
_NO_DATE_TIME = N_("There is no such date and time. They are written 2026-03-31T09:30:00.")
_NO_DURATION = N_("This is no duration. They are written P3D (days), PT8H (hours) or P1Y6M.")
_NO_OFFSET = N_("An offset is a duration of at most 14 hours.")
_NO_ZONE = N_("There is no such time zone. They are written America/Lima.")
_NOT_WHOLE = N_("A whole number is needed.")


def _there(value: T | None, reason: str) -> T:
    if value is None:
        raise NullResult(reason)
    return value


def _whole(number: Decimal) -> int:
    return _there(as_integer(number) if abs(number) <= MAX_YEAR else None, _NOT_WHOLE)


@builtin("date", "from: string")
def date_of_text(text: str) -> Value:
    """The day written YYYY-MM-DD."""
    return _there(read_date(text), _NO_DATE)


@builtin("date", "from: date")
def date_itself(day: Date) -> Value:
    """The day itself."""
    return day


@builtin("date", "from: datetime")
def date_of_moment(moment: DateTime) -> Value:
    """The day of a date and time."""
    return moment.date


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> Value:
    """The day of these numbers."""
    return _there(make_date(_whole(year), _whole(month), _whole(day)), _NO_DATE)


@builtin("time", "from: string")
def time_of_text(text: str) -> Value:
    """The time written hh:mm:ss, with a zone or without."""
    return _there(read_time(text), _NO_TIME)


@builtin("time", "from: time")
def time_itself(time: Time) -> Value:
    """The time itself."""
    return time


@builtin("time", "from: datetime")
def time_of_moment(moment: DateTime) -> Value:
    """The time of a date and time, with its zone."""
    return moment.time


@builtin("time", "from: date")
def time_of_date(day: Date) -> Value:
    """Midnight UTC."""
    return Time(0, Zone(offset=0))


@builtin("time", "hour: number, minute: number, second: number, offset?: days|null")
def time_of_parts(
    hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None
) -> Value:
    """The time of these numbers; seconds may have decimals."""
    zone = None
    if offset is not None:
        zone = _there(offset_zone(offset.nanoseconds // NANOS), _NO_OFFSET)
    return _clock(hour, minute, second, zone)


def _clock(hour: Decimal, minute: Decimal, second: Decimal, zone: Zone | None) -> Time:
    if not 0 <= second < 60:
        raise NullResult("Seconds go from 0 to 59.")
    nanos = int(second.scaleb(9))
    return _there(make_time(_whole(hour), _whole(minute), nanos, zone), _NO_TIME)


@builtin("date and time", "from: string")
def moment_of_text(text: str) -> Value:
    """The date and time joined by T; a date alone is its midnight."""
    return _there(read_date_time(text), _NO_DATE_TIME)


@builtin("date and time", "from: datetime")
def moment_itself(moment: DateTime) -> Value:
    """The date and time itself."""
    return moment


@builtin("date and time", "date: date|datetime, time: time")
def moment_of_date_and_time(date: Date | DateTime, time: Time) -> Value:
    """The day of the one with the time of the other."""
    return DateTime(date.date if isinstance(date, DateTime) else date, time)


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " offset?: days|null",
)
def moment_of_parts(
    year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal,
    offset: DaysTime | None = None,
) -> Value:  # fmt: skip
    """The date and time of these numbers."""
    zone = None
    if offset is not None:
        zone = _there(offset_zone(offset.nanoseconds // NANOS), _NO_OFFSET)
    date = _there(make_date(_whole(year), _whole(month), _whole(day)), _NO_DATE)
    return DateTime(date, _clock(hour, minute, second, zone))


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " timezone: string",
)
def moment_of_parts_in_zone(
    year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal,
    timezone: str,
) -> Value:  # fmt: skip
    """The date and time of these numbers in a region."""
    zone = read_zone(timezone) or _there(read_zone("@" + timezone), _NO_ZONE)
    date = _there(make_date(_whole(year), _whole(month), _whole(day)), _NO_DATE)
    return DateTime(date, _clock(hour, minute, second, zone))


@builtin("duration", "from: string")
def duration_of_text(text: str) -> Value:
    """The duration written in ISO 8601."""
    return _there(read_duration(text), _NO_DURATION)


@builtin("duration", "from: days|months")
def duration_itself(duration: DaysTime | YearsMonths) -> Value:
    """The duration itself."""
    return duration


@builtin("years and months duration", "from: date|datetime, to: date|datetime")
def years_and_months_between(start: Date | DateTime, end: Date | DateTime) -> Value:
    """Whole months from one to the other."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("day of year", "date: date|datetime")
def day_of_year(date: Date | DateTime) -> Value:
    """1 to 366."""
    day = _day(date)
    return Decimal(day.epoch_day - days_from_civil(day.year, 1, 1) + 1)


@builtin("day of week", "date: date|datetime")
def day_of_week(date: Date | DateTime) -> Value:
    """Monday to Sunday."""
    return _DAYS[_day(date).weekday - 1]


@builtin("month of year", "date: date|datetime")
def month_of_year(date: Date | DateTime) -> Value:
    """January to December."""
    return _MONTHS[_day(date).month - 1]


@builtin("week of year", "date: date|datetime")
def week_of_year(date: Date | DateTime) -> Value:
    """The week of ISO 8601, 1 to 53."""
    day = _day(date)
    thursday = day.epoch_day - day.weekday + 4
    year = day.year
    if thursday < days_from_civil(year, 1, 1):
        year -= 1
    elif thursday >= days_from_civil(year + 1, 1, 1):
        year += 1
    return Decimal((thursday - days_from_civil(year, 1, 1)) // 7 + 1)


@builtin("now")
def now() -> Value:
    """The moment of the clock."""
    from engine.feel.conversion import to_feel

    return to_feel(current_moment())


@builtin("today")
def today() -> Value:
    """The day of the clock."""
    moment = current_moment()
    return Date(moment.year, moment.month, moment.day)
