"""A measure is a function with a definition: the first paragraph of its docstring, shown under “What is this?”."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure is, in the source language, and where the definition comes from."""

    name: str
    text: str
    source: str


_DEFINITIONS: dict[str, Definition] = {}


def measure(source: str) -> Callable[[Function], Function]:
    """Declare a function a measure; `source` is the standard, law or book that defines it."""

    def declare(function: Function) -> Function:
        name = function.__name__
        if name in _DEFINITIONS:
            raise ValueError(f"two measures are called {name}")
        first = (function.__doc__ or "").partition("\n\n")[0]
        _DEFINITIONS[name] = Definition(name, " ".join(first.split()), source)
        return function

    return declare


def definition(name: str) -> Definition:
    """The definition of a measure by the name of its function; KeyError."""
    return _DEFINITIONS[name]


def definitions() -> list[Definition]:
    """Every measure that has been imported, by name."""
    return [_DEFINITIONS[name] for name in sorted(_DEFINITIONS)]
