"""Event sub-processes stand alone and have one start."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventDefinition, EventKind, Kind, Node


@repair(Stage.ELEMENTS, "BPMN 2.0.2, 10.3.5: an event sub-process has one start event and no flows")
def mend(drawing: Drawing) -> Iterator[Change]:
    """Flows to an event sub-process make it a plain one; a missing start event is a message."""
    for _, node in drawing.everything():
        if not node.is_triggered_by_event:
            continue
        values = {"name": shown(node.name, node.id)}
        if drawing.incoming(node.id) or drawing.outgoing(node.id):
            drawing.change(node, is_triggered_by_event=False)
            yield Change(
                node.id,
                node.line,
                "“{name}” is drawn as an event sub-process, yet flows join it; it runs as a plain one.",
                values,
                is_decision=True,
            )
            continue
        starts = [item for item in drawing.nodes_of(node.id) if item.kind is Kind.START_EVENT]
        if len(starts) == 1:
            continue
        if starts:
            for extra in starts[1:]:
                drawing.remove_node(extra.id)
            sentence = "The event sub-process “{name}” has several starts; only the first is used."
        else:
            _add_start(drawing, node)
            sentence = (
                "The event sub-process “{name}” has no start; a person starts it by a message."
            )
        yield Change(node.id, node.line, sentence, values, is_decision=True)


def _add_start(drawing: Drawing, node: Node) -> None:
    start = Node(
        drawing.new_id(f"{node.id}_start"),
        Kind.START_EVENT,
        name=node.name,
        events=(EventDefinition(EventKind.MESSAGE),),
        is_interrupting=False,
    )
    first = next(
        (item for item in drawing.nodes_of(node.id) if not drawing.incoming(item.id)),
        drawing.nodes_of(node.id)[0],
    )
    drawing.add_node(node.id, start)
    drawing.connect(node.id, start.id, first.id)
