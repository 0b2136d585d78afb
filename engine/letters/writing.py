"""How values are written in a letter: dates in words, amounts with their currency, options by their label.

In Spanish as offices of Peru write (3 de marzo de 2026), and in English; numbers in the custom of the place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from engine.calendars.jurisdiction import DEFAULT, jurisdiction
from engine.feel import Date, DateTime, Value, to_text
from engine.numerals import Numerals

BLANK: Final = "________"  # what nobody knows stays visible, to be filled in by hand
LANGUAGES: Final = ("es", "en")
WRITERS: Final = ("date", "short date", "number", "money", "label")
_MONTHS: Final = {
    "es": "enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre",
    "en": "January February March April May June July August September October November December",
}
_YES_NO: Final = {"es": ("sí", "no"), "en": ("yes", "no")}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes: in which language and currency, knowing the words of options by question."""

    language: str = "es"
    currency: str = "PEN"
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    numerals: Numerals = field(default_factory=lambda: jurisdiction(DEFAULT).numerals)

    def written(self, value: Value, writer: str | None = None, asked: str = "") -> str:
        """The value as text; `asked` is the name of the question, for its label."""
        if value is None or value == "" or value == []:
            return BLANK
        if isinstance(value, list):
            return ", ".join(self.written(one, writer, asked) for one in value)
        match writer:
            case "date" | "short date":
                day = _day(value)
                return to_text(value) if day is None else self._date(day, writer == "short date")
            case "number":
                number = _number(value)
                return to_text(value) if number is None else self._grouped(number)
            case "money":
                number = _number(value)
                return to_text(value) if number is None else self._money(number)
            case "label":
                return self.options.get(asked, {}).get(to_text(value)) or self._plain(value)
        return self._plain(value)

    def _plain(self, value: Value) -> str:
        if isinstance(value, bool):
            return _YES_NO[self.language][0 if value else 1]
        if isinstance(value, Decimal):
            return self._grouped(value)
        if isinstance(value, Date | DateTime):
            day = _day(value)
            assert day is not None
            return self._date(day, is_short=False)
        if isinstance(value, Mapping) and isinstance(value.get("sha256"), str):
            return to_text(value.get("name"))  # a file is called by its name
        return to_text(value)

    def _date(self, day: tuple[int, int, int], is_short: bool) -> str:
        year, month, number = day
        if is_short:
            return f"{number:02d}/{month:02d}/{year}"
        name = _MONTHS[self.language].split()[month - 1]
        return (
            f"{number} de {name} de {year}" if self.language == "es" else f"{number} {name} {year}"
        )

    def _money(self, number: Decimal) -> str:
        cents = number.quantize(Decimal("0.01"), ROUND_HALF_UP) if abs(number) < 10**20 else number
        return self.numerals.money(cents, self.currency)

    def _grouped(self, number: Decimal) -> str:
        # a number of thousands of digits is written as FEEL writes it
        return self.numerals.exact(number) if -30 < number.adjusted() < 30 else to_text(number)


def _number(value: Value) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}(\.\d{1,10})?", value.strip()):
        return Decimal(value.strip())
    return None


def _day(value: Value) -> tuple[int, int, int] | None:
    if isinstance(value, DateTime):
        value = value.date
    if isinstance(value, Date):
        return value.year, value.month, value.day
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[2]) <= 12 or not 1 <= int(found[3]) <= 31:
        return None
    return int(found[1]), int(found[2]), int(found[3])
