"""What differs between two states of a diagram, element by element; the same id is the same element."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from designer.asme.derivation import MARK
from engine.bpmn.model import Flow, Model, Node, Scope


@dataclass(frozen=True, slots=True)
class Difference:
    """`removed`: only before; `added`: only after; `changed`: in both, with what about it (name, office, kind …)."""

    removed: frozenset[str]
    added: frozenset[str]
    changed: Mapping[str, tuple[str, ...]]

    @property
    def is_none(self) -> bool:
        """Whether both are the same."""
        return not (self.removed or self.added or self.changed)


@dataclass(frozen=True, slots=True)
class State:
    """One state: the file, the process of it that is ours, and the forms its tasks name."""

    model: Model
    process_id: str
    forms: Mapping[str, Any]


def difference(before: State, after: State) -> Difference:
    """What happened to the flow nodes and sequence flows of a process."""
    was, now = _parts(before), _parts(after)
    changed = {
        name: about
        for name in was.keys() & now.keys()
        if (about := tuple(what for what in was[name] if was[name][what] != now[name].get(what)))
    }
    return Difference(
        frozenset(was.keys() - now.keys()), frozenset(now.keys() - was.keys()), changed
    )


def _parts(state: State) -> dict[str, dict[str, object]]:
    process = state.model.process(state.process_id)
    offices = {lane.id: lane.name for lane in process.lanes}
    found: dict[str, dict[str, object]] = {}
    for scope in _scopes(process.scope):
        for node in scope.nodes.values():
            found[node.id] = _node(node, scope, offices, state.forms)
        for flow in scope.flows.values():
            found[flow.id] = _flow(flow)
    return found


def _scopes(scope: Scope) -> Iterator[Scope]:
    yield scope
    for _, node in scope.everything():
        if node.body is not None:
            yield node.body


def _node(
    node: Node, scope: Scope, offices: Mapping[str, str | None], forms: Mapping[str, Any]
) -> dict[str, object]:
    extension = node.extension
    form = forms.get(extension.form_key or "")
    asked = form.get("components") if isinstance(form, Mapping) else None
    flows = [scope.flows[name] for name in node.outgoing if name in scope.flows]
    return {
        "name": node.name or "",
        "office": offices.get(node.lane or "") or "",
        "kind": (node.kind, dict(extension.properties).get(MARK, "")),
        "form": (asked if asked is not None else extension.form_key, extension.form_fields),
        "rules": (
            extension.decision,
            node.called_element,
            node.default,
            {flow.id: flow.condition.text for flow in flows if flow.condition is not None},
        ),
        "repeats": node.loop and (node.loop.is_multi_instance, node.loop.is_sequential),
        "time": tuple(
            event.expression.text for event in node.events if event.expression is not None
        ),
    }


def _flow(flow: Flow) -> dict[str, object]:
    return {"name": flow.name or "", "way": (flow.source, flow.target)}
