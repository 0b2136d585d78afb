"""Labels say something."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import GATEWAYS
from engine.bpmn.model import Kind, Process


@rule("info")
def check(process: Process) -> Iterator[Problem]:
    """The label “{name}” has no meaning here: there is nothing to choose."""
    for scope, node in process.scope.everything():
        is_join = node.kind in GATEWAYS and len(node.outgoing) == 1 and len(node.incoming) > 1
        if node.kind is Kind.COMPLEX_GATEWAY:
            continue  # its label says when it goes on
        if node.kind is Kind.PARALLEL_GATEWAY or is_join:
            if node.name:
                yield at(node)
            for flow in (scope.flows[name] for name in node.outgoing):
                if flow.name:
                    yield at(flow)
