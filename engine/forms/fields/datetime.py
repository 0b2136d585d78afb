"""A day, a time of day, or both, as ISO 8601 text."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import ClassVar

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.fields.number import bound
from engine.forms.formula import Formula, Phrase
from engine.forms.json_value import Json
from engine.forms.refusals import Misfit

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_AS_SPOKEN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")


@dataclass(frozen=True, kw_only=True)
class DateTimeField(Field):
    """A day (`2026-07-28`), a time (`09:30:00`) or both (`2026-07-28T09:30:00`), as FEEL reads them."""

    type: ClassVar[str] = "datetime"

    subtype: str = "date"  # date, time, datetime
    minimum: "Json | Formula" = None
    maximum: "Json | Formula" = None
    is_future: bool = False  # form-js: disallowPassedDates
    minutes: int | None = None  # form-js: timeInterval

    @classmethod
    def read(cls, component: Component) -> Field:
        subtype = component.text("subtype", "date")
        validate = component.part("validate")
        shared = cls.shared(component)
        named = "timeLabel" if subtype == "time" else "dateLabel"
        shared["label"] = (
            component.phrase(named) or shared["label"] or Phrase(literal=component.key)
        )
        return cls(
            **shared,
            subtype=subtype if subtype in ("date", "time", "datetime") else "date",
            minimum=validate.limit("min"),
            maximum=validate.limit("max"),
            is_future=component.flag("disallowPassedDates"),
            minutes=component.count("timeInterval") or None,
        )

    def parse(self, value: object, around: Around) -> Json:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str) or len(value) > 60:
            raise self._misfit()
        try:
            return self._iso(value.strip())
        except ValueError:
            raise self._misfit() from None

    def _iso(self, text: str) -> str:
        if self.subtype == "date":
            return _day(text)
        if self.subtype == "time":
            return _time(text)
        day, _, rest = text.replace(" ", "T", 1).partition("T")
        return f"{_day(day)}T{_time(rest)}"

    def _misfit(self) -> Misfit:
        if self.subtype == "date":
            return Misfit(N_("“{label}” must be a day that exists, such as 2026-07-28."))
        if self.subtype == "time":
            return Misfit(N_("“{label}” must be a time of day, such as 09:30."))
        return Misfit(N_("“{label}” must be a day and a time, such as 2026-07-28 09:30."))

    def check(self, value: Json, around: Around) -> None:
        if not isinstance(value, str):
            raise self._misfit()
        if self.minutes and self.subtype != "date" and _seconds(value) % (self.minutes * 60):
            raise Misfit(
                N_("“{label}” must be at a full {minutes} minutes, such as {example}."),
                minutes=str(self.minutes),
                example=_nearest(value, self.minutes),
            )
        # ISO texts of one kind sort as the instants do, up to the length both have
        if self.is_future and self.subtype != "time" and value[:10] < around.today.isoformat():
            raise Misfit(N_("“{label}” must be today or later."))
        least, most = bound(self.minimum, around), bound(self.maximum, around)
        if isinstance(least, str) and least and value[: len(least)] < least[: len(value)]:
            raise Misfit(N_("“{label}” must be {limit} or later."), limit=least[:40])
        if isinstance(most, str) and most and value[: len(most)] > most[: len(value)]:
            raise Misfit(N_("“{label}” must be {limit} or earlier."), limit=most[:40])

    def show(self, value: object, around: Around) -> Shown:
        least, most = bound(self.minimum, around), bound(self.maximum, around)
        if least is None and self.is_future and self.subtype == "date":
            least = around.today.isoformat()
        # A browser counts steps from the minimum, we count them from midnight.
        is_even = not isinstance(least, str) or not least or not self._is_between_steps(least)
        minutes = self.minutes if self.subtype != "date" and is_even else None
        return Shown(minimum=least, maximum=most, minutes=minutes)

    def _is_between_steps(self, limit: str) -> bool:
        try:
            return bool(_seconds(self._iso(limit)) % ((self.minutes or 1) * 60))
        except ValueError:
            return True


def _seconds(value: str) -> float:
    """From midnight, of a time or of a day and a time as they are kept."""
    read = time.fromisoformat(value.rpartition("T")[2])
    return read.hour * 3600 + read.minute * 60 + read.second + read.microsecond / 1e6


def _nearest(value: str, minutes: int) -> str:
    """The last time before the value that may be chosen."""
    before = int(_seconds(value) // (minutes * 60)) * minutes
    return f"{before // 60:02}:{before % 60:02}"


def _day(text: str) -> str:
    if _DAY.fullmatch(text):
        return date.fromisoformat(text).isoformat()
    spoken = _DAY_AS_SPOKEN.fullmatch(text)  # where a browser has no date input: 28/7/2026
    if spoken is None:
        raise ValueError(text)
    day, month, year = map(int, spoken.groups())
    return date(year, month, day).isoformat()


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    read = time.fromisoformat(text)
    if read.tzinfo is not None:
        datetime.combine(date(2000, 1, 2), read)
    return read.isoformat(timespec="seconds" if not read.microsecond else "auto")
