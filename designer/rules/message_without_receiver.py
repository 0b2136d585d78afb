"""Messages reach somebody."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, model_rule
from engine.bpmn.model import EventKind, Kind, Model, Node

THROWS = frozenset({Kind.INTERMEDIATE_THROW_EVENT, Kind.END_EVENT})


@model_rule("info")
def check(model: Model) -> Iterator[Problem]:
    """The message of “{name}” is received nowhere in the file; another system has to take it."""
    caught = {ref for p in model.processes for _, n in p.scope.everything() for ref in awaited(n)}
    for process in model.processes:
        for _, node in process.scope.everything():
            if node.kind not in THROWS:
                continue
            for event in node.events:
                is_message = event.kind is EventKind.MESSAGE and event.reference not in caught
                if is_message and not any(f.source == node.id for f in model.message_flows):
                    yield at(node)


def awaited(node: Node) -> set[str]:
    """The messages that a node waits for."""
    if node.kind is Kind.RECEIVE_TASK:
        return {node.message} if node.message else set()
    if node.kind in THROWS:
        return set()
    return {e.reference for e in node.events if e.kind is EventKind.MESSAGE and e.reference}
