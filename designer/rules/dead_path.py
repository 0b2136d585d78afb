"""Every element can be reached."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.state_space import can_be_explored, explore, in_flow
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” is never reached, whatever is chosen before it."""
    for owner, scope in scopes(process):
        if not can_be_explored(scope, owner):
            continue
        space = explore(scope)
        if not space.is_complete:
            continue
        for node in in_flow(scope):
            if node.id not in space.fired:
                yield at(node)
