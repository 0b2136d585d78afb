"""Messages, signals, errors and escalations are used and have a name of their own."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, model_rule
from engine.bpmn.model import Model
from engine.errors import N_

_KINDS = {
    "message": N_("the message"),
    "signal": N_("the signal"),
    "error": N_("the error"),
    "escalation": N_("the escalation"),
}
_NAMELESS = N_("Without a name of its own: {problem} “{name}”.")
_TWICE = N_(
    "The same name twice: {problem} “{name}” shares it with another of its kind; who reads the drawing takes them for "
    "one."
)


@model_rule("warning")
def check(model: Model) -> Iterator[Problem]:
    """Nothing in the drawing uses {problem} “{name}”."""
    used: set[str] = {flow.message for flow in model.message_flows if flow.message}
    for process in model.processes:
        for _, node in process.scope.everything():
            used.update(event.reference for event in node.events if event.reference)
            used.update({node.message} if node.message else ())
    seen: set[tuple[str, str | None]] = set()
    for root in model.roots.values():
        kind = _KINDS.get(root.kind)
        if kind is None:
            continue
        values = {"name": shown(root.name, root.id), "problem": kind}
        key = (root.kind, root.name)
        if root.id not in used:
            yield Problem(root.id, root.line, values)
        elif not root.name:
            yield Problem(root.id, root.line, values, _NAMELESS)
        elif key in seen:
            yield Problem(root.id, root.line, values, _TWICE)
        if root.id in used:
            seen.add(key)
