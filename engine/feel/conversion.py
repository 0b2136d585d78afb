"""The border: values of Python become values of FEEL and back, by an explicit table.

Nothing else gets in, so no attribute or method of a host object is ever touched.
"""

import datetime as py
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo as _ZoneInfo

from engine.errors import N_, Said
from engine.feel.builtins.registry import Builtin
from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import DAY, NANOS, DaysTime, YearsMonths
from engine.feel.errors import UnknownValue, ValueTooLarge
from engine.feel.limits import MAX_LIST, MAX_STORED, MAX_STRING, MAX_VALUE_DEPTH
from engine.feel.numbers import CONTEXT, from_integer, number_text
from engine.feel.text import to_text
from engine.feel.values import FeelFunction, Range, Value
from engine.feel.zones import Zone

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"

_AS_IS = frozenset(
    {
        type(None),
        bool,
        Date,
        Time,
        DateTime,
        DaysTime,
        YearsMonths,
        Range,
        FeelFunction,
        Builtin,
    }
)


def to_feel(value: object) -> Value:
    """The FEEL value of a Python value; the same object when it is one already.

    int, float and Decimal become numbers (NaN and infinities null), date, time, datetime and
    timedelta temporals, lists, tuples and mappings of these lists and contexts.
    Raises UnknownValue for anything else and ValueTooLarge beyond the limits.
    """
    kind = type(value)
    if kind in _AS_IS:
        return value
    if kind is str and len(value) <= MAX_STRING:  # type: ignore[arg-type]  # kind says it is str
        return value
    return _convert(value, 0, {})


def _convert(value: object, depth: int, seen: dict[int, Value]) -> Value:
    kind = type(value)
    if kind in _AS_IS:
        return value
    converter = _TABLE.get(kind)
    if converter is not None:
        return converter(value)
    if depth >= MAX_VALUE_DEPTH:
        raise ValueTooLarge(problem=Said(N_("lists and contexts are nested too deeply.")))
    if isinstance(value, list | tuple | dict):
        # Parts may be shared: each is converted once, however many paths lead to it.
        if id(value) not in seen:
            seen[id(value)] = (
                _context(value, depth, seen)
                if isinstance(value, dict)
                else _list(value, depth, seen)
            )
        return seen[id(value)]
    for base, convert in _BASES:
        if isinstance(value, base):
            return convert(value)
    raise UnknownValue(kind=kind.__name__)


def _list(value: "list[object] | tuple[object, ...]", depth: int, seen: dict[int, Value]) -> Value:
    if len(value) > MAX_LIST:
        raise ValueTooLarge(
            problem=Said(N_("a list has more than {limit} elements."), {"limit": MAX_LIST})
        )
    items = [_convert(item, depth + 1, seen) for item in value]
    if type(value) is list and all(a is b for a, b in zip(items, value, strict=True)):
        return value
    return items


def _context(value: "dict[object, object]", depth: int, seen: dict[int, Value]) -> Value:
    if len(value) > MAX_LIST:
        raise ValueTooLarge(
            problem=Said(N_("a context has more than {limit} entries."), {"limit": MAX_LIST})
        )
    entries: dict[str, Value] = {}
    is_same = type(value) is dict
    for key, item in dict.items(value):
        if type(key) is not str:
            raise UnknownValue(kind=f"context with keys of kind {type(key).__name__}")
        entries[key] = _convert(item, depth + 1, seen)
        is_same = is_same and entries[key] is item
    return value if is_same else entries


def _text(value: object) -> Value:
    if not isinstance(value, str):
        raise UnknownValue(kind=type(value).__name__)
    if len(value) > MAX_STRING:
        raise ValueTooLarge(
            problem=Said(N_("a text has more than {limit} characters."), {"limit": MAX_STRING})
        )
    return str.__str__(value)


def _integer(value: object) -> Value:
    if not isinstance(value, int):
        raise UnknownValue(kind=type(value).__name__)
    return from_integer(int.__int__(value))


def _float(value: object) -> Value:
    if not isinstance(value, float) or value != value or value in (float("inf"), float("-inf")):
        return None
    return CONTEXT.create_decimal(float.__repr__(value))


def _decimal(value: object) -> Value:
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    # Values made here are within bounds already; comparing is cheaper than rounding again.
    if -6000 < value.adjusted() < 6000 and len(value.as_tuple().digits) <= 34:
        return value
    return CONTEXT.plus(value) if abs(value.adjusted()) <= 6144 else None


def _zone(tz: py.tzinfo | None, offset: py.timedelta | None) -> Zone | None:
    if offset is None:
        return None
    key = tz.key if isinstance(tz, _ZoneInfo) else None
    return Zone(region=key) if key else Zone(offset=int(offset.total_seconds()))


def _date(value: object) -> Value:
    if not isinstance(value, py.date):
        raise UnknownValue(kind=type(value).__name__)
    return Date(value.year, value.month, value.day)


def _time(value: object) -> Value:
    if not isinstance(value, py.time):
        raise UnknownValue(kind=type(value).__name__)
    nanos = ((value.hour * 60 + value.minute) * 60 + value.second) * NANOS
    return Time(nanos + value.microsecond * 1000, _zone(value.tzinfo, value.utcoffset()))


def _date_time(value: object) -> Value:
    if not isinstance(value, py.datetime):
        raise UnknownValue(kind=type(value).__name__)
    nanos = ((value.hour * 60 + value.minute) * 60 + value.second) * NANOS
    time = Time(nanos + value.microsecond * 1000, _zone(value.tzinfo, value.utcoffset()))
    return DateTime(Date(value.year, value.month, value.day), time)


def _duration(value: object) -> Value:
    if not isinstance(value, py.timedelta):
        raise UnknownValue(kind=type(value).__name__)
    return DaysTime(value.days * DAY + value.seconds * NANOS + value.microseconds * 1000)


_TABLE: dict[type, Callable[[object], Value]] = {
    str: _text,
    int: _integer,
    float: _float,
    Decimal: _decimal,
    py.date: _date,
    py.time: _time,
    py.datetime: _date_time,
    py.timedelta: _duration,
}
_BASES: tuple[tuple[type, Callable[[object], Value]], ...] = (
    (str, _text),
    (int, _integer),
    (float, _float),
)


def to_json(value: Value) -> Json:
    """The value for storing: numbers as int when integral (to 2**53), else as float.

    A number that a float cannot hold exactly to 15 digits is stored as text, so that no digit is
    lost. Temporals, ranges and functions become their FEEL text.
    """
    return _json(value, 0, [MAX_STORED])


def _json(value: Value, depth: int, left: list[int]) -> Json:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return _json_number(value)
    left[0] -= 1
    if depth > MAX_VALUE_DEPTH or left[0] < 0:
        raise ValueTooLarge(problem="lists and contexts are nested too deeply or too many.")
    if isinstance(value, list):
        left[0] -= len(value)
        return [_json(item, depth + 1, left) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _json(item, depth + 1, left) for key, item in value.items()}
    return to_text(value)


def _json_number(number: Decimal) -> Json:
    if number == number.to_integral_value() and abs(number) <= 2**53:
        return int(number)
    as_float = float(number)
    if as_float in (float("inf"), float("-inf")) or Decimal(repr(as_float)) != number:
        return number_text(number)
    return as_float
