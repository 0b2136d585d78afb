"""Conditions stand only where there is something to choose."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind

_NEVER = frozenset({Kind.PARALLEL_GATEWAY, Kind.EVENT_BASED_GATEWAY})


@repair(
    Stage.CHOICES,
    "BPMN 2.0.2, 8.3.13: conditions belong to flows of activities, exclusive and inclusive gateways",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A condition behind a parallel gateway or on the only way on is not asked."""
    for _, node in drawing.everything():
        flows = drawing.outgoing(node.id)
        if node.kind not in _NEVER and len(flows) > 1:
            continue
        for flow in flows:
            if flow.condition is None:
                continue
            drawing.set_flow(replace(flow, condition=None))
            yield Change(
                flow.id,
                flow.line,
                "The condition on the flow out of “{name}” is not asked: there is no other way to go.",
                {"name": shown(node.name, node.id)},
                is_decision=node.kind not in _NEVER,
            )
