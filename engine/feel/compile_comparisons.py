"""Closures for what answers true, false or null: comparisons, and, or, between, in, ranges."""

import operator
from collections.abc import Callable
from decimal import Decimal

from engine.errors import N_
from engine.feel.comparison import compare, equal, is_in
from engine.feel.dates import DateTime, Time
from engine.feel.frame import Code, Frame
from engine.feel.kinds import kind_of
from engine.feel.syntax import Between, Comparison, In, Literal, Logic, RangeNode
from engine.feel.values import Range, Value

_ZERO = Decimal(0)
_ZONED = (Time, DateTime)
_REASON = N_("“{sign}” cannot compare {left} with {right}.")
NOT_YES_NO = N_("“{word}” joins yes-or-no values; this is {kind}.")
_ZONES = N_("One has a time zone and the other has not: say which zone is meant.")
_Order = Callable[[Decimal, Decimal], bool]
_ORDERS: dict[str, _Order] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison_code(node: Comparison, left: Code, right: Code) -> Code:
    """left = right and the like; quick when both are numbers or strings."""
    if node.sign in ("=", "!="):
        return _equality_code(node, left, right)
    order = _ORDERS[node.sign]
    position, sign = node.position, node.sign

    def slow(frame: Frame, a: Value, b: Value) -> Value:
        result = compare(a, b)
        if result is None:
            frame.run.note(
                position, _REASON if type(a) is not type(b) or type(a) not in _ZONED else _ZONES,
                sign=sign, left=kind_of(a), right=kind_of(b),
            )  # fmt: skip
            return None
        return order(Decimal(result), _ZERO)

    if isinstance(node.right, Literal) and isinstance(node.right.value, Decimal):
        constant = node.right.value

        def with_number(frame: Frame) -> Value:
            a = left(frame)
            return order(a, constant) if type(a) is Decimal else slow(frame, a, constant)

        return with_number

    def run(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        if type(a) is Decimal and type(b) is Decimal:
            return order(a, b)
        return slow(frame, a, b)

    return run


def _equality_code(node: Comparison, left: Code, right: Code) -> Code:
    position, sign, is_equal = node.position, node.sign, node.sign == "="

    def slow(frame: Frame, a: Value, b: Value) -> Value:
        result = equal(a, b, frame.run)
        if result is None:
            frame.run.note(
                position, _REASON, sign=sign, left=kind_of(a), right=kind_of(b),
            )  # fmt: skip
            return None
        return result is is_equal

    if isinstance(node.right, Literal) and type(node.right.value) in (str, Decimal, bool):
        constant = node.right.value
        kind = type(constant)

        def with_constant(frame: Frame) -> Value:
            a = left(frame)
            if type(a) is kind:
                return (a == constant) is is_equal
            return slow(frame, a, constant)

        return with_constant

    def run(frame: Frame) -> Value:
        return slow(frame, left(frame), right(frame))

    return run


def logic_code(node: Logic, parts: list[Code]) -> Code:
    """and / or with three values: false ends an and, true ends an or (table 50)."""
    position, word = node.position, node.word
    decisive = word == "or"
    other = not decisive

    def run(frame: Frame) -> Value:
        is_unknown = False
        for part in parts:
            value = part(frame)
            if value is decisive:
                return decisive
            if value is not other:
                is_unknown = True
                if value is not None:
                    frame.run.note(position, NOT_YES_NO, word=word, kind=kind_of(value))
        return None if is_unknown else other

    return run


def between_code(node: Between, value: Code, low: Code, high: Code) -> Code:
    """low <= value and value <= high, null when either cannot be compared."""
    position = node.position

    def run(frame: Frame) -> Value:
        x, a, b = value(frame), low(frame), high(frame)
        above, below = compare(x, a), compare(x, b)
        if above is None or below is None:
            frame.run.note(position, "The values cannot be compared by “between”.")
            return None
        return above >= 0 and below <= 0

    return run


def in_code(node: In, value: Code, tests: list[Code]) -> Code:
    """Whether any of the tests holds for the value, which they may call `?`."""
    position, uses_input = node.position, node.uses_input

    def run(frame: Frame) -> Value:
        x = value(frame)
        inner = frame.inner({"?": x}) if uses_input else frame
        is_unknown = False
        for test in tests:
            result = test(inner)
            if uses_input and isinstance(result, bool):
                found: bool | None = result
            else:
                found = is_in(x, result, frame.run)
            if found:
                return True
            is_unknown = is_unknown or found is None
        if is_unknown:
            frame.run.note(position, "The value cannot be compared by “in”.")
            return None
        return False

    return run


def range_code(node: RangeNode, start: Code | None, end: Code | None) -> Code:
    """A range value; null when its ends are of different kinds."""
    position = node.position

    def run(frame: Frame) -> Value:
        low = start(frame) if start else None
        high = end(frame) if end else None
        is_span = low is not None and high is not None and not node.is_equality
        if is_span and compare(low, high) is None:
            frame.run.note(position, "The two ends of the range cannot be compared.")
            return None
        if node.is_equality:
            return Range(low, low, True, True, True, node.is_negated)
        return Range(low, high, node.start_included, node.end_included)

    if isinstance(node.start, Literal) and isinstance(node.end, Literal) and not node.is_equality:
        ends = node.start.value, node.end.value
        if compare(*ends) is not None:  # the same range every time, made once
            constant = Range(*ends, node.start_included, node.end_included)
            return lambda frame: constant

    return run
