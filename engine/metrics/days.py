"""Days and weeks of instants that are seconds since 1970, on one office calendar."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
ZONE = ZoneInfo("America/Lima")  # in which days are counted; what is added up knows one zone only
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(seconds: int, zone: ZoneInfo) -> int:
    """The day, in days since 1970, that it is in `zone` at this instant."""
    return (seconds + _offset(seconds // 900, zone)) // DAY


def monday(day: int) -> int:
    """The Monday of the day's week, in days since 1970; 1970 began on a Thursday."""
    return day - (day + 3) % 7


def as_date(day: int) -> date:
    """The date of a day counted since 1970."""
    return date.fromordinal(day + _EPOCH)


def as_day(on: date) -> int:
    """The date in days since 1970."""
    return on.toordinal() - _EPOCH


def midnight(on: date, zone: ZoneInfo) -> int:
    """When the date begins in `zone`, in seconds since 1970."""
    return int(datetime(on.year, on.month, on.day, tzinfo=zone).timestamp())


def instant(seconds: int) -> datetime:
    """The aware instant of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=65_536)
def _offset(quarter: int, zone: ZoneInfo) -> int:
    # Zones change their clocks on the quarter of an hour at most.
    offset = datetime.fromtimestamp(quarter * 900, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
