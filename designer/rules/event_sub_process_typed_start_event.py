"""Event sub-processes are started by an event."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import of_kind
from engine.bpmn.model import Kind, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” starts an event sub-process but does not say by which event."""
    for owner, scope in scopes(process):
        if owner is None or not owner.is_triggered_by_event:
            continue
        for node in of_kind(scope, Kind.START_EVENT):
            if not node.events:
                yield at(node)
