"""Numbers of FEEL: decimals of 34 digits, rounded half even (DMN 1.5 §10.3.2.3.1)."""

import re
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from engine.feel.errors import NullResult

PRECISION = 34
MAX_EXPONENT = 6144

# Shared by all threads: only its status flags change, and nobody reads those.
CONTEXT = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=MAX_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_MAX_INTEGER_BITS = 20_412  # 10**6144


def read_number(text: str) -> Decimal | None:
    """The number written as a FEEL literal, None if it is none or out of range."""
    if len(text) > 10_000 or not _NUMBER.fullmatch(text):
        return None
    try:
        return CONTEXT.create_decimal(text)
    except DecimalException:
        return None


def from_integer(number: int) -> Decimal | None:
    """The integer as a number of 34 digits, None when it is out of range."""
    if number.bit_length() <= 112:  # at most 34 digits: exact, no rounding needed
        return Decimal(number)
    if number.bit_length() > _MAX_INTEGER_BITS:
        return None
    try:
        return CONTEXT.create_decimal(number)
    except DecimalException:
        return None


def number_text(number: Decimal) -> str:
    """The number in digits, never with an exponent, without zeros that say nothing."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_integer(number: object) -> int | None:
    """The whole number, None when it has a fraction or is no number."""
    if not isinstance(number, Decimal) or number != number.to_integral_value():
        return None
    return int(number)


def rounded(number: Decimal, scale: int, rounding: str) -> Decimal:
    """The number with `scale` decimals; negative scales round to tens, hundreds …

    Raises NullResult when the scale is outside −6111 … 6176 (DMN 1.5 §10.3.4.5).
    """
    if not -6111 <= scale <= 6176:
        raise NullResult("The scale {scale} is not between -6111 and 6176.", scale=scale)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -scale:
        return number
    wide = Context(prec=20_000, Emin=-99_999, Emax=99_999, rounding=rounding)
    try:
        return CONTEXT.plus(number.quantize(Decimal((0, (1,), -scale)), rounding, wide))
    except DecimalException as error:
        raise NullResult("The number cannot be rounded so.") from error


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """base ** exponent; raises NullResult when there is no such number or it is too large."""
    if not exponent:
        return Decimal(1)
    try:
        result = CONTEXT.power(base, exponent)
    except DecimalException as error:
        raise NullResult("The power does not exist or is too large.") from error
    if exponent == exponent.to_integral_value() and result.is_finite():
        return tidy(result)
    return result


def tidy(number: Decimal) -> Decimal:
    """The same number without trailing zeros behind the point."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < 0:
        number = number.normalize(CONTEXT)
        shown = number.as_tuple().exponent
        if isinstance(shown, int) and 0 < shown <= PRECISION:
            return (
                number.quantize(Decimal(1), context=CONTEXT)
                if len(number.as_tuple().digits) + shown <= PRECISION
                else number
            )
    return number
