"""What was split side by side is joined before it goes on as one."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, rule, scopes
from designer.rules.state_space import can_be_explored, explore
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """“{name}” can be reached twice at once on the path shown; parallel flows are not joined before it."""
    for owner, scope in scopes(process):
        if not can_be_explored(scope, owner):
            continue
        for name, path in explore(scope).doubled.items():
            node = scope.nodes.get(name)
            if node is not None:
                yield Problem(node.id, node.line, {"name": shown(node.name, node.id)}, None, path)
