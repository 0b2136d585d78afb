"""Processes and sub-processes have an end event."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, rule, scopes
from designer.rules.shapes import of_kind
from engine.bpmn.model import Kind, Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” has no end event; draw how it ends."""
    for owner, scope in scopes(process):
        if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
            continue
        if scope.nodes and not of_kind(scope, Kind.END_EVENT):
            yield Problem(
                owner.id if owner else process.id,
                owner.line if owner else process.line,
                {"name": shown((owner or process).name, (owner or process).id)},
            )
