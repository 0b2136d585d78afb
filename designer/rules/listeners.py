"""What another engine would run around a step, unseen in the drawing, is said to be left out."""

from collections.abc import Iterator

from designer.importer.repair import shown
from designer.rules.rule import Problem, model_rule
from engine.bpmn.model import Model

# Camunda 7, Activiti, Flowable; Zeebe; jBPM and Kogito
_LISTENERS = frozenset(
    {
        "executionListener", "taskListener", "executionListeners", "taskListeners", "eventListener",
        "onEntry-script", "onExit-script",
    }
)  # fmt: skip


@model_rule("warning")
def check(model: Model) -> Iterator[Problem]:
    """A program of another system would be told when “{name}” begins or ends; here nobody tells it. Where that matters,
    draw it as a task of its own.
    """
    told = {
        each.element: each.line
        for each in reversed(model.unread)
        if each.element and each.what.rpartition(":")[2] in _LISTENERS
    }
    if not told:
        return
    names = dict(_names(model))
    for element, line in reversed(told.items()):
        yield Problem(element, line, {"name": shown(names.get(element), element)})


def _names(model: Model) -> Iterator[tuple[str, str | None]]:
    for process in model.processes:
        yield process.id, process.name
        for scope, node in process.scope.everything():
            yield node.id, node.name
            for flow_id in node.outgoing:
                yield flow_id, scope.flows[flow_id].name
