"""Compensation leads from an activity's border to the activity that undoes it."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import ACTIVITIES, Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node


@repair(Stage.ELEMENTS, "BPMN 2.0.2, 10.7.1: a compensation handler is associated, not flowed to")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A flow from a compensation event becomes an association; a missing handler is a person's task."""
    undone: set[str | None] = set()
    for scope, node in drawing.everything():
        yield from _reference(drawing, node)
        node = drawing.nodes[node.id]
        if _is_boundary(node) and node.attached_to in undone:
            yield _second(drawing, node)
            continue
        if not _is_boundary(node):
            if node.compensation_handler is not None:
                drawing.change(node, compensation_handler=None)
            continue
        undone.add(node.attached_to)
        handler = drawing.nodes.get(node.compensation_handler or "")
        if handler is not None and handler.kind not in ACTIVITIES:
            handler = None
        values = {"name": shown(node.name, node.attached_to or node.id)}
        for flow in drawing.outgoing(node.id):
            target = drawing.nodes[flow.target]
            if handler is None and target.kind in ACTIVITIES:
                handler = target
            drawing.remove_flow(flow.id)
            sentence = "The flow from the compensation of “{name}” leads to what undoes it."
            yield Change(flow.id, flow.line, sentence, values)
        if handler is None or drawing.home[handler.id] != scope:
            host = drawing.nodes[node.attached_to or ""]
            handler = Node(
                drawing.new_id(f"{host.id}_undo"),
                Kind.USER_TASK,
                name=f"↶ {shown(host.name, host.id)}",
                is_for_compensation=True,
                extension=replace(
                    host.extension.__class__(),
                    note="Undo what this task did; the drawing does not say how.",
                ),
            )
            drawing.add_node(scope, handler)
            yield Change(
                node.id,
                node.line,
                "The drawing does not say how “{name}” is undone; a person does it.",
                values,
                is_decision=True,
            )
        if node.compensation_handler != handler.id:
            drawing.change(node, compensation_handler=handler.id)
        yield from _handler(drawing, drawing.nodes[handler.id])


def _second(drawing: Drawing, node: Node) -> Change:
    """BPMN 2.0.2, 10.7.1: one handler per activity."""
    name = shown(drawing.nodes[node.attached_to or ""].name, node.attached_to or node.id)
    for flow in drawing.outgoing(node.id):
        drawing.remove_flow(flow.id)
    drawing.remove_node(node.id)
    sentence = "“{name}” has two ways to be undone; only the first one drawn is used."
    return Change(node.id, node.line, sentence, {"name": name}, is_decision=True)


def _is_boundary(node: Node) -> bool:
    return node.kind is Kind.BOUNDARY_EVENT and any(
        event.kind is EventKind.COMPENSATION for event in node.events
    )


def _reference(drawing: Drawing, node: Node) -> Iterator[Change]:
    events = tuple(
        replace(event, reference=None)
        if event.kind is EventKind.COMPENSATION
        and event.reference is not None
        and event.reference not in drawing.nodes
        else event
        for event in node.events
    )
    if events != node.events:
        drawing.change(node, events=events)
        sentence = (
            "“{name}” undoes an activity that is not in the drawing; it undoes all done so far."
        )
        yield Change(
            node.id, node.line, sentence, {"name": shown(node.name, node.id)}, is_decision=True
        )


def _handler(drawing: Drawing, handler: Node) -> Iterator[Change]:
    if handler.is_for_compensation and not drawing.incoming(handler.id):
        return
    flows = [*drawing.incoming(handler.id), *drawing.outgoing(handler.id)]
    for flow_id in {flow.id: None for flow in flows}:  # one that leads back to its own task is both
        drawing.remove_flow(flow_id)
    drawing.change(handler, is_for_compensation=True)
    sentence = "“{name}” undoes another task; it is marked so and left out of the normal flow."
    yield Change(handler.id, handler.line, sentence, {"name": shown(handler.name, handler.id)})
