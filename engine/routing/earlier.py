"""Which tasks may be done before another one in a case: all but those that only come after it."""

from collections.abc import Mapping

from engine.bpmn.model import EventKind, Kind, Node

_BY_PEOPLE = (Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK)


def earlier_tasks(nodes: Mapping[str, Node], element_id: str) -> list[str]:
    """Ids of the tasks of people that may be done when one of `element_id` begins, in the order of the drawing; itself
    where a loop leads back to it.

    In doubt a task is among them: what runs beside it, what an event or a link may have led to.
    """
    by_people = [one for one, node in nodes.items() if node.kind in _BY_PEOPLE]
    if any(_jumps(node) for node in nodes.values()):
        return [one for one in by_people if one != element_id]
    then = _then(nodes)
    after = _reached(then, element_id)
    return [
        one
        for one in by_people
        if (
            one in after
            if one == element_id
            else one not in after or element_id in _reached(then, one)
        )
    ]


def _jumps(node: Node) -> bool:
    """Whether a case may come or go there without a flow."""
    return (
        node.is_triggered_by_event
        or node.is_for_compensation
        or any(event.kind is EventKind.LINK for event in node.events)
    )


def _then(nodes: Mapping[str, Node]) -> dict[str, set[str]]:
    """Node → nodes that a case may come to directly after it."""
    target = {flow: node.id for node in nodes.values() for flow in node.incoming}
    then = {
        node.id: {target[flow] for flow in node.outgoing if flow in target}
        for node in nodes.values()
    }
    for node in nodes.values():
        if node.attached_to in then:
            then[node.attached_to].add(node.id)
    for node in nodes.values():
        if node.body is None:
            continue
        again = node.loop is not None or node.kind is Kind.AD_HOC_SUB_PROCESS
        inside = set(node.body.nodes)
        for inner in inside:  # it may be the last one inside
            then[inner] |= then[node.id] | (inside if again else set())
        then[node.id] |= inside
    return then


def _reached(then: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        new = then.get(pending.pop(), set()) - found
        found |= new
        pending.extend(new)
    return found
