"""When work was ready as the diagram has it: work of another branch was not waited for, however it fell in time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from designer.simulation.fitting.work import Trace
from engine.bpmn.model import Kind, Node, Scope

# elements that take one of their ways on; all others take several
_ONE_WAY = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY, Kind.COMPLEX_GATEWAY})


def beside(scope: Scope) -> dict[str, frozenset[str]]:
    """Element → the elements, of whatever depth, that may be under way at the same time in the same case.

    They lie in different branches of a parallel or inclusive split, or of several flows out of one activity, before
    the first node that all of these branches come to.
    """
    found: dict[str, set[str]] = {}
    for inner in _scopes(scope):
        sure = _passed_by_all(inner)
        for node in inner.nodes.values():
            if len(node.outgoing) < 2 or node.kind in _ONE_WAY:
                continue
            branches = [_branch(inner, flow, sure[node.id]) for flow in node.outgoing]
            for one, other in combinations(branches, 2):
                for here, there in ((one - other, other - one), (other - one, one - other)):
                    for name in here:
                        found.setdefault(name, set()).update(there)
    return {name: frozenset(others) for name, others in found.items()}


def readied(found: Sequence[Trace], names: Mapping[str, str], scope: Scope) -> list[Trace]:
    """The traces, work whose readiness was only guessed being ready as the diagram has it.

    That is when the last work before it was done that is no work of another branch; what the diagram does not know is
    not waited for in it either. `names`: activity → element.
    """
    apart = beside(scope)
    if not apart:
        return list(found)
    return [_ready(trace, names, apart) for trace in found]


def _ready(trace: Trace, names: Mapping[str, str], apart: Mapping[str, frozenset[str]]) -> Trace:
    items = list(trace.items)
    for place in trace.guessed:
        item = items[place]
        element = names.get(item.activity)
        others = apart.get(element or "")
        if not others:
            continue
        before = [
            one.ended_at
            for one in trace.items[:place]
            if one.activity in names and names[one.activity] not in others
        ]
        ready = max(before, default=trace.arrived_at)
        items[place] = replace(item, enabled_at=min(ready, item.enabled_at or ready))
    return replace(trace, items=tuple(items))


def _scopes(scope: Scope) -> list[Scope]:
    return [scope, *(node.body for _, node in scope.everything() if node.body is not None)]


def _branch(scope: Scope, flow: str, until: set[str]) -> set[str]:
    """The elements from a flow on, before the nodes that every way from its source comes to."""
    found: set[str] = set()
    pending = [scope.flows[flow].target]
    while pending:
        name = pending.pop()
        if name in found or name in until:
            continue
        found.add(name)
        pending += (scope.flows[out].target for out in _out(scope, scope.nodes[name]))
    inside = {
        node.id
        for name in found
        if (body := scope.nodes[name].body) is not None
        for _, node in body.everything()
    }
    return found | inside


def _out(scope: Scope, node: Node) -> list[str]:
    """The flows on which it may be left: its own, and those of the events at its border."""
    at_border = [one for one in scope.nodes.values() if one.attached_to == node.id]
    return [*node.outgoing, *(flow for one in at_border for flow in one.outgoing)]


def _passed_by_all(scope: Scope) -> dict[str, set[str]]:
    """Node → the nodes that every way from it to an end comes to (strict post-dominators), by iteration to the fixed
    point; a node without a way on comes to none."""
    after = {
        name: [scope.flows[flow].target for flow in _out(scope, node)]
        for name, node in scope.nodes.items()
    }
    sure = {name: set(scope.nodes) if targets else set() for name, targets in after.items()}
    is_changed = True
    while is_changed:
        is_changed = False
        for name in reversed(scope.nodes):
            targets = after[name]
            if not targets:
                continue
            now = set.intersection(*({one} | sure[one] for one in targets))
            if now != sure[name]:
                sure[name], is_changed = now, True
    return sure
