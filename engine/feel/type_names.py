"""Types as FEEL writes them after `instance of` and in parameter lists (DMN 1.5 §10.3.2.9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Simple:
    """A type without parts: number, string, date …, Any and Null."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    """list<element>"""

    element: "Type"

    def __str__(self) -> str:
        return f"list<{self.element}>"


@dataclass(frozen=True, slots=True)
class RangeOf:
    """range<element>"""

    element: "Type"

    def __str__(self) -> str:
        return f"range<{self.element}>"


@dataclass(frozen=True, slots=True)
class ContextOf:
    """context<name: type, …>; a context with more entries conforms as well."""

    entries: tuple[tuple[str, "Type"], ...] = ()

    def __str__(self) -> str:
        return "context<" + ", ".join(f"{name}: {kind}" for name, kind in self.entries) + ">"


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """function<parameter types> -> result type; None when any parameters will do."""

    parameters: tuple["Type", ...] | None
    result: "Type"

    def __str__(self) -> str:
        inner = ", ".join(str(parameter) for parameter in self.parameters or ())
        return f"function<{inner}> -> {self.result}"


@dataclass(frozen=True, eq=False, slots=True)
class Restricted:
    """A named type of which only some values are allowed: an item definition (DMN 1.5 §7.3.2)."""

    name: str
    base: "Type"
    allows: Callable[[object], bool]

    def __str__(self) -> str:
        return self.name


Type: TypeAlias = Simple | ListOf | RangeOf | ContextOf | FunctionOf | Restricted

ANY = Simple("Any")
NULL = Simple("Null")
NUMBER = Simple("number")
STRING = Simple("string")
BOOLEAN = Simple("boolean")
DATE = Simple("date")
TIME = Simple("time")
DATE_TIME = Simple("date and time")
DAYS_TIME = Simple("days and time duration")
YEARS_MONTHS = Simple("years and months duration")
UNKNOWN = Simple("unknown")  # a name that nobody defined: nothing conforms

SIMPLE_TYPES: dict[str, Type] = {
    "Any": ANY,
    "Null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "days and time duration": DAYS_TIME,
    "dayTimeDuration": DAYS_TIME,
    "years and months duration": YEARS_MONTHS,
    "yearMonthDuration": YEARS_MONTHS,
    "list": ListOf(ANY),
    "context": ContextOf(),
    "function": FunctionOf(None, ANY),
    "range": RangeOf(ANY),
}
