"""When a timer event is due: ISO 8601 dates, durations and repeating intervals, for the fake clock."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

_PERIOD = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)


def due_times(text: str, at: datetime, is_cycle: bool = False) -> Iterator[datetime]:
    """Every instant (UTC) at which a timer with this text, set at `at`, is due: one, or one per round of a cycle.

    Years to days are counted on the clock on the wall of the zone of `at`, hours to seconds as they pass.
    Nothing where the text is no such time.
    """
    text = text.strip().strip("\"'")
    if not text.startswith("R"):
        if is_cycle and _PERIOD.fullmatch(text):
            yield from _rounds(None, text, at, True)
            return
        moment = _later(at, text, 1) or _instant(text, at)
        if moment is not None:
            yield moment
        return
    number, *parts = text[1:].split("/")
    rounds = int(number) if number else None
    if len(parts) == 1:
        yield from _rounds(rounds, parts[0], at, True)
    elif len(parts) == 2:
        start = _instant(parts[0], at)
        if start is not None:
            yield from _rounds(rounds, parts[1], start.astimezone(at.tzinfo), False)
        else:
            end = _instant(parts[1], at)
            for moment in _rounds(rounds, parts[0], at, True):
                if end is not None and moment > end:
                    return
                yield moment


def _rounds(rounds: int | None, period: str, start: datetime, is_after: bool) -> Iterator[datetime]:
    for number in count() if rounds is None else range(rounds):
        moment = _later(start, period, number + (1 if is_after else 0))
        if moment is None:
            return
        yield moment


def _later(start: datetime, period: str, times: int) -> datetime | None:
    match = _PERIOD.fullmatch(period)
    if match is None or not any(match.groups()):
        return None
    years, months, weeks, days, hours, minutes, seconds = (
        int(part or 0) for part in match.groups()
    )
    passed = timedelta(hours=hours, minutes=minutes, seconds=seconds) * times
    try:
        if not (years or months or weeks or days):
            return start.astimezone(UTC) + passed
        wall = start.replace(tzinfo=None, fold=0)
        year, index = divmod(wall.year * 12 + wall.month - 1 + (years * 12 + months) * times, 12)
        first = wall.replace(year=year, month=index + 1, day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        wall = first.replace(day=min(wall.day, last.day)) + timedelta(days=7 * weeks + days) * times
        return wall.replace(tzinfo=start.tzinfo).astimezone(UTC) + passed
    except (OverflowError, ValueError):
        return None


def _instant(text: str, at: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=at.tzinfo)).astimezone(UTC)
