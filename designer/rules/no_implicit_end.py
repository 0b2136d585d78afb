"""Paths end in end events."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import is_apart, is_compensation, is_link
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """The path ends at “{name}” without an end event."""
    for owner, scope in scopes(process):
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        for node in scope.nodes.values():
            if node.outgoing or node.kind is Kind.END_EVENT or is_apart(node):
                continue
            if node.kind is Kind.INTERMEDIATE_THROW_EVENT and is_link(node):
                continue
            if node.kind is Kind.BOUNDARY_EVENT and is_compensation(node):
                continue
            yield at(node)
