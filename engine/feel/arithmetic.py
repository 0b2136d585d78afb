"""Addition to exponentiation for every pair of kinds that has one (DMN 1.5 §10.3.2.15)."""

from collections.abc import Callable
from decimal import Decimal, DecimalException

from engine.feel.dates import (
    Date,
    DateTime,
    Time,
    add_months,
    at_instant,
    date_of_epoch_day,
    midnight,
)
from engine.feel.durations import DAY, DaysTime, YearsMonths, days_time, years_months
from engine.feel.errors import NullResult
from engine.feel.kinds import kind_of
from engine.feel.limits import MAX_STRING
from engine.feel.numbers import CONTEXT, power
from engine.feel.values import Value

Operation = Callable[[Value, Value], Value]


def _impossible(sign: str, a: Value, b: Value) -> NullResult:
    return NullResult(
        "There is no “{sign}” between {left} and {right}.",
        sign=sign, left=kind_of(a), right=kind_of(b),
    )  # fmt: skip


def _whole(value: Value) -> Value:
    if value is None:
        raise NullResult("The result is outside the range of dates and durations.")
    return value


def add(a: Value, b: Value) -> Value:
    """a + b; raises NullResult when there is none."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _number(CONTEXT.add, a, b)
    if isinstance(a, str) and isinstance(b, str):
        if len(a) + len(b) > MAX_STRING:
            raise NullResult("The text would have more than {limit} characters.", limit=MAX_STRING)
        return a + b
    if isinstance(a, DaysTime | YearsMonths) and not isinstance(b, DaysTime | YearsMonths):
        a, b = b, a
    if isinstance(b, DaysTime):
        return _add_days(a, b.nanoseconds, "+", b)
    if isinstance(b, YearsMonths):
        return _add_months(a, b.total_months, "+", b)
    raise _impossible("+", a, b)


def _add_days(a: Value, nanos: int, sign: str, b: Value) -> Value:
    if isinstance(a, DaysTime):
        return _whole(days_time(a.nanoseconds + nanos))
    if isinstance(a, DateTime):
        return _whole(at_instant(a.instant + nanos, a.time.zone))
    if isinstance(a, Date):
        return _whole(date_of_epoch_day((a.epoch_day * DAY + nanos) // DAY))
    if isinstance(a, Time):
        return Time((a.nanos + nanos) % DAY, a.zone)
    raise _impossible(sign, a, b)


def _add_months(a: Value, months: int, sign: str, b: Value) -> Value:
    if isinstance(a, YearsMonths):
        return _whole(years_months(a.total_months + months))
    if isinstance(a, Date):
        return _whole(add_months(a, months))
    if isinstance(a, DateTime):
        day = add_months(a.date, months)
        return _whole(None if day is None else DateTime(day, a.time))
    raise _impossible(sign, a, b)


def subtract(a: Value, b: Value) -> Value:
    """a - b; raises NullResult when there is none."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _number(CONTEXT.subtract, a, b)
    if isinstance(b, DaysTime):
        return _add_days(a, -b.nanoseconds, "-", b)
    if isinstance(b, YearsMonths):
        return _add_months(a, -b.total_months, "-", b)
    if isinstance(a, Date) and isinstance(b, Date):
        return DaysTime((a.epoch_day - b.epoch_day) * DAY)
    if isinstance(a, Date | DateTime) and isinstance(b, Date | DateTime):
        a = midnight(a) if isinstance(a, Date) else a
        b = midnight(b) if isinstance(b, Date) else b
    if (isinstance(a, DateTime) and isinstance(b, DateTime)) or (
        isinstance(a, Time) and isinstance(b, Time)
    ):
        if (a.offset is None) != (b.offset is None):
            raise NullResult("One has a time zone and the other has not: say which zone is meant.")
        return _whole(days_time(a.instant - b.instant))
    raise _impossible("-", a, b)


def multiply(a: Value, b: Value) -> Value:
    """a * b; raises NullResult when there is none."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _number(CONTEXT.multiply, a, b)
    if isinstance(a, Decimal):
        a, b = b, a
    if isinstance(b, Decimal):
        if isinstance(a, DaysTime):
            return _whole(days_time(_scaled(CONTEXT.multiply, a.nanoseconds, b)))
        if isinstance(a, YearsMonths):
            return _whole(years_months(_scaled(CONTEXT.multiply, a.total_months, b)))
    raise _impossible("*", a, b)


def divide(a: Value, b: Value) -> Value:
    """a / b; raises NullResult when there is none."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _quotient(a, b)
    if isinstance(a, DaysTime) and isinstance(b, DaysTime):
        return _quotient(Decimal(a.nanoseconds), Decimal(b.nanoseconds))
    if isinstance(a, YearsMonths) and isinstance(b, YearsMonths):
        return _quotient(Decimal(a.total_months), Decimal(b.total_months))
    if isinstance(b, Decimal) and isinstance(a, DaysTime | YearsMonths):
        if not b:
            raise NullResult("Division by zero.")
        if isinstance(a, DaysTime):
            return _whole(days_time(_scaled(CONTEXT.divide, a.nanoseconds, b)))
        return _whole(years_months(_scaled(CONTEXT.divide, a.total_months, b)))
    raise _impossible("/", a, b)


def exponentiate(a: Value, b: Value) -> Value:
    """a ** b; raises NullResult when there is none."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return power(a, b)
    raise _impossible("**", a, b)


def negate(a: Value) -> Value:
    """-a; raises NullResult when there is none."""
    if isinstance(a, Decimal):
        return CONTEXT.minus(a)
    if isinstance(a, DaysTime):
        return DaysTime(-a.nanoseconds)
    if isinstance(a, YearsMonths):
        return YearsMonths(-a.total_months)
    raise NullResult("There is no minus of {kind}.", kind=kind_of(a))


def _quotient(a: Decimal, b: Decimal) -> Value:
    if not b:
        raise NullResult("Division by zero.")
    return _number(CONTEXT.divide, a, b)


def _number(operation: Callable[[Decimal, Decimal], Decimal], a: Decimal, b: Decimal) -> Decimal:
    try:
        return operation(a, b)
    except DecimalException as error:
        raise NullResult("The result is too large a number.") from error


def _scaled(operation: Callable[[Decimal, Decimal], Decimal], count: int, factor: Decimal) -> int:
    # Parts of a month or a nanosecond are cut off, as the TCK expects.
    result = _number(operation, Decimal(count), factor)
    if result.adjusted() > 40:
        raise NullResult("The result is outside the range of dates and durations.")
    return int(result)
