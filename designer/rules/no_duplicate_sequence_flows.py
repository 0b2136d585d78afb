"""No flow is drawn twice."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from engine.bpmn.model import Process


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """The flow “{name}” is drawn twice between the same elements, so what follows happens twice."""
    for _, scope in scopes(process):
        seen: set[tuple[str, str, str]] = set()
        for flow in scope.flows.values():
            key = (flow.source, flow.target, flow.condition.text if flow.condition else "")
            if key in seen:
                yield at(flow)
            seen.add(key)
