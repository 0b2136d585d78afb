"""A diagram as a picture that needs no browser: shapes with their names, lines with their points, as JSON.

Reports keep it, so that a printed page shows what was compared even after the drafts have gone.
"""

from typing import Any

from designer.layout import with_layout
from engine.bpmn import read
from engine.bpmn.drawing import drawing
from engine.bpmn.model import Kind, Model, Node, Scope

_EVENTS = {Kind.START_EVENT: "start", Kind.END_EVENT: "end"}
_GATEWAYS = {
    Kind.EXCLUSIVE_GATEWAY: "×",
    Kind.PARALLEL_GATEWAY: "+",
    Kind.INCLUSIVE_GATEWAY: "○",
    Kind.COMPLEX_GATEWAY: "✱",
    Kind.EVENT_BASED_GATEWAY: "⬠",
}


def sketch(data: bytes) -> dict[str, Any]:
    """The file's picture: `{"box": [x, y, width, height], "shapes": […], "edges": […]}`, pixels; UnreadableDiagram.

    A file without a layout is given one.
    """
    model = read(data)
    if not model.bounds:
        data = with_layout(model)
    shapes, edges = drawing(data)
    kinds = {node.id: node for process in model.processes for _, node in process.scope.everything()}
    names = _names(model)
    lanes = {lane.id for process in model.processes for lane in process.lanes}
    pools = {pool.id for pool in model.participants} | {process.id for process in model.processes}
    messages = {flow.id for flow in model.message_flows}
    flows = {
        flow.id
        for process in model.processes
        for scope in _scopes(process.scope)
        for flow in scope.flows.values()
    }
    drawn: list[dict[str, Any]] = []
    for shape in shapes:
        node = kinds.get(shape.element)
        is_area = shape.element in lanes or shape.element in pools
        kind = "area" if is_area else "note" if node is None else _kind(node, shape.is_expanded)
        drawn.append(
            {
                "id": shape.element,
                "kind": kind,
                "name": names.get(shape.element, ""),
                "mark": "" if node is None else _GATEWAYS.get(node.kind, ""),
                "at": [shape.x, shape.y, shape.width, shape.height],
                **({"is_upright": True} if is_area and shape.is_upright else {}),
            }
        )
    lines: list[dict[str, Any]] = [
        {
            "id": edge.element,
            "kind": "flow" if edge.element in flows else "message",
            "name": names.get(edge.element, ""),
            "points": [list(point) for point in edge.points],
        }
        for edge in edges
        if edge.element in flows or edge.element in messages
    ]
    # What lies below is drawn first: pools, lanes, opened sub-processes, then what is in them.
    drawn.sort(
        key=lambda one: (one["kind"] not in ("area", "opened"), -one["at"][2] * one["at"][3])
    )
    return {"box": _box(drawn, lines), "shapes": drawn, "edges": lines}


def _kind(node: Node, is_expanded: bool) -> str:
    if node.kind in _GATEWAYS:
        return "gateway"
    if node.kind in _EVENTS:
        return _EVENTS[node.kind]
    if node.kind.endswith("Event"):
        return "event"
    return "opened" if node.body is not None and is_expanded else "task"


def _names(model: Model) -> dict[str, str]:
    found: dict[str, str | None] = {pool.id: pool.name for pool in model.participants}
    found |= {flow.id: flow.name for flow in model.message_flows}
    for process in model.processes:
        found |= {lane.id: lane.name for lane in process.lanes}
        for scope in _scopes(process.scope):
            found |= {node.id: node.name for node in scope.nodes.values()}
            found |= {flow.id: flow.name for flow in scope.flows.values()}
    return {name: words for name, words in found.items() if words}


def _scopes(scope: Scope) -> list[Scope]:
    return [scope, *(node.body for _, node in scope.everything() if node.body is not None)]


def _box(shapes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> list[float]:
    across = [value for one in shapes for value in (one["at"][0], one["at"][0] + one["at"][2])]
    down = [value for one in shapes for value in (one["at"][1], one["at"][1] + one["at"][3])]
    across += [point[0] for one in edges for point in one["points"]]
    down += [point[1] for one in edges for point in one["points"]]
    if not across:
        return [0, 0, 0, 0]
    return [min(across), min(down), max(across) - min(across), max(down) - min(down)]
