"""Let another office do an activity: it moves to that office's lane."""

from dataclasses import replace

from designer.changes.parts import CannotChange, Parts, node_of, opened, with_drawing
from engine.bpmn.model import Lane
from engine.errors import Refusal


class NoLanes(Refusal):
    """A diagram in which nobody is told apart."""

    sentence = "The diagram has no lanes, so one office does everything. Draw lanes first."


def apply(parts: Parts, *, element: str, office: str) -> Parts:
    """The parts with the activity in the lane that `office` names, which is made when there is none.

    Raises CannotChange, NoLanes.
    """
    drawing = opened(parts)
    node = node_of(drawing, element)
    process = drawing.processes.get(parts.process_id)
    if process is None or not office.strip():
        raise CannotChange(name=office or parts.process_id)
    if not process.lanes:
        raise NoLanes()
    said = parts.sheet.get("offices", {}).get("lanes", {})
    offices = {lane.id: said.get(lane.name or "", lane.name or "") for lane in process.lanes}
    outer = {lane.parent for lane in process.lanes}
    found = next(
        (
            lane.id
            for lane in process.lanes
            if lane.id not in outer and _plain(office) in (_plain(offices[lane.id]), _plain(lane.name or ""))
        ),
        None,
    )  # fmt: skip
    lanes = [
        replace(lane, nodes=tuple(name for name in lane.nodes if name != element))
        for lane in process.lanes
    ]
    if found is None:
        parent = next((lane.parent for lane in process.lanes if element in lane.nodes), None)
        found = drawing.new_id("Lane")
        lanes.append(Lane(found, office.strip()[:200], parent=parent))
    lanes = [
        replace(lane, nodes=(*lane.nodes, element)) if lane.id == found else lane for lane in lanes
    ]
    drawing.set_lanes(process.id, tuple(lanes))
    drawing.change(node, lane=found)
    return with_drawing(parts, drawing)


def _plain(name: str) -> str:
    """A name in one line: drawings break those of lanes to fit them."""
    return " ".join(name.split()).casefold()
