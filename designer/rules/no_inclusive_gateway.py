"""Inclusive gateways are hard to read."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process


@rule("info")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is an inclusive gateway, which few readers understand; others say it clearer."""
    for _, node in process.scope.everything():
        if node.kind is Kind.INCLUSIVE_GATEWAY:
            yield at(node)
