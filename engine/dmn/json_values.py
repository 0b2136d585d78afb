"""Dates, times and durations out of JSON, which has none, where a type asks for them."""

from engine.feel import Value
from engine.feel.durations import read_duration
from engine.feel.iso import read_date, read_date_time, read_time
from engine.feel.type_names import (
    DATE,
    DATE_TIME,
    DAYS_TIME,
    TIME,
    YEARS_MONTHS,
    ContextOf,
    ListOf,
    Type,
)


def from_json(value: Value, kind: Type) -> Value:
    """The value with texts read as the type says, and null for parts that are not there.

    A text that cannot be read so stays a text.
    """
    if isinstance(value, str):
        return _temporal(value, kind)
    if isinstance(value, list):
        element = kind.element if isinstance(kind, ListOf) else kind
        return [from_json(item, element) for item in value]
    if isinstance(value, dict) and isinstance(kind, ContextOf):
        # a form leaves out what was left blank; as null it does not make the whole context unfit
        parts = dict(kind.entries)
        return dict.fromkeys(parts) | {
            name: from_json(item, parts[name]) if name in parts else item
            for name, item in value.items()
        }
    if isinstance(value, dict) and isinstance(kind, ListOf):
        return from_json(value, kind.element)
    return value


def _temporal(text: str, kind: Type) -> Value:
    if isinstance(kind, ListOf):
        return _temporal(text, kind.element)
    read: Value = None
    if kind == DATE:
        read = read_date(text)
    elif kind == DATE_TIME:
        read = read_date_time(text)
    elif kind == TIME:
        read = read_time(text)
    elif kind in (DAYS_TIME, YEARS_MONTHS):
        read = read_duration(text)
    return text if read is None else read
