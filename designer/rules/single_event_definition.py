"""An event waits for one thing."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” waits for or throws several things at once; draw an event for each."""
    for _, node in process.scope.everything():
        if len(node.events) > 1:
            yield at(node)
