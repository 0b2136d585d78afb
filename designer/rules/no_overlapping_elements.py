"""Nothing is drawn over something else."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, at, model_rule, scopes
from engine.bpmn.model import Bounds, Kind, Model, Node


@model_rule("warning")
def check(model: Model) -> Iterator[Problem]:
    """“{name}” is drawn over “{other}”."""
    where = {item.element: item for item in model.bounds}
    for process in model.processes:
        for _, scope in scopes(process):
            nodes = [n for n in scope.nodes.values() if n.id in where]
            nodes.sort(key=lambda node: where[node.id].x)
            for number, node in enumerate(nodes):
                box = where[node.id]
                for other in nodes[number + 1 :]:
                    second = where[other.id]
                    if second.x >= box.x + box.width:
                        break
                    if is_attached(node, other) or not is_over(box, second):
                        continue
                    yield at(other, other=shown(node.name, node.id))


def is_attached(one: Node, other: Node) -> bool:
    """Boundary events are meant to overlap."""
    return Kind.BOUNDARY_EVENT in {one.kind, other.kind}


def is_over(one: Bounds, other: Bounds) -> bool:
    """Whether two rectangles that overlap in x do so in y."""
    return one.y < other.y + other.height and other.y < one.y + one.height
