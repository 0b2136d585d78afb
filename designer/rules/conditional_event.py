"""Conditional events have a condition."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import EventKind, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” waits for a condition but does not say which."""
    for _, node in process.scope.everything():
        for event in node.events:
            if event.kind is EventKind.CONDITIONAL and event.expression is None:
                yield at(node)
