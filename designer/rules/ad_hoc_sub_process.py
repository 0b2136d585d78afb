"""Ad-hoc sub-processes have no order."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is in an ad-hoc sub-process, which has no start or end and no event without a way on."""
    for _, node in process.scope.everything():
        if node.kind is not Kind.AD_HOC_SUB_PROCESS or node.body is None:
            continue
        for inner in node.body.nodes.values():
            is_open = inner.kind is Kind.INTERMEDIATE_CATCH_EVENT and not inner.outgoing
            if inner.kind in {Kind.START_EVENT, Kind.END_EVENT} or is_open:
                yield at(inner)
