"""What no start leads to begins by itself or is left out."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.fragments import components, sourceless
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind, Node


@repair(
    Stage.STRUCTURE,
    "BPMN 2.0.2, 10.5.2: where there are start events, every other node has an incoming flow",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A lone node beside the process is not run; a fragment gets a start event of its own."""
    for scope in drawing.scopes():
        owner = drawing.nodes.get(scope)
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        starts = [
            n for n in drawing.nodes_of(scope) if n.kind is Kind.START_EVENT or n.instantiates
        ]
        if not starts:
            continue
        for group in components(drawing, scope):
            first = sourceless(drawing, group)
            has_start = any(_begins(node, group) for node in group)
            if not has_start and len(group) == 1 and _is_bare(drawing, group[0]):
                lone = group[0]
                drawing.remove_node(lone.id)
                yield Change(
                    lone.id,
                    lone.line,
                    "“{name}” is joined to nothing, so it is not run.",
                    {"name": shown(lone.name, lone.id)},
                    is_decision=True,
                )
                continue
            if not first and not has_start:
                first = group[:1]
            if owner is not None and owner.is_triggered_by_event and first:
                yield from _leave_out(drawing, first)
                continue
            for node in first:
                start = Node(
                    drawing.new_id(f"{node.id}_start"),
                    Kind.START_EVENT,
                    name=node.name,
                    line=node.line,
                )
                drawing.add_node(scope, start)
                drawing.connect(scope, start.id, node.id)
                yield Change(
                    node.id,
                    node.line,
                    "Nothing leads to “{name}”; cases can be started there as well.",
                    {"name": shown(node.name, node.id)},
                    is_decision=True,
                )


def _is_bare(drawing: Drawing, node: Node) -> bool:
    """Without anything in it or on its border."""
    return not drawing.boundaries(node.id) and not drawing.nodes_of(node.id)


def _begins(node: Node, group: list[Node]) -> bool:
    """A start, or the border of an activity that is itself outside of sequence flow."""
    if node.kind is Kind.BOUNDARY_EVENT:
        return all(other.id != node.attached_to for other in group)
    return node.kind is Kind.START_EVENT or node.instantiates


def _leave_out(drawing: Drawing, nodes: list[Node]) -> Iterator[Change]:
    for node in nodes:
        drawing.remove_node(node.id)
        yield Change(
            node.id,
            node.line,
            "Nothing leads to “{name}”, so it is not run.",
            {"name": shown(node.name, node.id)},
            is_decision=True,
        )
