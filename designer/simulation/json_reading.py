"""Reads JSON with its place at hand: what does not fit becomes a sentence that names where, and reading goes on."""

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from designer.simulation.refusals import Gap
from engine.errors import N_
from engine.spiff.timers import parse_duration

_AMOUNT = re.compile(r"\s*(\d{1,12}(?:[.,]\d{1,6})?)\s*([a-zá-ú]{1,8})\s*", re.IGNORECASE)
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "seg", "segundo", "segundos"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuto", "minutos"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours", "hora", "horas"), 3600.0),
    **dict.fromkeys(("d", "day", "days", "día", "dia", "días", "dias"), 86_400.0),
    **dict.fromkeys(("w", "week", "weeks", "semana", "semanas"), 604_800.0),
}
MOST_PARTS = 200_000
THE_FILE = N_("the file")  # the place of what is wrong with all of it
Chosen = TypeVar("Chosen", bound=StrEnum)


@dataclass
class Faults:
    """What did not fit, in the order of reading."""

    found: list[Gap] = field(default_factory=list)

    def note(self, sentence: str, place: str, **values: object) -> None:
        """One more."""
        self.found.append(Gap(sentence, {"place": place or THE_FILE, **values}))


class Part:
    """A value of the file with its place, such as `tasks.review.duration`."""

    def __init__(self, value: Any, place: str, faults: Faults) -> None:
        self.value = value
        self.place = place
        self.faults = faults

    def fault(self, sentence: str, **values: object) -> None:
        """Note that this part does not fit."""
        self.faults.note(sentence, self.place, shown=_shown(self.value), **values)

    @property
    def is_there(self) -> bool:
        """Whether the file says anything here."""
        return self.value is not None

    def table(self, *known: str) -> dict[str, "Part"]:
        """The named parts; unknown names are faults. Without `known` any name is welcome."""
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            self.fault(N_("{place} must be an object with named parts; it is {shown}."))
            return {}
        parts = {str(name): self._part(value, str(name)) for name, value in self.value.items()}
        for name in parts:
            if known and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                if near:
                    self.fault(
                        N_("{place} has no part “{name}”. Is it “{near}”?"), name=name, near=near[0]
                    )
                else:
                    self.fault(
                        N_("{place} has no part “{name}”. There are: {known}."),
                        name=name,
                        known=", ".join(known),
                    )
        return parts

    def get(self, name: str) -> "Part":
        """A named part, there or not."""
        value = self.value.get(name) if isinstance(self.value, Mapping) else None
        return self._part(value, name)

    def items(self) -> Iterator["Part"]:
        """The elements of a list."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.fault(N_("{place} must be a list; it is {shown}."))
            return
        if len(self.value) > MOST_PARTS:
            self.fault(N_("{place} has more than {most} elements."), most=MOST_PARTS)
            return
        for number, value in enumerate(self.value):
            yield Part(value, f"{self.place}[{number}]", self.faults)

    def text(self, default: str = "") -> str:
        """A text."""
        if self.value is None:
            return default
        if not isinstance(self.value, str):
            self.fault(N_("{place} must be a text; it is {shown}."))
            return default
        return self.value

    def number(self, default: float = 0.0, low: float = 0.0, high: float = math.inf) -> float:
        """A number within limits."""
        value = self.value
        if value is None:
            return default
        if isinstance(value, str):
            # Published scenarios write numbers as texts.
            try:
                value = float(value)
            except ValueError:
                value = None
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            self.fault(N_("{place} must be a number; it is {shown}."))
            return default
        if not low <= value <= high:
            if high < math.inf:
                self.fault(
                    N_("{place} must be a number from {low} to {high}; it is {shown}."),
                    low=f"{low:g}",
                    high=f"{high:g}",
                )
            else:
                self.fault(N_("{place} must be {low} or more; it is {shown}."), low=f"{low:g}")
            return default
        return float(value)

    def whole(self, default: int, low: int = 0, high: int = 1_000_000) -> int:
        """A whole number within limits."""
        value = self.number(default, low, high)
        if value != int(value):
            self.fault(N_("{place} must be a whole number; it is {shown}."))
        return int(value)

    def seconds(self, default: float = 0.0) -> float:
        """A duration: seconds, “15 min”, or ISO 8601."""
        value = self.value
        if isinstance(value, str):
            found = duration_of(value)
            if found is None:
                self.fault(
                    N_(
                        "{place} must be a duration such as “15 min”, “PT15M” or a number of seconds; it is {shown}."
                    )
                )
                return default
            return found
        return self.number(default)

    def one_of(self, kinds: type[Chosen], default: Chosen) -> Chosen:
        """One of several words."""
        if self.value is None:
            return default
        if self.value in set(kinds):
            return kinds(self.value)
        self.fault(N_("{place} must be one of {known}; it is {shown}."), known=", ".join(kinds))
        return default

    def day(self, default: date) -> date:
        """A day."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self.fault(N_("{place} must be a day such as 2026-07-28; it is {shown}."))
            return default

    def moment(self, default: datetime) -> datetime:
        """An instant; without an offset in the zone of `default`."""
        if self.value is None:
            return default
        try:
            found = datetime.fromisoformat(self.text())
        except ValueError:
            self.fault(N_("{place} must be an instant such as 2026-01-05T08:00; it is {shown}."))
            return default
        return found if found.tzinfo else found.replace(tzinfo=default.tzinfo)

    def _part(self, value: Any, name: str) -> "Part":
        return Part(value, f"{self.place}.{name}" if self.place else name, self.faults)


def duration_of(text: str) -> float | None:
    """Seconds that “15 min”, “2 horas”, “PT15M” or “900” name; None where it is none of these."""
    stripped = text.strip()
    try:
        value = float(stripped)
        return value if math.isfinite(value) and value >= 0 else None
    except ValueError:
        pass
    if stripped.startswith("P"):
        found = parse_duration(stripped)
        if found is None or found.months or found.length.total_seconds() < 0:
            return None
        return found.length.total_seconds()
    match = _AMOUNT.fullmatch(stripped)
    if match is None or match[2].lower() not in _UNITS:
        return None
    return float(match[1].replace(",", ".")) * _UNITS[match[2].lower()]


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else f"“{value}”"
    return text if len(text) <= 60 else text[:59] + "…"
