"""Event-based gateways wait for several events."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” needs at least two flows, without conditions, to events that it waits for."""
    for scope, node in process.scope.everything():
        if node.kind is not Kind.EVENT_BASED_GATEWAY:
            continue
        flows = [scope.flows[name] for name in node.outgoing]
        targets = [scope.nodes[flow.target].kind for flow in flows if flow.target in scope.nodes]
        if (
            len(flows) < 2
            or any(flow.condition is not None for flow in flows)
            or not set(targets) <= {Kind.INTERMEDIATE_CATCH_EVENT, Kind.RECEIVE_TASK}
        ):
            yield at(node)
