"""A path that just stops ends in an end event."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.fragments import is_in_flow
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node


@repair(
    Stage.PATHS, "BPMN 2.0.2, 10.5.3: a flow node without outgoing flow marks the end of a path"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """An end event is added behind every node that nothing follows."""
    for scope, node in drawing.everything():
        owner = drawing.nodes.get(scope)
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        if node.kind is Kind.END_EVENT or drawing.outgoing(node.id) or not is_in_flow(node):
            continue
        if any(
            (event.kind is EventKind.COMPENSATION and node.kind is Kind.BOUNDARY_EVENT)
            or (event.kind is EventKind.LINK and node.kind is Kind.INTERMEDIATE_THROW_EVENT)
            for event in node.events
        ):
            continue
        end = Node(drawing.new_id(f"{node.id}_end"), Kind.END_EVENT, line=node.line)
        drawing.add_node(scope, end)
        drawing.connect(scope, node.id, end.id)
        yield Change(
            node.id,
            node.line,
            "The path ends at “{name}” without an end event; one was added.",
            {"name": shown(node.name, node.id)},
        )
