"""A process or sub-process without a start event begins where nothing leads in."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.fragments import components, sourceless
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind, Node


@repair(
    Stage.STRUCTURE,
    "BPMN 2.0.2, 10.5.2: without start events, all flow nodes without incoming flow start",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A start event is added before what begins by itself; several begin side by side."""
    for scope in drawing.scopes():
        owner = drawing.nodes.get(scope)
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        if any(
            node.kind is Kind.START_EVENT or node.instantiates for node in drawing.nodes_of(scope)
        ):
            continue
        groups = components(drawing, scope)
        if not groups:
            continue
        firsts: list[Node] = []
        is_guess = False
        for group in groups:
            found = sourceless(drawing, group)
            is_guess = is_guess or not found
            firsts.extend(found or group[:1])
        start = Node(drawing.new_id(f"{scope}_start"), Kind.START_EVENT, line=firsts[0].line)
        drawing.add_node(scope, start)
        before = start
        if len(firsts) > 1:
            before = Node(drawing.new_id(f"{scope}_fork"), Kind.PARALLEL_GATEWAY)
            drawing.add_node(scope, before)
            drawing.connect(scope, start.id, before.id)
        for first in firsts:
            drawing.connect(scope, before.id, first.id)
        place = shown(owner.name, scope) if owner else shown(drawing.processes[scope].name, scope)
        yield Change(
            firsts[0].id,
            firsts[0].line,
            "“{place}” has no start event; it begins at {first}.",
            {"place": place, "first": ", ".join(f"“{shown(n.name, n.id)}”" for n in firsts[:5])},
            is_decision=is_guess,
        )
