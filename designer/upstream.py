"""What a case may have passed by the time it reaches a node: whose answers a rule there can read."""

from engine.bpmn.model import EventKind, Kind, Node, Process, Scope


def before(process: Process, scope: Scope, node: Node) -> set[str]:
    """Ids of the nodes from which a token can come to this one, those around its sub-process included.

    What only a loop brings back counts too. Where something starts at any moment (an event sub-process), all of its
    surroundings may have been.
    """
    owners = {
        id(inner.body): (outer, inner)
        for outer, inner in process.scope.everything()
        if inner.body is not None
    }
    found = _within(scope, node)
    while id(scope) in owners:
        scope, owner = owners[id(scope)]
        found |= set(_all(scope)) if owner.is_triggered_by_event else _within(scope, owner)
    return found


def _within(scope: Scope, node: Node) -> set[str]:
    found: set[str] = set()
    pending = [node]
    while pending:
        for source in _sources(scope, pending.pop()):
            if source.id not in found:
                found |= {source.id, *(() if source.body is None else _all(source.body))}
                pending.append(source)
    return found


def _sources(scope: Scope, node: Node) -> list[Node]:
    """The nodes one step before: over a flow, from the activity an event is attached to, over a link."""
    sources = [scope.nodes[scope.flows[flow].source] for flow in node.incoming]
    if node.attached_to in scope.nodes:
        sources.append(scope.nodes[node.attached_to])
    if node.kind is Kind.INTERMEDIATE_CATCH_EVENT and _link(node) is not None:
        sources += [
            other
            for other in scope.nodes.values()
            if other.kind is Kind.INTERMEDIATE_THROW_EVENT and _link(other) == _link(node)
        ]
    return sources


def _link(node: Node) -> str | None:
    return next(
        (event.reference or node.name for event in node.events if event.kind is EventKind.LINK),
        None,
    )


def _all(scope: Scope) -> list[str]:
    found = []
    for node in scope.nodes.values():
        found.append(node.id)
        if node.body is not None:
            found += _all(node.body)
    return found
