"""How the nodes of a scope hang together."""

from designer.importer.drawing import Drawing
from engine.bpmn.model import EventKind, Kind, Node


def is_in_flow(node: Node) -> bool:
    """Whether the node takes part in sequence flow: not an event sub-process or compensation handler."""
    return not node.is_triggered_by_event and not node.is_for_compensation


def components(drawing: Drawing, scope: str) -> list[list[Node]]:
    """The nodes of a scope in groups joined by flows, links and borders; document order."""
    nodes = [node for node in drawing.nodes_of(scope) if is_in_flow(node)]
    leader = {node.id: node.id for node in nodes}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    def join(one: str, other: str) -> None:
        if one in leader and other in leader:
            leader[find(one)] = find(other)

    links: dict[str, str] = {}
    for node in nodes:
        if node.attached_to is not None:
            join(node.id, node.attached_to)
        for event in node.events:
            if event.kind is EventKind.LINK:
                join(node.id, links.setdefault(event.reference or "", node.id))
    for flow in drawing.flows_of(scope):
        join(flow.source, flow.target)
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(find(node.id), []).append(node)
    return list(groups.values())


def sourceless(drawing: Drawing, group: list[Node]) -> list[Node]:
    """The nodes of a group that nothing leads to and that are no start themselves."""
    return [
        node
        for node in group
        if node.kind not in {Kind.START_EVENT, Kind.BOUNDARY_EVENT}
        and not node.instantiates
        and not any(flow.source != node.id for flow in drawing.incoming(node.id))
        and not _is_link_target(node)
    ]


def _is_link_target(node: Node) -> bool:
    return node.kind is Kind.INTERMEDIATE_CATCH_EVENT and any(
        event.kind is EventKind.LINK for event in node.events
    )
