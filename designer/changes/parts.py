"""The parts of a draft that a change rewrites, and what several changes do to its diagram."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from designer.importer.drawing import Drawing
from engine.bpmn.model import Flow, Kind, Model, Node
from engine.errors import Refusal


class CannotChange(Refusal):
    """The draft has no room for the change."""

    sentence = "The draft has changed meanwhile: “{name}” is not there any more. Reload the page."


class SeveralWays(Refusal):
    """An activity that decides by itself where a case goes."""

    sentence = (
        "“{name}” has several ways on of its own. Put a gateway behind it in the drawing first."
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """A draft as values: its diagram, the process that is ours, and what lies beside it."""

    model: Model
    process_id: str
    sheet: Mapping[str, Any]
    forms: Mapping[str, Any]
    decisions: Mapping[str, str]


def opened(parts: Parts) -> Drawing:
    """The diagram laid open for changes."""
    return Drawing(parts.model)


def with_drawing(parts: Parts, drawing: Drawing) -> Parts:
    """The parts with the diagram as it is now; what nothing leads to any more goes, and lanes that are empty then."""
    _sweep(drawing)
    for process in list(drawing.processes.values()):
        outer = {lane.parent for lane in process.lanes}
        kept = tuple(lane for lane in process.lanes if lane.nodes or lane.id in outer)
        drawing.set_lanes(process.id, kept)
    return replace(parts, model=drawing.freeze())


def node_of(drawing: Drawing, element: str) -> Node:
    """The element; CannotChange when it has gone."""
    node = drawing.nodes.get(element)
    if node is None:
        raise CannotChange(name=element)
    return node


def bridge(drawing: Drawing, node: Node) -> None:
    """Take an activity out and lead what came in to where it went; SeveralWays when that is not one place."""
    outgoing = drawing.outgoing(node.id)
    if len(outgoing) > 1:
        raise SeveralWays(name=node.name or node.id)
    for boundary in drawing.boundaries(node.id):
        drawing.remove_node(boundary.id)
    incoming = drawing.incoming(node.id)
    target = outgoing[0].target if outgoing else None
    for flow in incoming:
        # An activity that leads to itself, or that its own result led back to, leaves no way behind.
        if target is None or flow.source in (node.id, target):
            drawing.remove_flow(flow.id)
        else:
            drawing.set_flow(replace(flow, target=target))
    drawing.remove_node(node.id)


def gateway_after(drawing: Drawing, node: Node) -> tuple[Node, list[Flow]] | None:
    """The exclusive gateway right behind an activity, with its ways; None where there is no choice."""
    outgoing = drawing.outgoing(node.id)
    if len(outgoing) != 1:
        return None
    after = drawing.nodes[outgoing[0].target]
    ways = drawing.outgoing(after.id)
    if after.kind != Kind.EXCLUSIVE_GATEWAY or len(ways) < 2:
        return None
    return after, ways


def _sweep(drawing: Drawing) -> None:
    """Take away what no token can reach, and gateways that neither join nor split any more."""
    while True:
        doomed = [
            node
            for _, node in drawing.everything()
            if not drawing.incoming(node.id) and _needs_a_way_in(node)
        ]
        for node in doomed:
            if node.id in drawing.nodes:
                drawing.remove_node(node.id)
        idle = [node for _, node in drawing.everything() if _does_nothing(drawing, node)]
        for node in idle:
            bridge(drawing, node)
        if not doomed and not idle:
            return


def _needs_a_way_in(node: Node) -> bool:
    starts = node.kind == Kind.START_EVENT or node.instantiates or node.is_triggered_by_event
    return not (starts or node.attached_to or node.is_for_compensation)


def _does_nothing(drawing: Drawing, node: Node) -> bool:
    if node.kind not in (Kind.EXCLUSIVE_GATEWAY, Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY):
        return False
    return len(drawing.incoming(node.id)) == 1 and len(drawing.outgoing(node.id)) == 1
