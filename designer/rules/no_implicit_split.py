"""Only gateways split."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import GATEWAYS
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """Several flows leave “{name}”; a gateway would say whether all or one of them are taken."""
    for scope, node in process.scope.everything():
        flows = [scope.flows[name] for name in node.outgoing]
        plain = [f for f in flows if f.condition is None and f.id != node.default]
        if node.kind not in GATEWAYS and len(flows) > 1 and plain:
            yield at(node)
