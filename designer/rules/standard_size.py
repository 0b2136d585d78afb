"""Elements are drawn in their usual size."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, model_rule
from designer.rules.shapes import EVENTS, GATEWAYS
from engine.bpmn.model import Model, Node


@model_rule("info")
def check(model: Model) -> Iterator[Problem]:
    """“{name}” is drawn much larger or smaller than usual."""
    where = {item.element: item for item in model.bounds}
    for process in model.processes:
        for _, node in process.scope.everything():
            box = where.get(node.id)
            if box is None or node.body is not None:
                continue
            width, height = usual(node)
            if (
                box.width > 3 * width
                or box.height > 3 * height
                or 0 < box.width < width / 3
                or 0 < box.height < height / 3
            ):
                yield at(node)


def usual(node: Node) -> tuple[int, int]:
    """The size that bpmn.io draws: tasks 100 by 80, gateways 50, events 36."""
    if node.kind in GATEWAYS:
        return 50, 50
    return (36, 36) if node.kind in EVENTS else (100, 80)
