"""Elements are joined to something."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import is_apart, is_compensation, is_link
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is joined to nothing."""
    for owner, scope in scopes(process):
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        is_alone = sum(not is_apart(node) for node in scope.nodes.values()) < 2
        for node in scope.nodes.values():
            if node.incoming or node.outgoing or is_apart(node) or is_link(node):
                continue
            if node.kind is Kind.BOUNDARY_EVENT and is_compensation(node):
                continue
            if not is_alone:
                yield at(node)
