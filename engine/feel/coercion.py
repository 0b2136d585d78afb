"""Which values belong to a type, and the implicit conversions (DMN 1.5 §10.3.2.9)."""

from collections.abc import Mapping
from decimal import Decimal

from engine.feel.builtins.registry import Builtin
from engine.feel.dates import Date, DateTime, Time, midnight
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.limits import Run
from engine.feel.type_names import (
    ANY,
    DATE,
    DATE_TIME,
    NULL,
    UNKNOWN,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Restricted,
    Simple,
    Type,
)
from engine.feel.values import FeelFunction, Range, Value

_CLASSES: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "days and time duration": DaysTime,
    "years and months duration": YearsMonths,
}


def conforms(value: Value, kind: Type, run: Run | None = None) -> bool:
    """Whether the value belongs to the type; null belongs to every type.

    Looking into lists and contexts is charged to `run`, or to a budget of its own.
    """
    if value is None or kind == ANY:
        return True
    if isinstance(kind, Simple):
        expected = _CLASSES.get(kind.name)
        return expected is not None and type(value) is expected
    run = run or Run()
    run.charge()
    if isinstance(kind, ListOf):
        return isinstance(value, list) and (
            kind.element == ANY or all(conforms(item, kind.element, run) for item in value)
        )
    if isinstance(kind, ContextOf):
        return isinstance(value, Mapping) and all(
            name in value and conforms(value[name], entry, run) for name, entry in kind.entries
        )
    if isinstance(kind, RangeOf):
        return isinstance(value, Range) and all(
            conforms(end, kind.element, run) for end in (value.start, value.end)
        )
    if isinstance(kind, Restricted):
        return conforms(value, kind.base) and kind.allows(value)
    return _function_conforms(value, kind)


def _function_conforms(value: Value, kind: FunctionOf) -> bool:
    if isinstance(value, Builtin):
        return kind.parameters is None or any(
            len(overload.parameters) == len(kind.parameters) for overload in value.overloads
        )
    if not isinstance(value, FeelFunction):
        return False
    if kind.parameters is None:
        return True
    if len(kind.parameters) != len(value.parameters):
        return False
    # Parameters the other way round: a function of Any serves where one of number is wanted.
    # Results are seldom declared; an undeclared one may be anything.
    return (value.result == ANY or is_subtype(value.result, kind.result)) and all(
        is_subtype(wanted, value.type_of(place)) for place, wanted in enumerate(kind.parameters)
    )


def is_subtype(kind: Type, wanted: Type) -> bool:
    """Whether every value of `kind` is one of `wanted` (DMN 1.5 §10.3.2.9.2)."""
    if wanted == ANY or kind in (NULL, wanted):
        return True
    if isinstance(kind, Restricted):
        return is_subtype(kind.base, wanted)
    if isinstance(kind, ListOf) and isinstance(wanted, ListOf):
        return is_subtype(kind.element, wanted.element)
    if isinstance(kind, RangeOf) and isinstance(wanted, RangeOf):
        return is_subtype(kind.element, wanted.element)
    if isinstance(kind, ContextOf) and isinstance(wanted, ContextOf):
        have = dict(kind.entries)
        return all(name in have and is_subtype(have[name], t) for name, t in wanted.entries)
    if isinstance(kind, FunctionOf) and isinstance(wanted, FunctionOf):
        if wanted.parameters is None:
            return True
        if kind.parameters is None or len(kind.parameters) != len(wanted.parameters):
            return False
        pairs = zip(wanted.parameters, kind.parameters, strict=True)
        return is_subtype(kind.result, wanted.result) and all(is_subtype(w, k) for w, k in pairs)
    return False


def is_instance(value: Value, kind: Type, run: Run | None = None) -> bool | None:
    """`value instance of kind`: null is an instance of Null only; null for an unknown type."""
    if kind == UNKNOWN:
        return None
    if value is None or kind == NULL:
        return value is None and kind == NULL
    return conforms(value, kind, run)


def coerce(value: Value, kind: Type, run: Run | None = None) -> Value:
    """The value as one of the type, by the implicit conversions; null when it is none."""
    if value is None or kind == ANY or conforms(value, kind, run):
        return value
    if isinstance(kind, Restricted):
        fitting = coerce(value, kind.base)
        return fitting if fitting is not None and kind.allows(fitting) else None
    if kind == DATE_TIME and isinstance(value, Date):
        return midnight(value)
    if kind == DATE and isinstance(value, DateTime):
        return None
    if isinstance(kind, ListOf) and not isinstance(value, list):
        element = coerce(value, kind.element, run)
        return None if element is None else [element]
    if isinstance(value, list) and len(value) == 1 and not isinstance(kind, ListOf):
        return coerce(value[0], kind, run) if not isinstance(value[0], list) else None
    return None
