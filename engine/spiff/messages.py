"""The name under which a message travels, and where the message flows of the file lead it."""

from engine.bpmn.model import EventKind, Model, Node


def message_name(model: Model, node: Node, reference: str | None) -> str:
    """The message's name; where the diagram gives none, both ends of a message flow agree on one."""
    if reference:
        root = model.roots.get(reference)
        return (root and (root.name or root.id)) or reference
    for flow in model.message_flows:
        if node.id not in (flow.source, flow.target):
            continue
        if flow.message:
            root = model.roots.get(flow.message)
            return (root and (root.name or root.id)) or flow.message
        other = _referenced(model, flow.target if flow.source == node.id else flow.source)
        if other:
            root = model.roots.get(other)
            return (root and (root.name or root.id)) or other
        return flow.name or flow.id
    return node.name or node.id


def message_targets(model: Model, node: Node) -> tuple[str, ...]:
    """Where the message flows from this element lead: elements, or processes where they lead to a pool."""
    pools = {pool.id: pool.process for pool in model.participants}
    return tuple(
        pools.get(flow.target) or flow.target
        for flow in model.message_flows
        if flow.source == node.id
    )


def _referenced(model: Model, element_id: str) -> str | None:
    for process in model.processes:
        for _, node in process.scope.everything():
            if node.id == element_id:
                return node.message or next(
                    (e.reference for e in node.events if e.kind == EventKind.MESSAGE), None
                )
    return None
