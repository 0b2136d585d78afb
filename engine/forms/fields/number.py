"""A number, read as people write it and kept only when JSON can hold it exactly."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import Formula
from engine.forms.json_value import MAX_EXACT, Json
from engine.forms.refusals import Misfit
from engine.numerals import NotReadable, Numerals, TwoReadings, unmistakable

EXACT_DIGITS = 15  # significant digits that a JSON number keeps wherever it is read
TEXT_DIGITS = 34  # FEEL's decimal128


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
        number = self._read(value, around.numerals)
        if self.is_text:
            return unmistakable(f"{number:f}")  # the same when it is read again
        if number == number.to_integral_value() and abs(number) < MAX_EXACT:
            return int(number)
        return float(number)

    def kept(self, value: Json) -> object:
        # text in the form of JSON, whatever the custom of the place
        known = as_decimal(value) if self.is_text and isinstance(value, str) else None
        return value if known is None else known

    def entry(self, value: Json, around: Around) -> Json:
        number = as_decimal(value)
        return value if number is None else around.numerals.typed(f"{number:f}")

    def _read(self, value: object, numerals: Numerals) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise Misfit(N_("“{label}” must be a number."))
        if isinstance(value, int) and abs(value) >= 10**TEXT_DIGITS:
            raise Misfit(N_("“{label}” has too many digits: at most {limit}."), limit=EXACT_DIGITS)
        if isinstance(value, str):
            number = self._typed(value, numerals)
        else:
            number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > 40:
            raise _no_number(numerals)
        number = number.normalize() if number else Decimal(0)
        most = TEXT_DIGITS if self.is_text else EXACT_DIGITS
        if len(number.as_tuple().digits) > most:
            raise Misfit(N_("“{label}” has too many digits: at most {limit}."), limit=most)
        return number

    def _typed(self, text: str, numerals: Numerals) -> Decimal:
        try:
            return numerals.read(text)
        except NotReadable:
            raise _no_number(numerals) from None
        except TwoReadings as either:
            decimals = str(either.values["other"]).partition(numerals.point)[2].rstrip("0")
            if self.digits is not None and len(decimals) > self.digits:
                if self.digits == 0:
                    raise Misfit(N_("“{label}” must be a whole number.")) from None
                raise Misfit(
                    N_("“{label}” has too many decimals: at most {limit}."), limit=self.digits
                ) from None
            raise Misfit(
                N_("“{label}” can be read in two ways. Write {one} or {other}."),
                one=str(either.values["one"]),
                other=str(either.values["other"]),
            ) from None

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
            raise Misfit(
                N_("“{label}” must be {limit} or more."), limit=around.numerals.typed(f"{least:f}")
            )
        if most is not None and number > most:
            raise Misfit(
                N_("“{label}” must be {limit} or less."), limit=around.numerals.typed(f"{most:f}")
            )

    def _bounds(self, around: Around) -> tuple[Decimal | None, Decimal | None]:
        return as_decimal(bound(self.minimum, around)), as_decimal(bound(self.maximum, around))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(minimum=bound(self.minimum, around), maximum=bound(self.maximum, around))


def _no_number(numerals: Numerals) -> Misfit:
    return Misfit(N_("“{label}” must be a number, such as 1250 or {such}."), such=numerals.such)


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
