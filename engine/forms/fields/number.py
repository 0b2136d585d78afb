"""A number, read as people write it and kept only when JSON can hold it exactly."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import Formula
from engine.forms.json_value import MAX_EXACT, Json
from engine.forms.refusals import Misfit

EXACT_DIGITS = 15  # significant digits that a JSON number keeps wherever it is read
TEXT_DIGITS = 34  # FEEL's decimal128

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"[+-]?\d*,\d+")
# 1.250: a thousand to who groups by points, a little over one to who divides by them
_POINTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number; the answer is int or float with at most 15 digits, or text when the form asks so."""

    type: ClassVar[str] = "number"

    digits: int | None = None  # after the point
    step: float | int | None = None
    minimum: "Json | Formula" = None
    maximum: "Json | Formula" = None
    is_text: bool = False  # form-js: serializeToString

    @classmethod
    def read(cls, component: Component) -> Field:
        validate = component.part("validate")
        shared = cls.shared(component)
        return cls(
            **shared,
            digits=component.count("decimalDigits"),
            step=component.number("increment"),
            minimum=validate.limit("min"),
            maximum=validate.limit("max"),
            is_text=component.flag("serializeToString"),
        )

    def parse(self, value: object, around: Around) -> Json:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        number = self._read(value)
        if self.is_text:
            return f"{number:f}"
        if number == number.to_integral_value() and abs(number) < MAX_EXACT:
            return int(number)
        return float(number)

    def _read(self, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise Misfit(N_("“{label}” must be a number."))
        if isinstance(value, int) and abs(value) >= 10**TEXT_DIGITS:
            raise Misfit(N_("“{label}” has too many digits: at most {limit}."), limit=EXACT_DIGITS)
        text = repr(value) if isinstance(value, float) else str(value)
        try:
            number = Decimal(self._written(text, is_typed=isinstance(value, str)))
        except InvalidOperation:
            raise Misfit(N_("“{label}” must be a number, such as 1250 or 1250.50.")) from None
        if not number.is_finite() or abs(number.adjusted()) > 40:
            raise Misfit(N_("“{label}” must be a number, such as 1250 or 1250.50."))
        number = number.normalize() if number else Decimal(0)
        most = TEXT_DIGITS if self.is_text else EXACT_DIGITS
        if len(number.as_tuple().digits) > most:
            raise Misfit(N_("“{label}” has too many digits: at most {limit}."), limit=most)
        return number

    def _written(self, text: str, *, is_typed: bool) -> str:
        """The number with a point and without separators of thousands; a Misfit where people may mean either."""
        text = re.sub(r"[\s'’]", "", text[:100]) if len(text) < 100 else ""
        if is_typed and not self.is_text and _POINTED.fullmatch(text) and self._may_be(text):
            raise Misfit(
                N_("“{label}” can be read in two ways. Write {one} or {other}."),
                one=text.replace(".", ""),
                other=unmistakable(text),
            )
        if _PLAIN.fullmatch(text):
            return text
        if _GROUPED_BY_DOTS.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        if _GROUPED.fullmatch(text):
            if (
                text.count(",") == 1
                and "." not in text
                and (self.digits is None or self.digits > 2)
            ):
                # 1,234: a thousand to some, a little over one to others
                plain = text.replace(",", "")
                raise Misfit(
                    N_("“{label}” can be read in two ways. Write {one} or {other}."),
                    one=plain,
                    other=unmistakable(text.replace(",", ".")),
                )
            return text.replace(",", "")
        if _COMMA.fullmatch(text):
            return text.replace(",", ".")
        raise Misfit(N_("“{label}” must be a number, such as 1250 or 1250.50."))

    def _may_be(self, text: str) -> bool:
        """Whether the form takes so many decimals: else it is said that there are too many."""
        decimals = text.partition(".")[2]
        return self.digits is None or len(decimals.rstrip("0")) <= self.digits

    def check(self, value: Json, around: Around) -> None:
        number = as_decimal(value)
        if number is None:
            raise Misfit(N_("“{label}” must be a number."))
        exponent = number.normalize().as_tuple().exponent
        if self.digits is not None and isinstance(exponent, int) and -exponent > self.digits:
            if self.digits == 0:
                raise Misfit(N_("“{label}” must be a whole number."))
            raise Misfit(N_("“{label}” has too many decimals: at most {limit}."), limit=self.digits)
        least, most = self._bounds(around)
        if least is not None and number < least:
            raise Misfit(N_("“{label}” must be {limit} or more."), limit=f"{least:f}")
        if most is not None and number > most:
            raise Misfit(N_("“{label}” must be {limit} or less."), limit=f"{most:f}")

    def _bounds(self, around: Around) -> tuple[Decimal | None, Decimal | None]:
        return as_decimal(bound(self.minimum, around)), as_decimal(bound(self.maximum, around))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(minimum=bound(self.minimum, around), maximum=bound(self.maximum, around))


def unmistakable(number: str) -> str:
    """A number with a point, its decimals never three, so that nobody takes them for a thousand."""
    whole, _, decimals = number.partition(".")
    decimals = decimals.rstrip("0")
    decimals += "0" if len(decimals) == 3 else ""
    return f"{whole}.{decimals}" if decimals else whole


def bound(limit: "Json | Formula", around: Around) -> Json:
    """The bound as it stands now."""
    return limit.value(around.scope) if isinstance(limit, Formula) else limit


def as_decimal(value: Json) -> Decimal | None:
    """The number exactly; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 100:
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 100 else None
