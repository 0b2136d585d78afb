"""Days and weeks of instants that are seconds since 1970, on one office calendar."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
BLOCK = 13 * 7  # days: so many weeks are added up together
QUARTER = 900  # zones change their clocks on the quarter of an hour at most
_MOST_QUARTERS = 200_000
_QUARTERS_A_WEEK = 7 * DAY // QUARTER  # no zone changes its clock twice within one
ZONE = ZoneInfo("America/Lima")  # in which days are counted; what is added up knows one zone only
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(seconds: int, zone: ZoneInfo) -> int:
    """The day, in days since 1970, that it is in `zone` at this instant."""
    return (seconds + offsets_of(zone)[seconds // QUARTER]) // DAY


def monday(day: int) -> int:
    """The Monday of the day's week, in days since 1970; 1970 began on a Thursday."""
    return day - (day + 3) % 7


def block_of(day: int) -> int:
    """The Monday with which the day's block of weeks begins."""
    return day - (day + 3) % BLOCK


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


class _Offsets(dict[int, int]):
    """Seconds that a zone is ahead of UTC, by quarter of an hour since 1970; each is looked up once."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, quarter: int) -> int:
        if len(self) > _MOST_QUARTERS:
            self.clear()
        offset = datetime.fromtimestamp(quarter * QUARTER, self._zone).utcoffset()
        found = self[quarter] = int(offset.total_seconds()) if offset else 0
        return found


@lru_cache(maxsize=64)
def offsets_of(zone: ZoneInfo) -> dict[int, int]:
    """The seconds that the zone is ahead of UTC, by `seconds since 1970 // QUARTER`."""
    return _Offsets(zone)


def changes_of(zone: ZoneInfo, since: int, until: int) -> list[tuple[int, int]]:
    """From which instant on the zone is how many seconds ahead of UTC, between two instants; the first holds before."""
    offsets = offsets_of(zone)
    changes = [(since, offsets[since // QUARTER])]
    quarter, last = since // QUARTER, until // QUARTER
    while quarter < last:
        low, high = quarter, min(last, quarter + _QUARTERS_A_WEEK)
        quarter = high
        if offsets[high] == changes[-1][1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if offsets[middle] != changes[-1][1] else (middle, high)
        changes.append((high * QUARTER, offsets[high]))
        quarter = high
    return changes
