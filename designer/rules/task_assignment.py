"""Somebody is to do each task."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Kind, Process

PEOPLE = frozenset({Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK})


@rule("info")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is in no lane and names nobody, so any office that runs the procedure sees it."""
    for _, node in process.scope.everything():
        extension = node.extension
        if node.kind not in PEOPLE or node.lane is not None:
            continue
        if not (extension.assignee or extension.candidate_users or extension.candidate_groups):
            yield at(node)
