"""An event whose time or condition nobody knows is told by a person when it has come."""

from dataclasses import replace

from designer.importer.drawing import Drawing
from engine.bpmn.model import EventDefinition, EventKind, Kind, Node


def waits_for_person(drawing: Drawing, node: Node, event: EventDefinition, note: str) -> None:
    """Put a person in place of this definition.

    A start is made by hand; an event on the way becomes a task; one on a border, in front of an
    event sub-process or behind an event gateway becomes a message of the event's name.
    """
    owner = drawing.nodes.get(drawing.home[node.id])
    is_plain_start = node.kind is Kind.START_EVENT and not (
        owner is not None and owner.is_triggered_by_event
    )
    rest = tuple(item for item in node.events if item is not event)
    if is_plain_start:
        drawing.change(node, events=rest, is_parallel_multiple=len(rest) > 1)
        return
    is_behind_gateway = any(
        drawing.nodes[flow.source].kind is Kind.EVENT_BASED_GATEWAY
        for flow in drawing.incoming(node.id)
    )
    if node.kind is Kind.INTERMEDIATE_CATCH_EVENT and not rest and not is_behind_gateway:
        extension = replace(node.extension, note=node.extension.note or note)
        drawing.change(
            node, kind=Kind.USER_TASK, events=(), is_parallel_multiple=False, extension=extension
        )
        return
    message = EventDefinition(EventKind.MESSAGE, line=event.line)
    events = tuple(message if item is event else item for item in node.events)
    drawing.change(node, events=events)
