"""An event-based gateway leads to events only."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node


@repair(
    Stage.CHOICES,
    "BPMN 2.0.2, 10.6.6: catching events or receive tasks follow an event-based gateway",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """One that leads to anything else is decided by its conditions, or else by a person."""
    for _, node in drawing.everything():
        if node.kind is not Kind.EVENT_BASED_GATEWAY:
            continue
        flows = drawing.outgoing(node.id)
        targets = [drawing.nodes[flow.target] for flow in flows]
        if targets and all(map(_waits, targets)):
            continue
        has_conditions = any(flow.condition is not None for flow in flows)
        is_asked = len(targets) > 1 and not has_conditions
        drawing.change(
            node,
            kind=Kind.EXCLUSIVE_GATEWAY,
            instantiates=False,
            is_parallel_multiple=False,
            extension=replace(node.extension, is_decided_by_person=is_asked),
        )
        yield Change(
            node.id,
            node.line,
            "“{name}” waits for events, but other elements follow it; its conditions choose the way."
            if has_conditions
            else "“{name}” waits for events, but other elements follow it; a person chooses the way.",
            {"name": shown(node.name, node.id)},
            is_decision=True,
        )


def _waits(node: Node) -> bool:
    if node.kind is Kind.RECEIVE_TASK:
        return True
    return node.kind is Kind.INTERMEDIATE_CATCH_EVENT and any(
        event.kind is not EventKind.LINK for event in node.events
    )
