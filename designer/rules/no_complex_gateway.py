"""Complex gateways are hardly ever understood."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is a complex gateway; say the same with exclusive, parallel or inclusive ones."""
    for _, node in process.scope.everything():
        if node.kind is Kind.COMPLEX_GATEWAY:
            yield at(node)
