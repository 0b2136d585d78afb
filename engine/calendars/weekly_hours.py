"""When an office works in a week: spans of hours per weekday."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from engine.errors import Refusal

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_SPAN = re.compile(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)\s*")


class HoursUnreadable(Refusal):
    """A span of hours that is none."""

    sentence = (
        "“{text}” is not a span of hours. Write it as 08:00-13:00, 14:00-17:00, in order of time."
    )


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Spans of each weekday, Monday first; a day without spans is not worked."""

    days: tuple[tuple[tuple[time, time], ...], ...]

    def spans(self, weekday: int) -> tuple[tuple[time, time], ...]:
        """Spans of an ISO weekday (Monday is 1). A business day nobody gave hours (a Saturday that a decree makes
        one to work) has those of Monday.
        """
        return self.days[weekday - 1] or next((spans for spans in self.days if spans), ())

    def as_texts(self) -> dict[str, str]:
        """Weekday → “08:00-13:00, 14:00-17:00”, as a form shows it and `read_hours` reads it."""
        return {
            name: ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)
            for name, spans in zip(WEEKDAYS, self.days, strict=True)
        }


def read_hours(said: Mapping[str, Any]) -> WeeklyHours:
    """Weekly hours from “monday = "08:00-13:00, 14:00-17:00"” …; HoursUnreadable."""
    return WeeklyHours(tuple(_spans(said.get(name) or "") for name in WEEKDAYS))


def _spans(said: str) -> tuple[tuple[time, time], ...]:
    spans: list[tuple[time, time]] = []
    for text in (part for part in str(said).split(",") if part.strip()):
        found = _SPAN.fullmatch(text)
        if found is None:
            raise HoursUnreadable(text=text.strip()[:40])
        start = time(int(found[1]), int(found[2]))
        end = time(int(found[3]), int(found[4]))
        if end <= start or (spans and start < spans[-1][1]):
            raise HoursUnreadable(text=str(said).strip()[:60])
        spans.append((start, end))
    return tuple(spans)
