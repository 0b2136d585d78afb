"""Boundary events sit on activities of their own scope."""

from collections.abc import Iterator

from designer.importer.drawing import ACTIVITIES, Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind


@repair(Stage.NAMES, "BPMN 2.0.2, 10.5.4: a boundary event is attached to an activity")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A boundary event drawn elsewhere goes beside its activity; without one it can never happen and is left out."""
    for scope, node in drawing.everything():
        if node.kind is not Kind.BOUNDARY_EVENT:
            continue
        host = drawing.nodes.get(node.attached_to or "")
        values = {"name": shown(node.name, node.id)}
        if host is None or host.kind not in ACTIVITIES or host.is_triggered_by_event:
            drawing.remove_node(node.id)
            yield Change(
                node.id,
                node.line,
                "“{name}” is attached to no activity, so it cannot happen; it was left out.",
                values,
                is_decision=True,
            )
            continue
        if drawing.home[host.id] != scope:
            drawing.move_node(node.id, drawing.home[host.id])
            yield Change(
                node.id,
                node.line,
                "“{name}” is drawn away from “{host}”, which it is attached to; it was put beside it.",
                values | {"host": shown(host.name, host.id)},
            )
        if host.kind is not Kind.TRANSACTION and any(
            event.kind is EventKind.CANCEL for event in node.events
        ):
            drawing.remove_node(node.id)
            yield Change(
                node.id,
                node.line,
                "“{name}” waits for a transaction to be cancelled, but sits on none; it was left out.",
                values,
                is_decision=True,
            )
