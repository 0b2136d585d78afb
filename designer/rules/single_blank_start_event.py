"""There is one blank start."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import of_kind
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is one of several blank start events; say with each what starts it."""
    for _, scope in scopes(process):
        blank = [node for node in of_kind(scope, Kind.START_EVENT) if not node.events]
        for node in blank[1:]:
            yield at(node)
