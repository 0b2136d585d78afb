"""Choices always have a way on."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import CHOICES
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """When no condition at “{name}” holds, a person is asked; a default flow would decide it."""
    for scope, node in process.scope.everything():
        flows = [scope.flows[name] for name in node.outgoing]
        if node.kind not in CHOICES or len(flows) < 2 or node.default is not None:
            continue
        if all(flow.condition is not None for flow in flows):
            yield at(node)
