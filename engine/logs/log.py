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


def seconds_of(text: str, zone: ZoneInfo) -> int:
    """Whole seconds since 1970 of an ISO 8601 instant; one without an offset is of `zone`. Raises ValueError."""
    return math.floor(exact_seconds(text, zone))


def exact_seconds(text: str, zone: ZoneInfo) -> float:
    """The same with its fraction."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    return instant.timestamp()
