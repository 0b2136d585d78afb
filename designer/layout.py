"""A readable layout (BPMN DI) for models that have none: left to right, lanes as rows, loops below."""

from dataclasses import dataclass, field
from itertools import pairwise

from designer.layers import columns
from engine.bpmn import write
from engine.bpmn.model import Flow, Model, Node, Process, Scope
from engine.bpmn.xml import Tag

TASK = (100.0, 80.0)
EVENT = (36.0, 36.0)
GATEWAY = (50.0, 50.0)
COLUMN_GAP = 60.0
ROW_GAP = 40.0
MARGIN = 40.0  # inside sub-processes and lanes
TITLE = 30.0  # the strip with the name of a pool or lane
POOL_GAP = 60.0
BLACK_BOX_HEIGHT = 60.0


@dataclass(slots=True)
class _Box:
    """Where something stands; moved as a whole when what is around it is placed."""

    x: float
    y: float
    width: float
    height: float
    column: float = 0.0  # left edge of its column


@dataclass(slots=True)
class _Sheet:
    """Everything placed so far."""

    boxes: dict[str, _Box] = field(default_factory=dict)
    horizontal: set[str] = field(default_factory=set)  # pools and lanes
    expanded: set[str] = field(default_factory=set)  # sub-processes
    column: dict[str, float] = field(default_factory=dict)  # node → left edge of its column
    borders: set[str] = field(default_factory=set)  # boundary events


def with_layout(model: Model) -> bytes:
    """The model as BPMN with a generated layout; ids are those of the model."""
    return write(model, layout(model))


def layout(model: Model) -> Tag:
    """The BPMNDiagram of the model: every pool, lane, node and flow."""
    sheet = _Sheet()
    pools = {pool.process: pool.id for pool in model.participants if pool.process is not None}
    top = 0.0
    width = 600.0
    for process in model.processes:
        box = _place_process(sheet, process, pools.get(process.id), top)
        width = max(width, box.width)
        top = box.y + box.height + POOL_GAP
    for pool in model.participants:
        if pool.process is None:
            sheet.boxes[pool.id] = _Box(0, top, width, BLACK_BOX_HEIGHT)
            sheet.horizontal.add(pool.id)
            top += BLACK_BOX_HEIGHT + POOL_GAP
    plane_of = "expedito_collaboration" if model.participants or model.message_flows else None
    plane = Tag("bpmndi:BPMNPlane", {"id": "expedito_plane"})
    plane.set("bpmnElement", plane_of or model.processes[0].id)
    for name, box in sheet.boxes.items():
        plane.add(_shape(name, box, sheet))
    for process in model.processes:
        for _, scope in _scopes(process):
            for flow in scope.flows.values():
                plane.add(_edge(flow.id, _waypoints(flow, sheet)))
    for message in model.message_flows:
        if message.source in sheet.boxes and message.target in sheet.boxes:
            plane.add(_edge(message.id, _upright(sheet, message.source, message.target)))
    return Tag("bpmndi:BPMNDiagram", {"id": "expedito_diagram"}, children=[plane])


def _scopes(process: Process) -> list[tuple[Node | None, Scope]]:
    inner = [(node, node.body) for _, node in process.scope.everything() if node.body is not None]
    return [(None, process.scope), *inner]


def _place_process(sheet: _Sheet, process: Process, pool: str | None, top: float) -> _Box:
    # Innermost sub-processes first: their size is the size of their node outside.
    sizes: dict[str, tuple[float, float]] = {}
    places: dict[str, dict[str, _Box]] = {}
    for owner, scope in reversed(_scopes(process)):
        rows = _lane_rows(process) if owner is None else {}
        boxes = _place_scope(scope, sizes, rows)
        name = owner.id if owner is not None else process.id
        places[name] = boxes
        right = max((box.x + box.width for box in boxes.values()), default=TASK[0])
        bottom = max((box.y + box.height for box in boxes.values()), default=TASK[1])
        sizes[name] = (right + MARGIN, bottom + MARGIN)
    left = TITLE * (1 + _lane_depth(process)) if pool is not None or process.lanes else 0.0
    offsets = {process.id: (left, top)}
    for owner, scope in _scopes(process):
        name = owner.id if owner is not None else process.id
        x, y = offsets[name]
        for node_id, box in places[name].items():
            sheet.boxes[node_id] = _Box(box.x + x, box.y + y, box.width, box.height)
            sheet.column[node_id] = box.column + x
            if scope.nodes[node_id].attached_to is not None:
                sheet.borders.add(node_id)
            if scope.nodes[node_id].body is not None:
                offsets[node_id] = (box.x + x, box.y + y)
                sheet.expanded.add(node_id)
    width, height = sizes[process.id]
    whole = _Box(0, top, left + width, height)
    _place_lanes(sheet, process, whole)
    if pool is not None:
        sheet.boxes[pool] = whole
        sheet.horizontal.add(pool)
    return whole


def _size(node: Node, sizes: dict[str, tuple[float, float]]) -> tuple[float, float]:
    if node.body is not None and node.id in sizes:
        return sizes[node.id]
    if node.kind.value.endswith("Gateway"):
        return GATEWAY
    return EVENT if node.kind.value.endswith("Event") else TASK


def _place_scope(
    scope: Scope, sizes: dict[str, tuple[float, float]], rows: dict[str | None, int]
) -> dict[str, _Box]:
    """Boxes of the scope's nodes, counted from its own corner; lanes (by number) are bands."""
    found: dict[str, _Box] = {}
    grid = columns(scope)
    bands = sorted({rows.get(node.lane, 0) for column in grid for node in column})
    heights = {
        band: max(
            sum(_size(n, sizes)[1] + ROW_GAP for n in column if rows.get(n.lane, 0) == band)
            for column in grid
        )
        for band in bands
    }
    starts: dict[int, float] = {}
    y = MARGIN
    for band in bands:
        starts[band] = y
        y += heights[band] + ROW_GAP
    x = MARGIN
    for column in grid:
        width = max((_size(node, sizes)[0] for node in column), default=0.0)
        filled = dict.fromkeys(bands, 0.0)
        for node in column:
            filled[rows.get(node.lane, 0)] += _size(node, sizes)[1] + ROW_GAP
        # Each band's nodes stand in the middle of it, so that a single line runs straight.
        tops = {band: starts[band] + (heights[band] - filled[band]) / 2 for band in bands}
        for node in column:
            band = rows.get(node.lane, 0)
            own_width, own_height = _size(node, sizes)
            place = x + (width - own_width) / 2
            found[node.id] = _Box(place, tops[band] + ROW_GAP / 2, own_width, own_height, x)
            tops[band] += own_height + ROW_GAP
        x += width + COLUMN_GAP
    _place_boundaries(scope, found)
    return found


def _place_boundaries(scope: Scope, found: dict[str, _Box]) -> None:
    count: dict[str, int] = {}
    for node in scope.nodes.values():
        if node.attached_to is None:
            continue
        host = found.get(node.attached_to, _Box(0, 0, *TASK))
        number = count[node.attached_to] = count.get(node.attached_to, 0) + 1
        x = host.x + host.width - number * (EVENT[0] + 8)
        found[node.id] = _Box(x, host.y + host.height - EVENT[1] / 2, *EVENT)


def _lane_rows(process: Process) -> dict[str | None, int]:
    """The band of each innermost lane, in document order."""
    parents = {lane.parent for lane in process.lanes}
    inner = [lane.id for lane in process.lanes if lane.id not in parents or lane.nodes]
    return {name: number for number, name in enumerate(inner)}


def _lane_depth(process: Process) -> int:
    parents = {lane.id: lane.parent for lane in process.lanes}
    deepest = 0
    for lane in process.lanes:
        depth, current = 0, lane.parent
        while current is not None and depth < len(parents):
            depth, current = depth + 1, parents.get(current)
        deepest = max(deepest, depth)
    return deepest


def _place_lanes(sheet: _Sheet, process: Process, whole: _Box) -> None:
    """Lanes share the height of their parent where their nodes stand."""
    if not process.lanes:
        return
    inside: dict[str, list[str]] = {}
    for lane in process.lanes:
        inside.setdefault(lane.parent or "", []).append(lane.id)
    nodes = {lane.id: list(lane.nodes) for lane in process.lanes}
    for lane in reversed(process.lanes):
        if lane.parent in nodes:
            nodes[lane.parent or ""].extend(nodes[lane.id])
    pending = [("", whole, TITLE)]
    while pending:
        parent, box, title = pending.pop()
        names = inside.get(parent, [])
        borders = [box.y]
        for name in names:
            is_last = name == names[-1]
            bottom = _bottom(sheet, nodes[name], borders[-1] + TASK[1])
            borders.append(box.y + box.height if is_last else bottom + MARGIN / 2)
        for number, name in enumerate(names):
            place = _Box(
                box.x + title, borders[number], box.width - title,
                max(borders[number + 1] - borders[number], TITLE),
            )  # fmt: skip
            sheet.boxes[name] = place
            sheet.horizontal.add(name)
            pending.append((name, place, TITLE))


def _bottom(sheet: _Sheet, names: list[str], otherwise: float) -> float:
    boxes = [sheet.boxes[name] for name in names if name in sheet.boxes]
    return max((box.y + box.height for box in boxes), default=otherwise)


def _waypoints(flow: Flow, sheet: _Sheet) -> list[tuple[float, float]]:
    source, target = sheet.boxes.get(flow.source), sheet.boxes.get(flow.target)
    if source is None or target is None:
        return []
    start = (source.x + source.width, source.y + source.height / 2)
    end = (target.x, target.y + target.height / 2)
    down = (source.x + source.width / 2, source.y + source.height)
    if end[0] >= start[0]:
        # The bend stands in the gap before the target's column, where nothing else is.
        bend = max(sheet.column.get(flow.target, end[0]) - COLUMN_GAP / 2, start[0])
        if flow.source in sheet.borders:
            below = down[1] + ROW_GAP / 4
            return [down, (down[0], below), (bend, below), (bend, end[1]), end]
        straight = [start, (bend, start[1]), (bend, end[1]), end]
        if any(_in_the_way(sheet, flow, one, other) for one, other in pairwise(straight)):
            return _above(flow, sheet, bend) or straight
        return [start, end] if abs(start[1] - end[1]) < 1 else straight
    low = max(source.y + source.height, target.y + target.height) + ROW_GAP / 2
    up = (target.x + target.width / 2, target.y + target.height)
    return [down, (down[0], low), (up[0], low), up]


def _above(flow: Flow, sheet: _Sheet, bend: float) -> list[tuple[float, float]]:
    """The way over what stands between, as past something that is skipped; nothing where that is blocked as well."""
    source, target = sheet.boxes[flow.source], sheet.boxes[flow.target]
    right = source.x + source.width
    over = [box for box in _standing(sheet, flow) if right < box.x + box.width and box.x < target.x]
    high = min(source.y, target.y) - ROW_GAP / 2
    while blocking := [box.y for box in over if box.y <= high <= box.y + box.height]:
        high = min(blocking) - ROW_GAP / 2
    first, last = source.x + source.width / 2, target.x + target.width / 2
    from_tops = [(first, source.y), (first, high), (last, high), (last, target.y)]
    middle, end = source.y + source.height / 2, (target.x, target.y + target.height / 2)
    turn = right + COLUMN_GAP / 2
    from_sides = [(right, middle), (turn, middle), (turn, high), (bend, high), (bend, end[1]), end]
    for points in (from_tops, from_sides):
        if not any(_in_the_way(sheet, flow, one, other) for one, other in pairwise(points)):
            return points
    return []


def _standing(sheet: _Sheet, flow: Flow) -> list[_Box]:
    """Every node that a flow must not run through: not its own ends, nor what nodes stand in or on."""
    passed = sheet.horizontal | sheet.expanded | sheet.borders | {flow.source, flow.target}
    return [box for name, box in sheet.boxes.items() if name not in passed]


def _in_the_way(
    sheet: _Sheet, flow: Flow, one: tuple[float, float], other: tuple[float, float]
) -> bool:
    """Whether a level or upright line runs through a node."""
    left, right = sorted((one[0], other[0]))
    top, bottom = sorted((one[1], other[1]))
    return any(
        box.x <= right
        and left <= box.x + box.width
        and box.y <= bottom
        and top <= box.y + box.height
        for box in _standing(sheet, flow)
    )


def _upright(sheet: _Sheet, source: str, target: str) -> list[tuple[float, float]]:
    one, other = sheet.boxes[source], sheet.boxes[target]
    is_down = other.y >= one.y
    start = (one.x + one.width / 2, one.y + (one.height if is_down else 0))
    end = (other.x + other.width / 2, other.y + (0 if is_down else other.height))
    # Pools are wide: a line from or to one runs straight to the narrower of the two.
    if source in sheet.horizontal:
        return [(end[0], start[1]), end]
    if target in sheet.horizontal:
        return [start, (start[0], end[1])]
    middle = (start[1] + end[1]) / 2
    return [start, (start[0], middle), (end[0], middle), end]


def _shape(name: str, box: _Box, sheet: _Sheet) -> Tag:
    tag = Tag("bpmndi:BPMNShape", {"id": f"{name}_shape", "bpmnElement": name})
    if name in sheet.horizontal:
        tag.set("isHorizontal", "true")
    if name in sheet.expanded:
        tag.set("isExpanded", "true")
    numbers = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return tag.add(Tag("dc:Bounds", {key: f"{value:g}" for key, value in numbers.items()}))


def _edge(name: str, points: list[tuple[float, float]]) -> Tag | None:
    if not points:
        return None
    tag = Tag("bpmndi:BPMNEdge", {"id": f"{name}_edge", "bpmnElement": name})
    for x, y in points:
        tag.add(Tag("di:waypoint", {"x": f"{x:g}", "y": f"{y:g}"}))
    return tag
