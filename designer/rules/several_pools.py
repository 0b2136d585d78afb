"""One process of the file is ours."""

from collections.abc import Iterator

from designer.rules.rule import Problem, model_rule
from engine.bpmn.model import Model


@model_rule("info")
def check(model: Model) -> Iterator[Problem]:
    """The file holds {count} processes; the largest one is run unless you choose another."""
    filled = [process for process in model.processes if process.scope.nodes]
    executable = [process for process in filled if process.is_executable]
    if len(filled) > 1 and len(executable) != 1:
        yield Problem(filled[0].id, filled[0].line, {"count": str(len(filled))})
