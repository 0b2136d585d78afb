"""Conditions are set on all flows or none."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """The flow “{name}” out of “{node}” has no condition, while others have one."""
    for scope, node in process.scope.everything():
        flows = [scope.flows[name] for name in node.outgoing]
        if node.kind in {Kind.PARALLEL_GATEWAY, Kind.EVENT_BASED_GATEWAY} or len(flows) < 2:
            continue
        if node.default is None and all(flow.condition is None for flow in flows):
            continue
        for flow in flows:
            if flow.condition is None and flow.id != node.default:
                yield at(flow, node=shown(node.name, node.id))
