"""Events that wait without saying for what wait for a message that a person can give."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventDefinition, EventKind, Kind


@repair(Stage.ELEMENTS, "BPMN 2.0.2, 10.5.4: a catching event must have an event definition")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A blank catching event is passed; a blank boundary or handler waits for a message of its name."""
    message = (EventDefinition(EventKind.MESSAGE),)
    for scope, node in drawing.everything():
        if node.events:
            continue
        values = {"name": shown(node.name, node.id)}
        owner = drawing.nodes.get(scope)
        is_handler = owner is not None and owner.is_triggered_by_event
        if node.kind is Kind.BOUNDARY_EVENT or (node.kind is Kind.START_EVENT and is_handler):
            drawing.change(node, events=message)
            sentence = "“{name}” does not say what it waits for; a person says when it happens."
            yield Change(node.id, node.line, sentence, values, is_decision=True)
        elif node.kind is Kind.INTERMEDIATE_CATCH_EVENT:
            if any(
                drawing.nodes[flow.source].kind is Kind.EVENT_BASED_GATEWAY
                for flow in drawing.incoming(node.id)
            ):
                drawing.change(node, events=message)
                sentence = "“{name}” does not say what it waits for; a person says when it happens."
            else:
                drawing.change(node, kind=Kind.INTERMEDIATE_THROW_EVENT)
                sentence = "“{name}” does not say what it waits for; the case passes it."
            yield Change(node.id, node.line, sentence, values, is_decision=True)
