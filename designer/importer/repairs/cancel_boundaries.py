"""A transaction that can be cancelled says what happens then."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventDefinition, EventKind, Kind, Node


@repair(
    Stage.ELEMENTS, "BPMN 2.0.2, 10.3.5: cancelling ends a transaction by its cancel boundary event"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A cancel end event without a cancel boundary outside gets one; its path ends there."""
    for scope, node in drawing.everything():
        if node.kind is not Kind.TRANSACTION:
            continue
        ends = [n for n in drawing.nodes_of(node.id) if n.kind is Kind.END_EVENT and _cancels(n)]
        if not ends or any(_cancels(border) for border in drawing.boundaries(node.id)):
            continue
        border = Node(
            drawing.new_id(f"{node.id}_cancelled"),
            Kind.BOUNDARY_EVENT,
            events=(EventDefinition(EventKind.CANCEL),),
            attached_to=node.id,
        )
        drawing.add_node(scope, border)
        yield Change(
            ends[0].id,
            ends[0].line,
            "The drawing does not say what follows when “{name}” is cancelled; its path ends then.",
            {"name": shown(node.name, node.id)},
        )


def _cancels(node: Node) -> bool:
    return any(event.kind is EventKind.CANCEL for event in node.events)
