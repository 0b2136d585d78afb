"""Nothing flows into a start or a boundary event, nothing out of an end event."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind

_ENDS_ONLY = frozenset({EventKind.TERMINATE, EventKind.ERROR, EventKind.CANCEL})


@repair(
    Stage.NAMES,
    "BPMN 2.0.2, 10.5.2 and 10.5.3: start events have no incoming, ends no outgoing flow",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A start that is flowed into is passed by; an end with a way on is an event on the way."""
    for _, node in drawing.everything():
        values = {"name": shown(node.name, node.id)}
        if node.kind is Kind.START_EVENT and drawing.incoming(node.id):
            targets = [flow.target for flow in drawing.outgoing(node.id) if flow.target != node.id]
            for flow in drawing.incoming(node.id):
                if len(targets) == 1:
                    drawing.set_flow(replace(flow, target=targets[0]))
                    sentence = "“{name}” is a start, yet flows lead into it; they lead past it now."
                else:
                    drawing.remove_flow(flow.id)
                    sentence = "“{name}” is a start, yet flows lead into it; they were left out."
                yield Change(flow.id, flow.line, sentence, values, is_decision=True)
        elif node.kind is Kind.BOUNDARY_EVENT:
            for flow in drawing.incoming(node.id):
                drawing.remove_flow(flow.id)
                yield Change(
                    flow.id,
                    flow.line,
                    "A flow leads into “{name}” on the border of an activity; it was left out.",
                    values,
                    is_decision=True,
                )
        elif node.kind is Kind.END_EVENT and drawing.outgoing(node.id):
            events = tuple(event for event in node.events if event.kind not in _ENDS_ONLY)
            drawing.change(node, kind=Kind.INTERMEDIATE_THROW_EVENT, events=events)
            yield Change(
                node.id,
                node.line,
                "“{name}” is an end, yet a flow leaves it; the case goes on there.",
                values,
                is_decision=True,
            )
