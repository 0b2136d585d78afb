"""What a person calls the kind of a value, for the reasons why something is null."""

from decimal import Decimal

from engine.errors import N_, Said
from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.type_names import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_TIME,
    NUMBER,
    STRING,
    TIME,
    YEARS_MONTHS,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Restricted,
    Type,
)
from engine.feel.values import Range, Value

_NOTHING = Said(N_("nothing (null)"))
_YES_NO = Said(N_("a yes or no"))
_NUMBER = Said(N_("a number"))
_TEXT = Said(N_("a text"))
_DATE = Said(N_("a date"))
_TIME = Said(N_("a time"))
_DATE_TIME = Said(N_("a date and time"))
_DAYS_TIME = Said(N_("a duration in days and hours"))
_YEARS_MONTHS = Said(N_("a duration in years and months"))
_RANGE = Said(N_("a range"))
_LIST = Said(N_("a list"))
_CONTEXT = Said(N_("a context"))
_FUNCTION = Said(N_("a function"))
_ANYTHING = Said(N_("anything"))

_OF_CLASS: dict[type, Said] = {
    type(None): _NOTHING,
    bool: _YES_NO,
    Decimal: _NUMBER,
    str: _TEXT,
    Date: _DATE,
    Time: _TIME,
    DateTime: _DATE_TIME,
    DaysTime: _DAYS_TIME,
    YearsMonths: _YEARS_MONTHS,
    Range: _RANGE,
    list: _LIST,
    dict: _CONTEXT,
}
_OF_TYPE: dict[Type, Said] = {
    ANY: _ANYTHING,
    BOOLEAN: _YES_NO,
    NUMBER: _NUMBER,
    STRING: _TEXT,
    DATE: _DATE,
    TIME: _TIME,
    DATE_TIME: _DATE_TIME,
    DAYS_TIME: _DAYS_TIME,
    YEARS_MONTHS: _YEARS_MONTHS,
}
_OF_COMPOUND: tuple[tuple[type, Said], ...] = (
    (RangeOf, _RANGE),
    (ContextOf, _CONTEXT),
    (FunctionOf, _FUNCTION),
)


def kind_of(value: Value) -> Said:
    """“a number”, “a text” …: what the value is."""
    return _OF_CLASS.get(type(value), _FUNCTION)


def kind_of_type(kind: Type) -> Said:
    """“a number”, “a list of dates” …: what a value of the type is."""
    if isinstance(kind, Restricted):
        return Said("“{name}”", {"name": kind.name})
    if isinstance(kind, ListOf):
        if kind.element == ANY:
            return _LIST
        return Said(N_("a list, each element {kind}"), {"kind": kind_of_type(kind.element)})
    for shape, words in _OF_COMPOUND:
        if isinstance(kind, shape):
            return words
    return _OF_TYPE.get(kind, _ANYTHING)
