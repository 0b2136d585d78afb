"""Lanes list only nodes that exist, each once."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown


@repair(Stage.NAMES, "BPMN 2.0.2, 10.8: a flow node belongs to at most one lane of a lane set")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A lane that lists a node which is missing, or in another lane already, lets it go."""
    for process in list(drawing.processes.values()):
        parents = {lane.id: lane.parent for lane in process.lanes}
        innermost: dict[str, str] = {}
        for lane in process.lanes:
            for name in lane.nodes:
                if name not in innermost or _is_under(lane.id, innermost[name], parents):
                    innermost[name] = lane.id
        lanes = []
        for lane in process.lanes:
            kept = tuple(
                name
                for name in dict.fromkeys(lane.nodes)
                if name in drawing.nodes
                and drawing.process_of(drawing.home[name]) == process.id
                and _is_under(innermost[name], lane.id, parents)
            )
            parent = lane.parent if lane.parent in parents else None
            if kept != lane.nodes or parent != lane.parent:
                yield Change(
                    lane.id,
                    lane.line,
                    "The lane “{lane}” listed elements that are not in it; they were taken off its list.",
                    {"lane": shown(lane.name, lane.id)},
                )
            lanes.append(replace(lane, nodes=kept, parent=parent))
        if tuple(lanes) != process.lanes:
            drawing.set_lanes(process.id, tuple(lanes))


def _is_under(lane: str, outer: str, parents: dict[str, str | None]) -> bool:
    current: str | None = lane
    while current is not None:
        if current == outer:
            return True
        current = parents.get(current)
    return False
