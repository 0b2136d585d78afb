"""What the decision models that lie beside a drawing can be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine import dmn


@dataclass(frozen=True, slots=True)
class Askable:
    """A decision or decision service of a file."""

    file: str
    name: str
    kind: Literal["table", "decision", "service"]


def askables(decisions: Mapping[str, str]) -> Iterator[Askable]:
    """Every decision and decision service, in the order of the files."""
    for file, model in dmn.load_all(decisions).items():
        for name in model.decisions:
            yield Askable(file, name, "decision" if model.table(name) is None else "table")
        for name in model.services:
            yield Askable(file, name, "service")


def has_decision(decisions: Mapping[str, str], decision: str) -> bool:
    """Whether one of the files knows the decision, service or knowledge model, by name or id."""
    return any(model.knows(decision) for model in dmn.load_all(decisions).values())
