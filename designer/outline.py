"""What a process consists of, as JSON: its tasks, the gateways that choose, its lanes; for pages and reports."""

from typing import Any

from designer.upstream import before
from engine.bpmn.model import EventKind, Kind, Model, Node, Process, Scope
from engine.routing.said import groups_named

Json = dict[str, Any]

MOST_ELEMENTS = 3_000  # a page that lists more helps nobody
_MOST_NAMES = 3  # around a gateway without a name


def lanes(process: Process) -> list[str]:
    """The names of the lanes, outer before inner, then of the groups tasks are given to, each once."""
    names = [lane.name for lane in process.lanes if lane.name]
    for _, node in process.scope.everything():
        if node.kind.value.endswith("ask"):
            names += groups_named(node)
    return list(dict.fromkeys(names))


def gateways(process: Process) -> list[Json]:
    """Every gateway that chooses, with its flows: what the rule builder of the draft page starts from."""
    found = []
    for scope, node in process.scope.everything():
        flows = [scope.flows[flow_id] for flow_id in node.outgoing]
        if node.kind.value not in {"exclusiveGateway", "inclusiveGateway"} or len(flows) < 2:
            continue
        found.append(
            {
                "id": node.id,
                "name": node.name,
                "kind": node.kind.value,
                "line": node.line,
                "is_decided_by_person": node.extension.is_decided_by_person,
                "decision": node.extension.decision,
                "result": node.extension.result_variable,
                "before": sorted(before(process, scope, node)),
                "after": _named_around(scope, node, is_back=True),
                "flows": [
                    {
                        "id": flow.id,
                        "name": flow.name,
                        "target": scope.nodes[flow.target].name or flow.target,
                        "leads_to": _named_from(scope, flow.target, is_back=False),
                        "condition": flow.condition.text if flow.condition else None,
                        "is_default": flow.id == node.default,
                    }
                    for flow in flows
                ],
            }
        )
    return found


def _named_around(scope: Scope, node: Node, *, is_back: bool) -> list[str]:
    """The names that people know next to a node without one; next after it, or before it."""
    flows = node.incoming if is_back else node.outgoing
    ends = [scope.flows[id].source if is_back else scope.flows[id].target for id in flows]
    found = [
        name for end in ends for name in _named_from(scope, end, is_back=is_back, seen={node.id})
    ]
    return list(dict.fromkeys(found))[:_MOST_NAMES]


def _named_from(
    scope: Scope, first: str, *, is_back: bool, seen: set[str] | None = None
) -> list[str]:
    """The names of a node, or of those nearest to it where it has none, as the nodes are that only join."""
    found: list[str] = []
    seen = {*(seen or ())}
    left = [first]
    while left and len(found) < _MOST_NAMES:
        node = scope.nodes[left.pop(0)]
        if node.id in seen:
            continue
        seen.add(node.id)
        if node.name:
            found.append(node.name)
            continue
        flows = [scope.flows[id] for id in (node.incoming if is_back else node.outgoing)]
        left += [flow.source if is_back else flow.target for flow in flows]
    return list(dict.fromkeys(found))


def tasks(model: Model, process: Process) -> list[Json]:
    """Every task, with the form it asks for, the decision a rule task asks, and who carries out an automatic one.

    “errors”: codes that error events on its border wait for, None for any.
    """
    return [
        {
            "id": node.id,
            "name": node.name,
            "line": node.line,
            "kind": node.kind.value,
            "form": node.extension.form_key,
            "fields": [
                {
                    "key": field.key,
                    "label": field.label or field.key,
                    "type": field.type,
                    "options": [list(option) for option in field.options],
                }
                for field in node.extension.form_fields
            ],
            "schema": node.extension.form_schema,
            "decision": node.extension.decision,
            "result": node.extension.result_variable,
            "note": node.extension.note,
            "is_automatic": node.kind is Kind.SERVICE_TASK
            or "drawnAs" in dict(node.extension.properties),
            "service": node.extension.topic if node.kind is Kind.SERVICE_TASK else None,
            "errors": _errors(model, scope, node),
        }
        for scope, node in process.scope.everything()
        if node.kind.value.endswith("ask")
    ]


def starts(process: Process) -> list[Json]:
    """The start events of the process that ask by a form of a file of its own."""
    return [
        {"id": node.id, "name": node.name, "line": node.line, "form": node.extension.form_key}
        for node in process.scope.nodes.values()
        if node.kind is Kind.START_EVENT
        and node.extension.form_key
        and not (node.extension.form_schema or node.extension.form_fields)
    ]


def _errors(model: Model, scope: Scope, node: Node) -> list[str | None]:
    codes: list[str | None] = []
    for other in scope.nodes.values():
        if other.attached_to != node.id:
            continue
        for event in other.events:
            if event.kind is EventKind.ERROR:
                root = model.roots.get(event.reference or "")
                codes.append((root and (root.code or root.name)) or event.reference)
    return list(dict.fromkeys(codes))


def elements(drawn: Model) -> list[Json]:
    """Nodes and named flows of the drawing in document order: what a problem is about, in words."""
    found: list[Json] = []
    for process in drawn.processes:
        for scope, node in process.scope.everything():
            said = {"id": node.id, "name": node.name, "kind": node.kind.value, "line": node.line}
            found.append(said)
            for flow in (scope.flows[flow_id] for flow_id in node.outgoing):
                if flow.name:
                    said = {"id": flow.id, "name": flow.name, "kind": "sequenceFlow"}
                    found.append(said | {"line": flow.line})
    return found[:MOST_ELEMENTS]
