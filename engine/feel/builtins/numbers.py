"""Numeric functions (DMN 1.5 §10.3.4.5)."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)

from engine.feel.builtins.registry import builtin
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.errors import NullResult
from engine.feel.numbers import CONTEXT, as_integer, rounded
from engine.feel.values import Value


def _round(n: Decimal, scale: Decimal, rounding: str) -> Value:
    places = int(scale) if abs(scale) < 100_000 else 100_000
    return rounded(n, places, rounding)


@builtin("decimal", "n: number, scale: number")
def decimal(n: Decimal, scale: Decimal) -> Value:
    """Rounded half even to `scale` decimals."""
    return _round(n, scale, ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def floor(n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    """Rounded towards minus infinity."""
    return _round(n, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def ceiling(n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    """Rounded towards plus infinity."""
    return _round(n, scale, ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(n: Decimal, scale: Decimal) -> Value:
    """Rounded away from zero."""
    return _round(n, scale, ROUND_UP)


@builtin("round down", "n: number, scale: number")
def round_down(n: Decimal, scale: Decimal) -> Value:
    """Rounded towards zero."""
    return _round(n, scale, ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(n: Decimal, scale: Decimal) -> Value:
    """Rounded to the nearest, halves away from zero."""
    return _round(n, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(n: Decimal, scale: Decimal) -> Value:
    """Rounded to the nearest, halves towards zero."""
    return _round(n, scale, ROUND_HALF_DOWN)


@builtin("abs", "n: number|days|months")
def absolute(n: Decimal | DaysTime | YearsMonths) -> Value:
    """Without its sign."""
    if isinstance(n, DaysTime):
        return DaysTime(abs(n.nanoseconds))
    if isinstance(n, YearsMonths):
        return YearsMonths(abs(n.total_months))
    return CONTEXT.abs(n)


@builtin("modulo", "dividend: number, divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """dividend - divisor * floor(dividend / divisor)"""
    if not divisor:
        raise NullResult("Division by zero.")
    try:
        rest = CONTEXT.remainder(dividend, divisor)
        return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest
    except DecimalException as error:
        raise NullResult("The numbers are too far apart for a remainder.") from error


@builtin("sqrt", "number: number")
def square_root(number: Decimal) -> Value:
    """The square root; null of negative numbers."""
    if number < 0:
        raise NullResult("There is no square root of a negative number.")
    return CONTEXT.sqrt(number)


@builtin("log", "number: number")
def logarithm(number: Decimal) -> Value:
    """The natural logarithm; null unless positive."""
    if number <= 0:
        raise NullResult("There is no logarithm of a number that is not positive.")
    return CONTEXT.ln(number)


@builtin("exp", "number: number")
def exponential(number: Decimal) -> Value:
    """e to the power of the number."""
    try:
        return CONTEXT.exp(number)
    except DecimalException as error:
        raise NullResult("The result is too large a number.") from error


@builtin("odd", "number: number")
def odd(number: Decimal) -> Value:
    """Whether the whole number is odd."""
    return _whole(number) % 2 == 1


@builtin("even", "number: number")
def even(number: Decimal) -> Value:
    """Whether the whole number is even."""
    return _whole(number) % 2 == 0


def _whole(number: Decimal) -> int:
    whole = as_integer(number)
    if whole is None:
        raise NullResult("A whole number is needed.")
    return whole
