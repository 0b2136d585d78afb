"""A variable compared with a constant: the commonest condition, without making a Decimal of it.

Each closure looks at the raw value of the case; only ints and strings of Python take the short way,
everything else goes to the general code, so the answers are the same.
"""

from decimal import Decimal

from engine.feel.frame import Code, Frame
from engine.feel.syntax import Comparison, Literal, Name
from engine.feel.values import Value

_EXACT = 10**33  # whole numbers below keep all their digits as FEEL numbers


def quick_comparison(node: Comparison, general: Code) -> Code:
    """Code for `name = constant` and the like that falls back on the general code."""
    left, right = node.left, node.right
    if not isinstance(left, Name) or left.is_local or not isinstance(right, Literal):
        return general
    constant = right.value
    if isinstance(constant, str):
        return _text(left.name, node.sign, constant, general)
    if isinstance(constant, Decimal):
        whole = int(constant) if abs(constant) < _EXACT else None
        if whole is not None and whole == constant:
            return _number(left.name, node.sign, whole, general)
    return general


def _text(name: str, sign: str, constant: str, general: Code) -> Code:
    if sign not in ("=", "!="):
        return general
    is_equal = sign == "="

    def run(frame: Frame) -> Value:
        try:
            value = frame.root[name]
        except KeyError:
            return general(frame)
        return (value == constant) is is_equal if type(value) is str else general(frame)

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
