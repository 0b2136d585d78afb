"""A gateway joins or splits, not both."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import GATEWAYS
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """The gateway “{name}” joins and splits at once; two gateways are easier to read."""
    for _, node in process.scope.everything():
        if node.kind in GATEWAYS and len(node.incoming) > 1 and len(node.outgoing) > 1:
            yield at(node)
