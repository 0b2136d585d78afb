"""A case begins with one thing that happens, not with several that all have to."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind


@repair(
    Stage.ELEMENTS,
    "BPMN 2.0.2, 10.5.2 and 10.6.6: parallel multiple starts wait, before there is a case, for several events",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A person begins the case when all have happened; behind a gateway the case begins and waits for all."""
    for scope, node in drawing.everything():
        values = {"name": shown(node.name, node.id)}
        owner = drawing.nodes.get(scope)
        is_handler = owner is not None and owner.is_triggered_by_event
        if node.kind is Kind.START_EVENT and node.is_parallel_multiple and not is_handler:
            several = len(node.events) > 1
            drawing.change(node, is_parallel_multiple=False, events=() if several else node.events)
            if several:
                sentence = "“{name}” waits for several things that all have to happen; a person begins when they have."
                yield Change(node.id, node.line, sentence, values, is_decision=True)
        elif node.kind is Kind.EVENT_BASED_GATEWAY and node.is_parallel_multiple:
            drawing.change(
                node,
                kind=Kind.PARALLEL_GATEWAY,
                instantiates=False,
                is_parallel_multiple=False,
            )
            sentence = "The events behind “{name}” all have to happen; a person begins the case, and it waits for them."
            yield Change(node.id, node.line, sentence, values, is_decision=True)
