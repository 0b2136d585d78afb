"""A terminate end stops something."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import GATEWAYS, of_kind
from engine.bpmn.model import EventKind, Kind, Node, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” terminates, but nothing else can be going on; a plain end does the same."""
    for _, scope in scopes(process):
        if any(is_forking(node) for node in scope.nodes.values()):
            continue
        ends = [n for n in of_kind(scope, Kind.END_EVENT) if n.events]
        for node in ends:
            if any(event.kind is EventKind.TERMINATE for event in node.events):
                yield at(node)


def is_forking(node: Node) -> bool:
    """Whether more than one token may live after this node."""
    if node.kind in {Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY}:
        return len(node.outgoing) > 1
    if node.kind is Kind.BOUNDARY_EVENT:
        return not node.is_interrupting
    return node.is_triggered_by_event or (node.kind not in GATEWAYS and len(node.outgoing) > 1)
