"""Everything is drawn."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, model_rule
from engine.bpmn.model import Model


@model_rule("warning")
def check(model: Model) -> Iterator[Problem]:
    """“{name}” is in the file but not drawn, so nobody sees it."""
    if not model.shapes:
        return
    for process in model.processes:
        for scope, node in process.scope.everything():
            if node.id not in model.shapes:
                yield at(node)
            for name in node.outgoing:
                if name not in model.shapes:
                    yield at(scope.flows[name])
