"""Where names get their values while an expression runs: local bindings over the given context."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from engine.feel.builtins.catalogue import BUILTINS
from engine.feel.conversion import to_feel
from engine.feel.errors import UnknownValue, ValueTooLarge
from engine.feel.limits import MAX_STRING, Run
from engine.feel.values import Value

UNKNOWN_NAME = "There is no “{name}” here."
_MISSING = object()
_SMALL = 1 << 100


class Frame:
    """The given context (raw), the names bound inside the expression, and the run's budget."""

    __slots__ = ("cache", "local", "root", "run")

    def __init__(
        self, root: Mapping[str, object], local: dict[str, Value], run: Run, cache: dict[str, Value]
    ) -> None:
        self.root = root
        self.local = local
        self.run = run
        self.cache = cache

    def inner(self, bindings: Mapping[str, Value]) -> "Frame":
        """A frame with more names bound."""
        return Frame(self.root, {**self.local, **bindings}, self.run, self.cache)


Code: TypeAlias = Callable[[Frame], Value]


def root_reader(name: str, position: int) -> Code:
    """Code that reads a name nothing inside the expression binds.

    Values are converted when they are read, not before: a condition that reads two of fifty
    variables pays for two.
    """
    builtin = BUILTINS.get(name)
    missing = _MISSING

    def read(frame: Frame) -> Value:
        value = frame.root.get(name, missing)
        kind = type(value)
        if kind is int:
            if -_SMALL < value < _SMALL:  # type: ignore[operator]  # kind says it is int
                return Decimal(value)  # type: ignore[arg-type]  # as above
        elif kind is str:
            if len(value) <= MAX_STRING:  # type: ignore[arg-type]  # as above
                return value
        elif kind is bool or value is None:
            return value
        elif value is missing:
            if builtin is None:
                frame.run.note(position, UNKNOWN_NAME, name=name)
            return builtin
        if name in frame.cache:
            return frame.cache[name]
        try:
            converted = to_feel(value)
        except (UnknownValue, ValueTooLarge) as refusal:
            frame.run.note(position, refusal.sentence, **refusal.values)
            converted = None
        frame.cache[name] = converted
        return converted

    return read


def local_reader(name: str, position: int) -> Code:
    """Code that reads a name that something inside the expression may bind."""
    outside = root_reader(name, position)

    def read(frame: Frame) -> Value:
        local = frame.local
        return local[name] if name in local else outside(frame)

    return read
