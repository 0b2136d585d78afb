"""Paths begin in start events."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import is_apart, is_link
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """Nothing leads to “{name}”, which is no start event."""
    for owner, scope in scopes(process):
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        for node in scope.nodes.values():
            if (
                node.incoming
                or node.kind in {Kind.START_EVENT, Kind.BOUNDARY_EVENT}
                or is_apart(node)
            ):
                continue
            if node.kind is Kind.INTERMEDIATE_CATCH_EVENT and is_link(node):
                continue
            yield at(node)
