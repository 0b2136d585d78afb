"""An event that waits for several things together waits for messages, signals, times and conditions."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node

_WAITED = frozenset({EventKind.MESSAGE, EventKind.TIMER, EventKind.CONDITIONAL, EventKind.SIGNAL})
_CATCHES = (Kind.INTERMEDIATE_CATCH_EVENT, Kind.BOUNDARY_EVENT, Kind.START_EVENT)


@repair(
    Stage.ELEMENTS,
    "BPMN 2.0.2, 10.5.1: an error or escalation is caught when it is thrown, not kept until others have happened",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Of several that all have to happen, one that is thrown is enough; what undoes waits for nothing else."""
    for _, node in drawing.everything():
        if node.kind not in _CATCHES or len(node.events) < 2:
            continue
        values = {"name": shown(node.name, node.id)}
        kinds = {event.kind for event in node.events}
        if EventKind.COMPENSATION in kinds:
            _only_what_it_is_for(drawing, node)
            sentence = "“{name}” cannot both undo an activity and wait for something else; it does one of them."
        elif node.is_parallel_multiple and kinds - _WAITED:
            drawing.change(node, is_parallel_multiple=False)
            sentence = (
                "“{name}” waits for several things together, and one of them is an error or the like; "
                "any of them is enough here."
            )
        else:
            continue
        yield Change(node.id, node.line, sentence, values, is_decision=True)


def _only_what_it_is_for(drawing: Drawing, node: Node) -> None:
    undoes = node.compensation_handler is not None
    kept = tuple(e for e in node.events if (e.kind is EventKind.COMPENSATION) is undoes)
    # an event sub-process has no association: what else starts it matters more
    drawing.change(node, events=kept or node.events[:1])
