"""Only gateways join."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from designer.rules.shapes import GATEWAYS
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """Several flows enter “{name}”; it looks like a join but starts once for each of them."""
    for _, node in process.scope.everything():
        if node.kind not in GATEWAYS and node.kind is not Kind.END_EVENT and len(node.incoming) > 1:
            yield at(node)
