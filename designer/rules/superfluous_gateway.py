"""A gateway has something to join or split."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import GATEWAYS
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """The gateway “{name}” has one way in and one way out, so it does nothing."""
    for _, node in process.scope.everything():
        if node.kind in GATEWAYS and len(node.incoming) <= 1 and len(node.outgoing) == 1:
            yield at(node)
