"""Which way on was taken at each gateway, told from what was done next."""

from collections.abc import Iterable, Mapping

from designer.simulation.fitting.work import Trace
from engine.bpmn.model import Kind, Node, Scope

PASSED = frozenset({
    Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY, Kind.PARALLEL_GATEWAY, Kind.EVENT_BASED_GATEWAY,
    Kind.INTERMEDIATE_CATCH_EVENT, Kind.INTERMEDIATE_THROW_EVENT,
})  # fmt: skip
OVER = " over"  # stands for the end of the case


def shares(
    scope: Scope, found: Iterable[Trace], ids: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """`counted` as shares; gateways nobody came to are left out."""
    return {
        name: {flow: count / sum(ways.values()) for flow, count in ways.items()}
        for name, ways in counted(scope, found, ids).items()
        if sum(ways.values())
    }


def counted(
    scope: Scope, found: Iterable[Trace], ids: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Per exclusive or inclusive gateway with several ways how often each was taken.

    `ids`: activity → element. After work that leads to the gateway, the first later work that one of its ways leads
    to says which way it was; a case that ends says the way to the end. Where several ways lead there, each is
    counted in part.
    """
    gateways = {
        node.id: {flow: _first(scope, flow) for flow in node.outgoing}
        for node in scope.nodes.values()
        if node.kind in {Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY} and len(node.outgoing) > 1
    }
    before = {name: _last(scope, scope.nodes[name]) for name in gateways}
    counts: dict[str, dict[str, float]] = {
        name: dict.fromkeys(w, 0.0) for name, w in gateways.items()
    }
    for trace in found:
        path = [ids[item.activity] for item in trace.items if item.activity in ids]
        for place, element in enumerate(path):
            for gateway, ways in gateways.items():
                if element in before[gateway]:
                    _count(counts[gateway], ways, path[place + 1 :])
        for gateway, ways in gateways.items():
            if None in before[gateway]:
                _count(counts[gateway], ways, path)
    return counts


def _count(counts: dict[str, float], ways: Mapping[str, set[str]], later: list[str]) -> None:
    reached = set().union(*ways.values())
    following = next((element for element in later if element in reached), OVER)
    taken = [flow for flow, first in ways.items() if following in first]
    for flow in taken:
        counts[flow] += 1 / len(taken)


def _first(scope: Scope, flow: str) -> set[str]:
    """The first work on the way that begins with a flow."""
    found: set[str] = set()
    seen, pending = set(), [flow]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        node = scope.nodes[scope.flows[current].target]
        if node.kind is Kind.END_EVENT or (node.kind in PASSED and not node.outgoing):
            found.add(OVER)
        elif node.kind in PASSED:
            pending += node.outgoing
        else:
            found.add(node.id)
    return found


def _last(scope: Scope, gateway: Node) -> set[str | None]:
    """The last work before a gateway; None: the start of the case."""
    found: set[str | None] = set()
    seen, pending = set(), list(gateway.incoming)
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        node = scope.nodes[scope.flows[current].source]
        if node.kind is Kind.START_EVENT:
            found.add(None)
        elif node.kind in PASSED:
            pending += node.incoming
        else:
            found.add(node.id)
    return found
