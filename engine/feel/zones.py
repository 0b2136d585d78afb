"""Time zones as FEEL writes them: `Z`, `+05:00` or `@Europe/Paris`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_EPOCH = datetime(1970, 1, 1)
_CYCLE = 146_097  # days in 400 years, after which the calendar repeats
# XML Schema 1.1 part 2, timezoneFrag, which DMN 1.5 takes for its times. No clock on earth is further from UTC.
_MAX_OFFSET = 14 * 3600


@dataclass(frozen=True, slots=True)
class Zone:
    """An offset in seconds east of UTC, or the name of a region of the tz database."""

    offset: int | None = None
    region: str | None = None

    def offset_at(self, epoch_day: int, second: int) -> int:
        """Seconds east of UTC when local clocks show that day and second."""
        if self.region is None:
            return self.offset or 0
        local = _near(epoch_day * 86_400 + second)
        return _seconds(local.replace(tzinfo=_zone_info(self.region)).utcoffset())

    def offset_at_instant(self, instant: int) -> int:
        """Seconds east of UTC at an instant, in seconds since 1970-01-01T00:00:00Z."""
        if self.region is None:
            return self.offset or 0
        moment = _near(instant).replace(tzinfo=UTC)
        return _seconds(moment.astimezone(_zone_info(self.region)).utcoffset())

    def __str__(self) -> str:
        if self.region is not None:
            return "@" + self.region
        offset = self.offset or 0
        if not offset:
            return "Z"
        minutes, seconds = divmod(abs(offset), 60)
        text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
        return f"{text}:{seconds:02d}" if seconds else text


def read_zone(text: str) -> Zone | None:
    """The zone written after a time; None if there is none such."""
    if text in ("Z", "z"):
        return Zone(offset=0)
    if text.startswith("@"):
        return Zone(region=text[1:]) if text[1:] in _regions() else None
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = int(found[2]), int(found[3]), int(found[4] or 0)
    if minutes > 59 or seconds > 59:
        return None
    offset = hours * 3600 + minutes * 60 + seconds
    return offset_zone(-offset if found[1] == "-" else offset)


def offset_zone(seconds: int) -> Zone | None:
    """The zone of an offset, None when it is more than 14 hours."""
    return Zone(offset=seconds) if abs(seconds) <= _MAX_OFFSET else None


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    # The set, not ZoneInfo(key): a hostile name never reaches the file system.
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def _zone_info(region: str) -> ZoneInfo:
    return ZoneInfo(region)


def _near(seconds: int) -> datetime:
    """The moment in Python's calendar; far years borrow those of the same place in the cycle."""
    days, second = divmod(seconds, 86_400)
    if not -700_000 < days < 2_900_000:
        days = days % _CYCLE
    return _EPOCH + timedelta(days=days, seconds=second)


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())
