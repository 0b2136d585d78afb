"""Cases do not begin by a condition."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import of_kind
from engine.bpmn.model import EventKind, Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” begins no case by itself: before a case there is nothing its condition could read. Draw a timer or a
    message, or let a person start it.
    """
    for node in of_kind(process.scope, Kind.START_EVENT):
        if any(event.kind is EventKind.CONDITIONAL for event in node.events):
            yield at(node)
