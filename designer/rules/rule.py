"""What a rule is: a function over a process or a model that yields problems; its docstring is the sentence."""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Literal

from designer.importer.repair import shown
from engine.bpmn.model import Flow, Model, Node, Process, Scope
from engine.errors import filled

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a rule is broken. `sentence` replaces the rule's own; `path` is a counter-example."""

    element: str | None
    line: int | None = None
    values: dict[str, str] = field(default_factory=dict)
    sentence: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem as the analyst reads it: a translatable sentence about an element."""

    rule: str
    severity: Severity
    element: str | None
    line: int | None
    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()  # ids of nodes and flows that lead there

    @property
    def message(self) -> str:
        """The sentence in English with its values."""
        return filled(self.sentence, self.values)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the name of its file, hyphens for underscores."""

    name: str
    severity: Severity
    sentence: str
    check: Callable[[Model], Iterator[Problem]]

    def findings(self, model: Model) -> list[Finding]:
        """What it finds in the model."""
        return [
            Finding(
                self.name,
                self.severity,
                problem.element,
                problem.line,
                problem.sentence or self.sentence,
                problem.values,
                problem.path,
            )
            for problem in self.check(model)
        ]


def rule(
    severity: Severity,
) -> Callable[[Callable[[Process], Iterator[Problem]]], Rule]:
    """Mark a function over one process as the rule of its file."""

    def mark(check: Callable[[Process], Iterator[Problem]]) -> Rule:
        def check_model(model: Model) -> Iterator[Problem]:
            for process in model.processes:
                yield from check(process)

        return Rule(_name(check.__module__), severity, _sentence(check.__doc__), check_model)

    return mark


def model_rule(
    severity: Severity,
) -> Callable[[Callable[[Model], Iterator[Problem]]], Rule]:
    """Mark a function over the whole file as the rule of its file."""

    def mark(check: Callable[[Model], Iterator[Problem]]) -> Rule:
        return Rule(_name(check.__module__), severity, _sentence(check.__doc__), check)

    return mark


def _name(module: str) -> str:
    return module.rpartition(".")[2].replace("_", "-")


def _sentence(docstring: str | None) -> str:
    return " ".join((docstring or "").strip().partition("\n\n")[0].split())


def scopes(process: Process) -> Iterator[tuple[Node | None, Scope]]:
    """The process's own scope (owned by None) and those of its sub-processes."""
    yield None, process.scope
    for _, node in process.scope.everything():
        if node.body is not None:
            yield node, node.body


def at(item: Node | Flow, **values: str) -> Problem:
    """A problem at a node or flow; its name is there for the sentence."""
    return Problem(item.id, item.line, {"name": shown(item.name, item.id), **values})


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule in this folder, by name."""
    from designer import rules as folder

    found: list[Rule] = []
    for module in pkgutil.iter_modules(folder.__path__):
        content = vars(import_module(f"{folder.__name__}.{module.name}"))
        found.extend(value for value in content.values() if isinstance(value, Rule))
    return tuple(sorted(found, key=lambda item: item.name))
