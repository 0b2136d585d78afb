"""A sub-process with several starts begins where a person says."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Extension, Kind, Node


@repair(
    Stage.STRUCTURE,
    "BPMN 2.0.2, 10.3.5: an embedded sub-process has one start event, without a trigger",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Starts inside a sub-process lose their triggers; of several a person chooses one."""
    for scope in drawing.scopes():
        owner = drawing.nodes.get(scope)
        if owner is None or owner.is_triggered_by_event or owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        starts = [node for node in drawing.nodes_of(scope) if node.kind is Kind.START_EVENT]
        values = {"name": shown(owner.name, owner.id)}
        for start in starts:
            if start.events:
                drawing.change(start, events=(), is_parallel_multiple=False)
                sentence = (
                    "A start in the sub-process “{name}” waits for an event; it starts at once."
                )
                yield Change(start.id, start.line, sentence, values, is_decision=True)
        if len(starts) < 2:
            continue
        gateway = Node(
            drawing.new_id(f"{scope}_choice"),
            Kind.EXCLUSIVE_GATEWAY,
            extension=Extension(is_decided_by_person=True),
        )
        start = Node(drawing.new_id(f"{scope}_start"), Kind.START_EVENT)
        drawing.add_node(scope, start)
        drawing.add_node(scope, gateway)
        drawing.connect(scope, start.id, gateway.id)
        for old in starts:
            for flow in drawing.outgoing(old.id):
                name = flow.name or old.name
                drawing.set_flow(replace(flow, source=gateway.id, name=name, condition=None))
            drawing.remove_node(old.id)
        sentence = "The sub-process “{name}” has several starts; a person chooses where it begins."
        yield Change(owner.id, owner.line, sentence, values, is_decision=True)
