"""A log as it is read, whatever its format: cases with their events, one case at a time."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

Value = str | int | float | bool
MOST_EVENTS = 100_000  # of one case: it is held in memory as a whole
MOST_ATTRIBUTES = 60  # of one case are kept
LONGEST_VALUE = 64 * 1024  # characters of one value; a longer one is refused
KEPT_CHARACTERS = 300  # of a value
Progress = Callable[[int, int], None]  # bytes read so far, of how many


class LogEvent(NamedTuple):
    """One event. `at` are whole seconds since 1970; `lifecycle` is a transition of the XES standard, lower case."""

    activity: str
    at: int
    lifecycle: str = "complete"
    resource: str | None = None
    group: str | None = None
    instance: str | None = None  # which execution of the activity, where the log says so


@dataclass(slots=True)
class LogCase:
    """One case. `declared` are the attributes that the log says every case has, lower case: what one lacks, it lacks
    for a reason, as an end when the case is still open."""

    name: str
    events: list[LogEvent]
    attributes: Mapping[str, Value] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()


def instants(zone: ZoneInfo) -> Callable[[str], int]:
    """What reads ISO 8601 instants as whole seconds since 1970; those without an offset are of `zone`.

    What it gives raises ValueError and OverflowError. It remembers offsets: what Python makes of an aware time costs
    three times as much as of a naive one, and is asked for by the million.
    """
    offsets: dict[str, int] = {}  # as they are written, ±hh:mm → seconds
    parse, epoch = datetime.fromisoformat, _EPOCH

    def seconds(text: str) -> int:
        if text[-1:] == "Z":
            text = f"{text[:-1]}+00:00"
        offset = offsets.get(text[-6:])
        if offset is not None and len(text) > _DAY_WITH_OFFSET:
            try:
                past = parse(text[:-6]) - epoch
            except TypeError:  # it has two offsets
                raise ValueError(text) from None
            return past.days * 86_400 + past.seconds - offset
        ahead = parse(text).utcoffset()
        if ahead is not None and text[-6] in "+-" and text[-3] == ":":
            offsets[text[-6:]] = ahead.days * 86_400 + ahead.seconds
        return math.floor(exact_seconds(text, zone))

    return seconds


def exact_seconds(text: str, zone: ZoneInfo) -> float:
    """Seconds since 1970, with their fraction, of an ISO 8601 instant; one without an offset is of `zone`. Raises
    ValueError, OverflowError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    return instant.timestamp()


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  what is counted from it has lost its offset
_DAY_WITH_OFFSET = 16  # characters of 2026-01-31-05:00, which is no instant
