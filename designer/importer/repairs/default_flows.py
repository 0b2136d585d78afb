"""A default flow is one of the node's own flows and has no condition."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import ACTIVITIES, Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind

_MAY_HAVE = ACTIVITIES | {
    Kind.EXCLUSIVE_GATEWAY,
    Kind.INCLUSIVE_GATEWAY,
    Kind.COMPLEX_GATEWAY,
}


@repair(Stage.NAMES, "BPMN 2.0.2, 8.3.13: the condition of a default flow is not evaluated")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A default that is no flow of the node is dropped; a condition on a default is not asked."""
    for _, node in drawing.everything():
        if node.default is None:
            continue
        values = {"name": shown(node.name, node.id)}
        flow = next((f for f in drawing.outgoing(node.id) if f.id == node.default), None)
        if flow is None or node.kind not in _MAY_HAVE:
            drawing.change(node, default=None)
            yield Change(
                node.id,
                node.line,
                "The default flow of “{name}” does not leave it; ignored.",
                values,
            )
        elif flow.condition is not None:
            drawing.set_flow(replace(flow, condition=None))
            yield Change(
                flow.id,
                flow.line,
                "The default flow of “{name}” has a condition, which has no meaning; ignored.",
                values,
            )
