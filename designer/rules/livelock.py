"""From everywhere an end can be reached."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.state_space import can_be_explored, explore
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """A case that reaches “{name}” goes round for ever: no path leads from there to an end."""
    for owner, scope in scopes(process):
        if can_be_explored(scope, owner):
            for name in explore(scope).endless[:1]:
                yield at(scope.nodes[name])
