"""Several flows out of a task or event get the gateway they stand for."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import GATEWAYS, Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Extension, Flow, Kind, Node

_SENTENCES = {
    Kind.INCLUSIVE_GATEWAY: "Several flows with conditions leave “{name}”; each whose condition holds is taken.",
    Kind.EXCLUSIVE_GATEWAY: "Several named flows leave “{name}” without conditions; a person chooses one of them.",
    Kind.PARALLEL_GATEWAY: "Several flows leave “{name}”; all of them are taken.",
}


@repair(
    Stage.PATHS,
    "BPMN 2.0.2, 13.3.1: several outgoing flows are taken in parallel where conditions allow",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Parallel without conditions, inclusive with them; flows with names only are a person's choice."""
    for scope, node in drawing.everything():
        flows = drawing.outgoing(node.id)
        if node.kind in GATEWAYS or node.kind is Kind.END_EVENT or len(flows) < 2:
            continue
        kind = _gateway(node, flows)
        gateway = Node(
            drawing.new_id(f"{node.id}_split"),
            kind,
            line=node.line,
            default=node.default,
            extension=Extension(is_decided_by_person=kind is Kind.EXCLUSIVE_GATEWAY),
        )
        drawing.add_node(scope, gateway)
        for flow in flows:
            drawing.set_flow(replace(flow, source=gateway.id))
        drawing.change(node, default=None)
        drawing.connect(scope, node.id, gateway.id)
        yield Change(
            node.id,
            node.line,
            _SENTENCES[kind],
            {"name": shown(node.name, node.id)},
            is_decision=kind is Kind.EXCLUSIVE_GATEWAY,
        )


def _gateway(node: Node, flows: list[Flow]) -> Kind:
    if node.default is not None or any(flow.condition is not None for flow in flows):
        return Kind.INCLUSIVE_GATEWAY
    names = {flow.name for flow in flows}
    if None not in names and len(names) == len(flows):
        return Kind.EXCLUSIVE_GATEWAY
    return Kind.PARALLEL_GATEWAY
