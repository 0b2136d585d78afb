"""A message flow between two pools of the file carries one message."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node, RootElement

_CATCHES = frozenset({Kind.START_EVENT, Kind.BOUNDARY_EVENT, Kind.INTERMEDIATE_CATCH_EVENT})
_THROWS = frozenset({Kind.END_EVENT, Kind.INTERMEDIATE_THROW_EVENT})


@repair(Stage.CHOICES, "BPMN 2.0.2, 9.3: a message flow says who sends and who receives")
def mend(drawing: Drawing) -> Iterator[Change]:
    """Where sender or receiver names no message, the flow's message is given to it."""
    for flow in drawing.message_flows:
        sender, receiver = drawing.nodes.get(flow.source), drawing.nodes.get(flow.target)
        can_send = sender is not None and _can(sender, _THROWS, Kind.SEND_TASK)
        can_receive = receiver is not None and _can(receiver, _CATCHES, Kind.RECEIVE_TASK)
        sent = _message(drawing, sender) if sender is not None and can_send else None
        awaited = _message(drawing, receiver) if receiver is not None and can_receive else None
        if (sent is not None or not can_send) and (awaited is not None or not can_receive):
            continue
        drawn = flow.message if flow.message in drawing.roots else None
        name = awaited or sent or drawn
        if name is None:
            label = flow.name or (receiver or sender or Node(flow.id, Kind.TASK)).name or flow.id
            name = drawing.new_id(f"Message_{flow.id}")
            drawing.roots[name] = RootElement(name, "message", " ".join(label.split()))
        if sender is not None and can_send and sent is None:
            _give(drawing, sender, name)
        if receiver is not None and can_receive and awaited is None:
            _give(drawing, drawing.nodes[receiver.id], name)
        yield Change(
            flow.id,
            flow.line,
            "The message flow “{name}” carries the message “{message}”.",
            {"name": shown(flow.name, flow.id), "message": drawing.roots[name].name or name},
        )


def _can(node: Node, kinds: frozenset[Kind], task: Kind) -> bool:
    if node.kind is task:
        return True
    return node.kind in kinds and any(event.kind is EventKind.MESSAGE for event in node.events)


def _message(drawing: Drawing, node: Node) -> str | None:
    names = [node.message, *(e.reference for e in node.events if e.kind is EventKind.MESSAGE)]
    return next((name for name in names if name is not None and name in drawing.roots), None)


def _give(drawing: Drawing, node: Node, name: str) -> None:
    if node.kind in {Kind.SEND_TASK, Kind.RECEIVE_TASK}:
        drawing.change(node, message=name)
        return
    events = list(node.events)
    for number, event in enumerate(events):
        if event.kind is EventKind.MESSAGE and event.reference not in drawing.roots:
            events[number] = replace(event, reference=name)
            break
    drawing.change(node, events=tuple(events))
