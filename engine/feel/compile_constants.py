"""A variable compared with a constant: the commonest condition, without making a Decimal of it.

Each closure looks at the raw value of the case; only ints, strings, booleans and finite floats of
Python take the short way, everything else goes to the general code, so the answers are the same.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.feel.frame import Code, Frame
from engine.feel.syntax import Comparison, Literal, Name, Node
from engine.feel.values import Value

_EXACT = 10**33  # whole numbers below keep all their digits as FEEL numbers
_EXACT_FLOAT = 10**15  # whole numbers below, and what they are compared with, are exact as floats
_ORDERS: dict[str, Callable[[float, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class QuickTest:
    """`name sign constant`, which holds or not at once for raw values of the constant's kind."""

    name: str
    sign: str
    constant: bool | int | str


def quick_test(node: Node) -> QuickTest | None:
    """The comparison of a variable with a constant, None when the node is something else."""
    if not isinstance(node, Comparison):
        return None
    left, right = node.left, node.right
    if not isinstance(left, Name) or left.is_local or not isinstance(right, Literal):
        return None
    constant = right.value
    if isinstance(constant, str | bool) and node.sign in ("=", "!="):
        return QuickTest(left.name, node.sign, constant)
    if isinstance(constant, Decimal) and abs(constant) < _EXACT and constant == int(constant):
        return QuickTest(left.name, node.sign, int(constant))
    return None


def quick_comparison(node: Comparison, general: Code) -> Code:
    """Code for `name = constant` and the like that falls back on the general code."""
    test = quick_test(node)
    if test is None:
        return general
    if isinstance(test.constant, str | bool):
        return _equality(test.name, test.sign, test.constant, general)
    if abs(test.constant) < _EXACT_FLOAT:
        general = _float(test.name, test.sign, test.constant, general)
    return _number(test.name, test.sign, test.constant, general)


def _equality(name: str, sign: str, constant: str | bool, general: Code) -> Code:
    kind = type(constant)
    is_equal = sign == "="

    def run(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return (value == constant) is is_equal if type(value) is kind else general(frame)

    return run


def _number(name: str, sign: str, constant: int, general: Code) -> Code:
    # One closure per sign: a call of operator.lt would cost as much as the comparison.
    def less(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return value < constant if type(value) is int else general(frame)

    def at_most(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return value <= constant if type(value) is int else general(frame)

    def more(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return value > constant if type(value) is int else general(frame)

    def at_least(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return value >= constant if type(value) is int else general(frame)

    def same(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return value == constant if type(value) is int else general(frame)

    def different(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return value != constant if type(value) is int else general(frame)

    codes = {"<": less, "<=": at_most, ">": more, ">=": at_least, "=": same, "!=": different}
    return codes[sign]


def _float(name: str, sign: str, constant: int, general: Code) -> Code:
    # A float is the shortest decimal that reads back as it, and a whole number of at most 15 digits
    # is its own: both are in the same order, so no Decimal is needed. Infinities and NaN are null.
    order = _ORDERS[sign]

    def run(frame: Frame) -> Value:
        value = frame.root.get(name)
        if type(value) is float and -_EXACT_FLOAT < value < _EXACT_FLOAT:
            return order(value, constant)
        return general(frame)

    return run
