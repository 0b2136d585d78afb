"""What a finding is: a function over a subject that yields places; its docstring says why, the mark what to do."""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

from designer.findings.subject import Subject
from engine.errors import filled

Severity = Literal["error", "warning", "info"]
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a sentence, written as the reader's pages write money."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class Time:
    """How long something takes, in days, said as pages say durations: 2.5 h, 3 days."""

    days: Decimal

    def __str__(self) -> str:
        return f"{self.days.quantize(Decimal('0.1'))} d"


Value = str | Decimal | Money | Time  # of a sentence; numbers are written in the reader's language


def kept_values(values: Mapping[str, object]) -> dict[str, Any]:
    """The values of a sentence as JSON, numbers still told from texts, so that who reads it later finds them written
    as their pages write numbers.
    """
    return {name: _kept(value) for name, value in values.items()}


def read_values(kept: Mapping[str, Any]) -> dict[str, Value]:
    """What `kept_values` gave."""
    return {name: _read(value) for name, value in kept.items()}


def _kept(value: object) -> Any:
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    if isinstance(value, Time):
        return {"days": str(value.days)}
    return {"number": str(value)} if isinstance(value, Decimal) else str(value)


def _read(kept: Any) -> Value:
    match kept:
        case {"amount": amount, "currency": currency}:
            return Money(Decimal(amount), str(currency))
        case {"days": days}:
            return Time(Decimal(days))
        case {"number": number}:
            return Decimal(number)
    return str(kept)


@dataclass(frozen=True, slots=True)
class Saving:
    """What mending it would save: minutes of work and days of waiting a case, money a year, papers a case.

    Money is the office's and the applicants' together, in the currency of the sheet.
    """

    minutes: Decimal = _NONE
    days: Decimal = _NONE
    money: Decimal = _NONE
    papers: int = 0

    def __bool__(self) -> bool:
        return bool(self.minutes or self.days or self.money or self.papers)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding from the log rests on: so many observations, and the share with its 95 % interval.

    `sentence` says what the share is of, over {number}, {low} and {high}.
    """

    observed: int
    share: float
    low: float
    high: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """What accepting a finding does to a draft; `kind` is a file of designer/changes, `arguments` its own."""

    kind: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a finding holds. `sentence` replaces the docstring's."""

    element: str | None = None
    requirement: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    sentence: str | None = None
    saving: Saving = Saving()
    evidence: Evidence | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as the analyst reads it; `key` is the same as long as it is about the same thing.

    `gain` says in words what mending it brings; it stands where `saving` has no figure to tell.
    """

    id: str
    severity: Severity
    element: str | None
    requirement: str | None
    sentence: str
    values: Mapping[str, Value]
    todo: str
    reference: str
    saving: Saving
    gain: str
    evidence: Evidence | None
    change: Change | None

    @property
    def key(self) -> str:
        """Names the finding among all of a study: accepted and dismissed ones are remembered by it."""
        return ":".join((self.id, self.requirement or "", self.element or ""))

    @property
    def message(self) -> str:
        """Why, in English with its values."""
        return filled(self.sentence, self.values)

    @property
    def brings(self) -> str:
        """What mending it brings, in English with its values; for where no figure is known."""
        return filled(self.gain, self.values)


@dataclass(frozen=True, slots=True)
class Check:
    """A file of this folder: the file's name with hyphens is its id."""

    id: str
    severity: Severity
    sentence: str
    todo: str
    reference: str
    gain: str
    look: Callable[[Subject], Iterator[Place]]

    def findings(self, subject: Subject) -> list[Finding]:
        """What it finds."""
        return [
            Finding(
                self.id,
                self.severity,
                place.element,
                place.requirement,
                place.sentence or self.sentence,
                place.values,
                self.todo,
                self.reference,
                place.saving,
                self.gain,
                place.evidence,
                place.change,
            )
            for place in self.look(subject)
        ]


def finding(
    severity: Severity, *, todo: str, reference: str, gain: str
) -> Callable[[Callable[[Subject], Iterator[Place]]], Check]:
    """Mark a function as the check of its file. `todo` is a sentence, `reference` a norm (never translated).

    `gain`: what mending it brings, in a sentence with the place's values, for where no figure is known.
    """

    def mark(look: Callable[[Subject], Iterator[Place]]) -> Check:
        sentence = " ".join((look.__doc__ or "").strip().partition("\n\n")[0].split())
        name = look.__module__.rpartition(".")[2].replace("_", "-")
        return Check(name, severity, sentence, todo, reference, gain, look)

    return mark


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check, ...]:
    """Every check in this folder, by id."""
    from designer import findings as folder

    found: list[Check] = []
    for module in pkgutil.iter_modules(folder.__path__):
        content = vars(import_module(f"{folder.__name__}.{module.name}"))
        found.extend(value for value in content.values() if isinstance(value, Check))
    return tuple(sorted(found, key=lambda check: check.id))
