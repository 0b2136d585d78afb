"""How tables write instants: ISO 8601, days and months in either order, numbers of Excel and Unix."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.logs.log import instants

ISO, EXCEL, UNIX = "", "excel", "unix"
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y")
# in the order in which they are tried: where both would do, the day comes before the month
FORMATS = (ISO, EXCEL, UNIX, *(day + clock for day in _DAYS for clock in _CLOCKS))
_PARTS = {
    "%d": r"(?P<d>\d{1,2})",
    "%m": r"(?P<m>\d{1,2})",
    "%Y": r"(?P<Y>\d{4})",
    "%y": r"(?P<y>\d{2})",
    "%H": r"(?P<H>\d{1,2})",
    "%I": r"(?P<H>\d{1,2})",
    "%M": r"(?P<M>\d{2})",
    "%S": r"(?P<S>\d{2})(?:[.,]\d{1,9})?",
    "%p": r"(?P<p>[ap])\.?\s?m\.?",
}
_NUMBER = re.compile(r"\d{5}(?:[.,]\d{1,12})?", re.ASCII)  # of days since the end of 1899
_SECONDS = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?", re.ASCII)
_EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001  what is counted from it is local
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  likewise
_MOST_QUARTERS = 200_000
_SHOWN = datetime(2026, 1, 31, 22, 42)  # noqa: DTZ001  an example, of nowhere


def format_of(sample: Iterable[str]) -> str:
    """The format in which most of these are instants, of several the first; ISO 8601 where it is not even for two
    thirds of them. One mistyped time is told with its line, not taken for another format of all.
    """
    told = list(sample)
    counts = {format: _readable(told, format) for format in FORMATS}
    best = max(counts, key=lambda format: counts[format])
    return best if 3 * counts[best] >= 2 * len(told) else ISO


def _readable(sample: list[str], format: str) -> int:
    read, found = reader_of(format, ZoneInfo("UTC")), 0
    for text in sample:
        with suppress(ValueError, OverflowError):
            read(text)
            found += 1
    return found


def example_of(format: str) -> str:
    """The evening of 31 January 2026 as the format has it."""
    if format == ISO:
        return "2026-01-31 22:42"
    if format == EXCEL:
        return "46053.9458"
    if format == UNIX:
        return "1769917320"
    return _SHOWN.strftime(format)


def reader_of(format: str, zone: ZoneInfo) -> Callable[[str], int]:
    """What reads instants of a format (one of FORMATS, or as strptime has it) as whole seconds since 1970.

    Those without an offset are of `zone`. What it gives raises ValueError and OverflowError.
    """
    if format == ISO:
        return instants(zone)
    if format == UNIX:
        return _unix
    local = _seconds_in(zone)
    if format == EXCEL:
        return lambda text: local(_excel(text))
    pattern = _pattern(format)
    if pattern is not None:
        return lambda text: local(_matched(pattern, text))

    def seconds(text: str) -> int:
        instant = datetime.strptime(text, format)  # noqa: DTZ007  the zone follows
        return local(instant) if instant.tzinfo is None else int(instant.timestamp() // 1)

    return seconds


def _pattern(format: str) -> re.Pattern[str] | None:
    """The format as a pattern, which is six times as fast as strptime; None where it has parts that are not known."""
    pieces = re.split(r"(%.)", format)
    if any(piece.startswith("%") and piece not in _PARTS for piece in pieces):
        return None
    names = [piece for piece in pieces if piece.startswith("%")]
    if len(set(names)) < len(names) or not {"%d", "%m"} <= set(names):
        return None
    if (
        not {"%Y", "%y"} & set(names)
        or ("%I" in names) is not ("%p" in names)
        or {"%I", "%H"} <= set(names)
    ):
        return None
    words = "".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces)
    return re.compile(words, re.ASCII | re.IGNORECASE)


def _matched(pattern: re.Pattern[str], text: str) -> datetime:
    found = pattern.fullmatch(text.replace("\xa0", " "))
    if found is None:
        raise ValueError(text)
    said = found.groupdict()
    year = int(said["Y"]) if "Y" in said else 2000 + int(said["y"]) - 100 * (int(said["y"]) > 68)
    hour = int(said.get("H") or 0)
    if "p" in said:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + 12 * (said["p"] in "pP")
    minute, second = int(said.get("M") or 0), int(said.get("S") or 0)
    return datetime(year, int(said["m"]), int(said["d"]), hour, minute, second)  # noqa: DTZ001  the zone follows


def _seconds_in(zone: ZoneInfo) -> Callable[[datetime], int]:
    """What counts the seconds since 1970 of a time of the zone; how far it is ahead is asked once per quarter."""
    ahead: dict[tuple[int, int], int] = {}

    def seconds(local: datetime) -> int:
        past = local - _EPOCH
        quarter = (past.days, past.seconds // 900)
        offset = ahead.get(quarter)
        if offset is None:
            if len(ahead) > _MOST_QUARTERS:
                ahead.clear()
            told = local.replace(tzinfo=zone).utcoffset()
            offset = ahead[quarter] = 0 if told is None else int(told.total_seconds())
        return past.days * 86_400 + past.seconds - offset

    return seconds


def _excel(text: str) -> datetime:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return _EXCEL_BEGINS + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))


def _unix(text: str) -> int:
    found = _SECONDS.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1])
