"""What a rehearsal needs to know of a model: values nobody typed and the way to the end."""

import random
import re
from collections import deque
from functools import lru_cache

from engine.bpmn.model import EventKind, Expression, FormField, Kind, Model, Node

_COMPARED = re.compile(
    r"""\b([A-Za-z_]\w{0,80})\s*(?:!?=|<=?|>=?|in\s*\(?)\s*("[^"]{0,80}"|-?\d{1,9}(?:\.\d{1,6})?|true|false|null)"""
)
_BARE = re.compile(r"^\s*(?:not\s*\(\s*)?([A-Za-z_]\w{0,80})\s*\)?\s*$")

Json = str | int | float | bool | list[str] | None


def first_values(model: Model) -> dict[str, Json]:
    """Values for the variables that loops and timers read, so that a rehearsal gets past them."""
    values: dict[str, Json] = {}
    for node in _nodes(model).values():
        if node.loop is not None:
            if (node.loop.collection or "").isidentifier():
                values.setdefault(node.loop.collection or "", ["1", "2"])
            cardinality = node.loop.cardinality
            if cardinality is not None and cardinality.text.isidentifier():
                values.setdefault(cardinality.text, 2)
        for event in node.events:
            text = event.expression.text if event.expression is not None else ""
            if event.kind is EventKind.TIMER and text.isidentifier():
                values.setdefault(text, "PT1H")
    return values


def answers_for(model: Model, element_id: str, dice: random.Random) -> dict[str, Json]:
    """Answers to the task's fields, and to what the conditions of the drawing read."""
    node = _nodes(model).get(element_id)
    asked = {
        item.key: _answer(item, dice)
        for item in (() if node is None else node.extension.form_fields)
        if not item.is_readonly and item.key.isidentifier()
    }
    # A form made from the drawing asks for what its gateways read.
    for name, values in _read_by_conditions(_Held(model)).items():
        asked[name] = dice.choice(values)
    return asked


def _answer(item: FormField, dice: random.Random) -> Json:
    if item.options:
        return dice.choice(item.options)[0]
    kind = item.type.lower()
    if kind in {"boolean", "checkbox"}:
        return dice.random() < 0.5
    if kind in {"long", "integer", "int", "number", "double"}:
        return dice.randint(1, 3)
    return "2026-01-05" if "date" in kind else "…"


@lru_cache(maxsize=8)
def _read_by_conditions(held: "_Held") -> dict[str, list[Json]]:
    """Variables that conditions compare, each with values that make a difference."""
    found: dict[str, list[Json]] = {}
    for process in held.model.processes:
        scopes = [process.scope]
        scopes += [node.body for _, node in process.scope.everything() if node.body is not None]
        texts = [f.condition.text for s in scopes for f in s.flows.values() if f.condition]
        texts += [said.text for _, node in process.scope.everything() for said in _conditions(node)]
        for text in texts:
            for name, value in _COMPARED.findall(text[:2000]):
                found.setdefault(name, [])
                found[name].extend(item for item in _around(value) if item not in found[name])
            for name in _BARE.findall(text[:2000]):
                found.setdefault(name, [True, False])
    return {name: values for name, values in found.items() if values}


def _conditions(node: Node) -> list[Expression]:
    """What a node itself asks: when it is complete, whether it goes on, what it waits for."""
    said = [node.completion]
    if node.loop is not None:
        said += [node.loop.condition, node.loop.completion]
    said += [e.expression for e in node.events if e.kind is EventKind.CONDITIONAL]
    return [expression for expression in said if expression is not None]


def _around(value: str) -> list[Json]:
    if value.startswith('"'):
        return [value[1:-1], "…"]
    if value in {"true", "false"}:
        return [True, False]
    if value == "null":
        return [None, "…"]
    number = float(value) if "." in value else int(value)
    return [number - 1, number, number + 1]


def distances(model: Model) -> dict[str, int]:
    """For every flow, how many nodes there are at least until its path ends; absent: it never does."""
    nodes = _nodes(model)
    enters: dict[str, list[tuple[str, str]]] = {}
    far: dict[str, int] = {}
    pending: deque[str] = deque()
    for process in model.processes:
        scopes = [process.scope]
        scopes += [node.body for _, node in process.scope.everything() if node.body is not None]
        for scope in scopes:
            for flow in scope.flows.values():
                enters.setdefault(flow.target, []).append((flow.id, flow.source))
    for node in nodes.values():
        if node.kind is Kind.END_EVENT or not node.outgoing:
            far[node.id] = 0
            pending.append(node.id)
    flows: dict[str, int] = {}
    while pending:
        name = pending.popleft()
        for flow_id, source in enters.get(name, ()):
            flows.setdefault(flow_id, far[name] + 1)
            if source not in far:
                far[source] = far[name] + 1
                pending.append(source)
    unreachable = len(nodes) + 1
    return {
        flow_id: flows.get(flow_id, unreachable)
        for pairs in enters.values()
        for flow_id, _ in pairs
    }


def _nodes(model: Model) -> dict[str, Node]:
    return _nodes_by_id(id(model), _Held(model))


class _Held:
    """A model as a cache argument: models hold dictionaries, so they have no hash of their own."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def __hash__(self) -> int:
        return id(self.model)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.model is self.model


@lru_cache(maxsize=8)
def _nodes_by_id(number: int, held: _Held) -> dict[str, Node]:
    return {
        node.id: node for process in held.model.processes for _, node in process.scope.everything()
    }
