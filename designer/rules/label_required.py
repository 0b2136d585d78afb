"""Elements that people see have a name."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import CHOICES, GATEWAYS, is_blank_event
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” has no name, so nobody can recognise it in an inbox or history."""
    for scope, node in process.scope.everything():
        flows = [scope.flows[name] for name in node.outgoing]
        if node.kind in GATEWAYS:
            is_choice = node.kind in CHOICES and len(flows) > 1
            if is_choice and not node.name and not all(flow.name for flow in flows):
                yield at(node)
        elif not node.name and not node.is_triggered_by_event and not is_blank_event(node):
            yield at(node)
