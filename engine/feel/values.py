"""The values of FEEL: null, boolean, number, string, temporals, range, list, context, function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.type_names import ANY, Type

# One of: None, bool, Decimal, str, Date, Time, DateTime, DaysTime, YearsMonths, Range,
# FeelFunction or Builtin, list of values, dict from str to value. `object`, because Python's
# lists are invariant and a closed recursive union would need a cast at every element.
Value: TypeAlias = object


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends; an end of None is unbounded (`> 5`)."""

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True
    is_equality: bool = False  # `= x` and `!= x` as values: DMN 1.5, simple unary tests
    is_negated: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class FeelFunction:
    """A function with named parameters; `body` gets the arguments in their order.

    `types` and `result` coerce and check arguments and result (DMN 1.5 §10.3.2.9.4). `frames` is
    how deep the body nests, which bounds recursion.
    """

    parameters: tuple[str, ...]
    body: Callable[[Sequence[Value]], Value]
    types: tuple[Type, ...] = ()
    result: Type = ANY
    name: str = ""
    frames: int = 12
    is_closure: bool = False  # compiled here: shares the run without a context switch

    def type_of(self, index: int) -> Type:
        """The declared type of a parameter, Any when none was given."""
        return self.types[index] if index < len(self.types) else ANY


NUMBER_TYPES = (int, float, Decimal)


def is_temporal(value: Value) -> bool:
    """Whether the value is a date, a time or both."""
    return isinstance(value, Date | Time | DateTime)


def is_duration(value: Value) -> bool:
    """Whether the value is a duration of either kind."""
    return isinstance(value, DaysTime | YearsMonths)
