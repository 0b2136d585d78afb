"""number, string, range and `is`: conversions and identity (DMN 1.5 §10.3.4.1, 10.3.4.6)."""

import re
from decimal import Decimal

from engine.feel.builtins.registry import builtin
from engine.feel.comparison import compare, equal
from engine.feel.dates import DateTime, Time
from engine.feel.durations import read_duration
from engine.feel.errors import NullResult
from engine.feel.iso import read_literal
from engine.feel.limits import Run, check_text
from engine.feel.numbers import read_number
from engine.feel.text import to_text
from engine.feel.tokens import string_value
from engine.feel.values import Range, Value

_RANGE = re.compile(r"\s*([\[\](])(.*?)\.\.(.*?)([\[\])])\s*", re.DOTALL)
_END = re.compile(
    r'@?"(?:[^"\\]|\\.)*"|-?[0-9.]+(?:[eE][+-]?[0-9]+)?|'
    r'(date and time|date|time|duration)\s*\(\s*("(?:[^"\\]|\\.)*")\s*\)',
    re.DOTALL,
)


@builtin("number", "from: string|number")
def number(value: str | Decimal) -> Value:
    """The number written in the text."""
    if isinstance(value, Decimal):
        return value
    result = read_number(value.strip())
    if result is None:
        raise NullResult("“{text}” is no number.", text=value[:40])
    return result


@builtin("number", "from: string, grouping separator: string|null, decimal separator: string|null")
def number_with_separators(text: str, grouping: str | None, decimal: str | None) -> Value:
    """The number written with these separators."""
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ",", "."):
        raise NullResult("Separators are a blank, a comma or a point.")
    if grouping is not None and grouping == decimal:
        raise NullResult("Both separators are the same.")
    plain = text.replace(grouping, "") if grouping else text
    if decimal == ",":
        if "." in plain:
            raise NullResult("“{text}” is no number.", text=text[:40])
        plain = plain.replace(",", ".")
    result = read_number(plain)
    if result is None:
        raise NullResult("“{text}” is no number.", text=text[:40])
    return result


@builtin("string", "from: any", needs_run=True)
def string(run: Run, value: Value) -> Value:
    """The value as text; null for null."""
    if value is None:
        return None
    text = to_text(value)
    check_text(run, len(text))
    return text


@builtin("is", "value1: any, value2: any", needs_run=True)
def is_(run: Run, a: Value, b: Value) -> Value:
    """Whether both are the same element of the same kind; zones count."""
    if type(a) is not type(b):
        return False
    if isinstance(a, DateTime | Time) and isinstance(b, DateTime | Time):
        zones = [x.time.zone if isinstance(x, DateTime) else x.zone for x in (a, b)]
        return equal(a, b, run) is True and zones[0] == zones[1]
    return equal(a, b, run) is True


@builtin("range", "from: string")
def range_of_text(text: str) -> Value:
    """The range written in the text, of literals only."""
    found = _RANGE.fullmatch(text) if len(text) < 1_000 else None
    if found is None:
        raise NullResult("“{text}” is no range.", text=text[:40])
    low, high = _end(found[2].strip()), _end(found[3].strip())
    if low is None and high is None:
        raise NullResult("A range needs at least one end.")
    if low is not None and high is not None:
        order = compare(low, high)
        if order is None or order > 0:
            raise NullResult("The ends of the range are not in order.")
    if (low is None and found[1] == "[") or (high is None and found[4] == "]"):
        raise NullResult("A missing end cannot be included.")
    return Range(low, high, found[1] == "[", found[4] == "]")


def _end(text: str) -> Value:
    if not text or text == "null":
        return None
    found = _END.fullmatch(text)
    if found is None:
        raise NullResult("“{text}” cannot be the end of a range.", text=text[:40])
    value: Value
    if found[2]:
        inner = string_value(found[2])
        value = read_duration(inner) if found[1] == "duration" else read_literal(inner)
    elif text.startswith("@"):
        value = read_literal(string_value(text[1:]))
    elif text.startswith('"'):
        value = string_value(text)
    else:
        value = read_number(text)
    if value is None:
        raise NullResult("“{text}” cannot be the end of a range.", text=text[:40])
    return value
