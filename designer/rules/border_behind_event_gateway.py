"""What an event-based gateway waits for has no events on its border (BPMN 2.0.2, 10.6.6)."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” never happens: the task that it sits on only waits at the gateway before it. Draw the event behind that
    gateway, as one more way to go on.
    """
    for scope, node in process.scope.everything():
        host = scope.nodes.get(node.attached_to or "")
        if host is None or host.kind is not Kind.RECEIVE_TASK or not host.incoming:
            continue
        flows = [scope.flows[name] for name in host.incoming if name in scope.flows]
        sources = [scope.nodes[flow.source].kind for flow in flows if flow.source in scope.nodes]
        if all(kind is Kind.EVENT_BASED_GATEWAY for kind in sources):
            yield at(node)
