"""What a built-in function is: a name, its overloads, and how arguments find their overload."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.errors import NullResult
from engine.feel.limits import Run
from engine.feel.values import FeelFunction, Range, Value

_REFUSED = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an overload; `kinds` are the kinds of value it takes."""

    name: str
    kinds: tuple[str, ...]
    is_optional: bool
    is_variadic: bool

    def accept(self, value: Value) -> object:
        """The argument as this parameter takes it, or _REFUSED."""
        for kind in self.kinds:
            test = _KINDS.get(kind)
            if test is None or test(value):
                return value
        if value is None:
            return _REFUSED
        if "list" in self.kinds:
            return [value]  # singleton to list (DMN 1.5 §10.3.2.9.4)
        if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
            return self.accept(value[0])  # singleton list to its element
        return _REFUSED


_KINDS: dict[str, Callable[[Value], bool] | None] = {
    "any": None,
    "null": lambda value: value is None,
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, Decimal),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "context": lambda value: isinstance(value, Mapping),
    "date": lambda value: isinstance(value, Date),
    "time": lambda value: isinstance(value, Time),
    "datetime": lambda value: isinstance(value, DateTime),
    "days": lambda value: isinstance(value, DaysTime),
    "months": lambda value: isinstance(value, YearsMonths),
    "range": lambda value: isinstance(value, Range),
    "point": lambda value: value is not None and not isinstance(value, Range | list),
    "function": lambda value: isinstance(value, FeelFunction | Builtin),
}


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a built-in."""

    parameters: tuple[Parameter, ...]
    implementation: Callable[..., Value]
    needs_run: bool

    def positional(self, arguments: Sequence[Value]) -> list[Value] | None:
        """The arguments for the implementation, None when they do not fit."""
        accepted: list[Value] = []
        for index, parameter in enumerate(self.parameters):
            if parameter.is_variadic:
                rest = [parameter.accept(argument) for argument in arguments[index:]]
                return None if _REFUSED in rest or not rest else [*accepted, rest]
            if index >= len(arguments):
                return accepted if parameter.is_optional else None
            value = parameter.accept(arguments[index])
            if value is _REFUSED:
                return None
            accepted.append(value)
        return accepted if len(arguments) <= len(self.parameters) else None

    def named(self, arguments: Mapping[str, Value]) -> dict[int, Value] | None:
        """The arguments by their place, None when they do not fit."""
        places = {parameter.name: place for place, parameter in enumerate(self.parameters)}
        if any(name not in places for name in arguments):
            return None
        accepted: dict[int, Value] = {}
        for name, place in places.items():
            parameter = self.parameters[place]
            if name in arguments:
                value = parameter.accept(arguments[name])
                if value is _REFUSED:
                    return None
                if parameter.is_variadic and not isinstance(value, list):
                    value = [value]
                accepted[place] = value
            elif not parameter.is_optional:
                return None
        return accepted


@dataclass(frozen=True, eq=False, slots=True)
class Builtin:
    """A built-in function with all its overloads."""

    name: str
    overloads: list[Overload] = field(default_factory=list)

    def call(self, run: Run, arguments: Sequence[Value]) -> Value:
        """The result for positional arguments; raises NullResult when none of them fits."""
        for overload in self.overloads:
            accepted = overload.positional(arguments)
            if accepted is not None:
                if overload.needs_run:
                    return overload.implementation(run, *accepted)
                return overload.implementation(*accepted)
        raise self._misfit()

    def call_named(self, run: Run, arguments: Mapping[str, Value]) -> Value:
        """The result for named arguments; raises NullResult when none of them fits."""
        # before(range: r, point: p) and before(point: p, range: r) differ only in the order of the names.
        written = list(arguments)
        ordered = sorted(
            self.overloads,
            key=lambda overload: [one.name for one in overload.parameters] != written,
        )
        for overload in ordered:
            places = overload.named(arguments)
            if places is None:
                continue
            given: list[Value] = []
            last = max(places, default=-1)
            if any(place not in places for place in range(last + 1)):
                continue
            given = [places[place] for place in range(last + 1)]
            if overload.needs_run:
                return overload.implementation(run, *given)
            return overload.implementation(*given)
        raise self._misfit()

    def _misfit(self) -> NullResult:
        ways = dict.fromkeys(
            f"{self.name}({', '.join(p.name for p in overload.parameters)})"
            for overload in self.overloads
        )
        if len(ways) == 1:
            return NullResult("The arguments do not fit {function}.", function=next(iter(ways)))
        return NullResult("The arguments fit none of {functions}.", functions="; ".join(ways))


BUILTINS: dict[str, Builtin] = {}


def builtin(
    name: str, parameters: str = "", *, needs_run: bool = False
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register an overload. Parameters: ``"string: string, length?: number|null, *item: any"``.

    `?` marks optional ones, `*` the last one that takes all further arguments as a list.
    """
    declared = tuple(_parameter(part) for part in parameters.split(",") if part.strip())

    def register(implementation: Callable[..., Value]) -> Callable[..., Value]:
        function = BUILTINS.setdefault(name, Builtin(name))
        function.overloads.append(Overload(declared, implementation, needs_run))
        return implementation

    return register


def _parameter(text: str) -> Parameter:
    name, _, kinds = text.strip().partition(":")
    is_variadic, name = name.startswith("*"), name.lstrip("*").strip()
    is_optional, name = name.endswith("?"), name.rstrip("?")
    return Parameter(name, tuple(kinds.strip().split("|")), is_optional, is_variadic)
