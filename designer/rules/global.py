"""Messages, signals, errors and escalations are used and have a name of their own."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, model_rule
from engine.bpmn.model import Model


@model_rule("warning")
def check(model: Model) -> Iterator[Problem]:
    """The {kind} “{name}” has no name, is used nowhere, or shares its name with another."""
    used: set[str] = {flow.message for flow in model.message_flows if flow.message}
    for process in model.processes:
        for _, node in process.scope.everything():
            used.update(event.reference for event in node.events if event.reference)
            used.update({node.message} if node.message else ())
    seen: set[tuple[str, str | None]] = set()
    for root in model.roots.values():
        if root.kind == "dataStore":
            continue
        values = {"name": shown(root.name, root.id), "kind": root.kind}
        key = (root.kind, root.name)
        if not root.name or root.id not in used or key in seen:
            yield Problem(root.id, root.line, values)
        seen.add(key)
