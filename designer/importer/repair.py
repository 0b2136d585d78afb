"""What a repair is: a function over a drawing that mends one cause and notes what it did."""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from importlib import import_module

from designer.importer.drawing import Drawing
from engine.errors import filled


class Stage(IntEnum):
    """When a repair runs; within a stage repairs run by name."""

    NAMES = 1  # ids, references between elements
    ELEMENTS = 2  # what an element lacks in itself
    AUTOMATION = 3  # what only a machine of another house could do
    STRUCTURE = 4  # how nodes hang together: starts and islands
    PATHS = 5  # how paths end and split, once it is clear what takes part
    CHOICES = 6  # conditions and defaults, once the flows are settled
    EVENTS = 7  # what events wait for


@dataclass(frozen=True, slots=True)
class Note:
    """What a repair did to one element, as a translatable sentence with values.

    `is_decision`: the meaning is not given by the drawing, so the analyst confirms it.
    """

    rule: str
    element: str | None
    line: int | None
    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    is_decision: bool = False

    @property
    def message(self) -> str:
        """The sentence in English with its values."""
        return filled(self.sentence, self.values)


@dataclass(frozen=True, slots=True)
class Change:
    """What a repair yields: the element it mended and the sentence about it."""

    element: str | None
    line: int | None
    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    is_decision: bool = False


Mend = Callable[[Drawing], Iterator[Change]]


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair with its name (the file's), its stage and why it may do what it does."""

    name: str
    stage: Stage
    reference: str
    mend: Mend

    def notes(self, drawing: Drawing) -> list[Note]:
        """Mend the drawing and say what was done."""
        return [
            Note(self.name, c.element, c.line, c.sentence, c.values, c.is_decision)
            for c in self.mend(drawing)
        ]


def repair(stage: Stage, reference: str) -> Callable[[Mend], Repair]:
    """Mark a function as the repair of its file; `reference` is the standard's clause or the reason."""

    def mark(mend: Mend) -> Repair:
        return Repair(mend.__module__.rpartition(".")[2], stage, reference, mend)

    return mark


def shown(name: str | None, element: str) -> str:
    """How a sentence names an element: as it is called, else by its id."""
    text = " ".join((name or "").split()) or element
    return text if len(text) <= 80 else text[:79] + "…"


@lru_cache(maxsize=1)
def all_repairs() -> tuple[Repair, ...]:
    """Every repair in `repairs/`, in the order they run."""
    from designer.importer import repairs as folder

    found: list[Repair] = []
    for module in pkgutil.iter_modules(folder.__path__):
        content = vars(import_module(f"{folder.__name__}.{module.name}"))
        found.extend(value for value in content.values() if isinstance(value, Repair))
    return tuple(sorted(found, key=lambda item: (item.stage, item.name)))
