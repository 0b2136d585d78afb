"""Equality, order and `in`, each true, false or null (DMN 1.5 §10.3.2.13, tables 49–55)."""

from collections.abc import Mapping
from decimal import Decimal

from engine.feel.clock import clock_offset
from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import NANOS, DaysTime, YearsMonths
from engine.feel.errors import LimitReached
from engine.feel.limits import MAX_VALUE_DEPTH, Run
from engine.feel.values import Range, Value

_ORDERED = (Decimal, str, Date, DaysTime, YearsMonths)
_PLAIN = frozenset({*_ORDERED, bool})


def equal(a: Value, b: Value, run: Run | None = None) -> bool | None:
    """Whether two values are the same; null when their kinds cannot be compared.

    Comparing lists and contexts is charged to `run`, or to a budget of its own.
    """
    return _equal(a, b, 0, run)


def _equal(a: Value, b: Value, depth: int, run: Run | None) -> bool | None:
    if a is None or b is None:
        return a is b
    if depth > MAX_VALUE_DEPTH:
        raise LimitReached("Lists and contexts are nested too deeply.")
    kind = type(a)
    if kind is not type(b):
        return None
    if kind in _PLAIN:
        return a == b
    if kind is DateTime or kind is Time:
        return _same_moment(a, b)
    # Parts may be shared, so that few values have very many paths: every step counts.
    run = run or Run()
    run.charge()
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return False
        return all(_equal(x, y, depth + 1, run) is True for x, y in zip(a, b, strict=True))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if a.keys() != b.keys():
            return False
        return all(_equal(a[key], b[key], depth + 1, run) is True for key in a)
    if isinstance(a, Range) and isinstance(b, Range):
        return (
            (a.start_included, a.end_included, a.is_equality, a.is_negated)
            == (b.start_included, b.end_included, b.is_equality, b.is_negated)
            and _equal(a.start, b.start, depth + 1, run) is True
            and _equal(a.end, b.end, depth + 1, run) is True
        )
    return a == b  # numbers, strings, booleans, dates, durations; functions by identity


def _same_moment(a: Value, b: Value) -> bool | None:
    if isinstance(a, DateTime | Time) and isinstance(b, DateTime | Time):
        offset_a, offset_b = a.offset, b.offset
        if (offset_a is None) != (offset_b is None):
            return False
        return a.instant == b.instant
    return None


def compare(a: Value, b: Value) -> int | None:
    """Negative, zero or positive as a is before, at or after b; null when there is no order."""
    kind = type(a)
    if kind is not type(b):
        return None
    if isinstance(a, _ORDERED):
        return int(a > b) - int(a < b)  # type: ignore[operator]  # both are of one kind
    if isinstance(a, DateTime | Time) and isinstance(b, DateTime | Time):
        first, second = a.instant, b.instant
        if (a.offset is None) != (b.offset is None):
            here = clock_offset()
            if here is None:
                return None
            # What has no zone is a time of this place, as a form's answer is.
            first -= here * NANOS if a.offset is None else 0
            second -= here * NANOS if b.offset is None else 0
        return (first > second) - (first < second)
    return None


def is_in(value: Value, test: Value, run: Run | None = None) -> bool | None:
    """`value in test`: in a range, among the elements of a list, or equal."""
    if isinstance(test, Range):
        return includes(test, value)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test, run):
            return True
        unknown = False
        if run is not None:
            run.charge(1 + len(test) // 8)
        for element in test:
            found = includes(element, value) if isinstance(element, Range) else None
            if isinstance(element, list) and not isinstance(value, list):
                found = is_in(value, element, run) if _is_shallow(element) else None
            if found or equal(value, element, run):
                return True
            unknown = unknown or (isinstance(element, Range) and found is None)
        return None if unknown else False
    return equal(value, test, run)


def _is_shallow(elements: list[Value]) -> bool:
    # One level of lists inside lists is what `in` looks into; recursion stops there.
    return not any(isinstance(element, list) for element in elements)


def includes(range_: Range, value: Value) -> bool | None:
    """Whether the value lies in the range; null when it cannot be compared with the ends."""
    if range_.is_equality:
        same = equal(value, range_.start)
        return same if same is None or not range_.is_negated else not same
    if range_.start is None and range_.end is None:
        return None
    if range_.start is not None:
        order = compare(value, range_.start)
        if order is None:
            return None
        if order < 0 or (order == 0 and not range_.start_included):
            return False
    if range_.end is not None:
        order = compare(value, range_.end)
        if order is None:
            return None
        return order < 0 or (order == 0 and range_.end_included)
    return True
