"""Which variables a process reads, and which it gives itself: what nobody gives is likely a slip of the pen."""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.bpmn.model import EventKind, Kind, Node, Process, Scope
from engine.feel import FeelSyntaxError, compile_expression
from engine.routing.said import bare
from engine.spiff import COUNTER, COUNTERS, assignments

Json = dict[str, Any]

# given by the engine to loops and multi-instance activities
_COUNTERS = COUNTERS | {COUNTER}
_BRINGS_ANYTHING = frozenset({EventKind.MESSAGE, EventKind.SIGNAL})
_CATCHES = frozenset({Kind.START_EVENT, Kind.INTERMEDIATE_CATCH_EVENT, Kind.BOUNDARY_EVENT})


def names_read(process: Process) -> list[Json]:
    """By element: the names that its conditions, scripts and rounds ask for."""
    found = []
    for scope, node in process.scope.everything():
        for element, name, line, texts in _texts(scope, node):
            names = sorted({name for text in texts for name in _names(text)} - _COUNTERS)
            if names:
                found.append({"element": element, "name": name, "line": line, "names": names})
    return found


def names_given(process: Process) -> Json:
    """“names”: what scripts, tables, rounds and mappings give; “is_open”: something may bring any name along."""
    given = {data.name or data.id for data in process.scope.data}
    is_open = False
    for _, node in process.scope.everything():
        if node.body is not None:
            given |= {data.name or data.id for data in node.body.data}
        extension = node.extension
        given |= {mapping.target for mapping in (*extension.inputs, *extension.outputs)}
        given |= {field.key for field in extension.form_fields}
        given |= {name for name in (extension.result_variable, extension.initiator) if name}
        if node.script is not None:
            given |= {name for name, _ in assignments(node.script.text) or ()}
        if node.loop is not None:
            loop = node.loop
            given |= {name for name in (loop.item, loop.output_collection) if name}
        is_open = is_open or _brings_anything(node)
    return {"names": sorted(given), "is_open": is_open}


def _brings_anything(node: Node) -> bool:
    if node.extension.outputs:
        return False
    if node.kind in (Kind.RECEIVE_TASK, Kind.SERVICE_TASK, Kind.CALL_ACTIVITY):
        return True
    kinds = {event.kind for event in node.events}
    return node.kind in _CATCHES and bool(kinds & _BRINGS_ANYTHING)


def _texts(scope: Scope, node: Node) -> Iterator[tuple[str, str | None, int | None, Iterable[str]]]:
    for flow in (scope.flows[flow_id] for flow_id in node.outgoing):
        if flow.condition is not None and flow.id != node.default:
            yield flow.id, flow.name, flow.line, [flow.condition.text]
    texts = [
        event.expression.text
        for event in node.events
        if event.kind is EventKind.CONDITIONAL and event.expression is not None
    ]
    if node.script is not None:
        texts += [text for _, text in assignments(node.script.text) or ()]
    if node.loop is not None:
        said = (node.loop.condition, node.loop.cardinality, node.loop.completion)
        texts += [each.text for each in said if each is not None]
        texts += [node.loop.collection] if node.loop.collection else []
    told = node.extension
    asked = (told.assignee, told.due_date, *told.candidate_users, *told.candidate_groups)
    texts += [bare(text) for text in asked if text and text.startswith(("=", "${", "#{"))]
    if texts:
        yield node.id, node.name, node.line, texts


def _names(text: str) -> frozenset[str]:
    text = text.strip()
    try:
        return compile_expression(text[1:] if text.startswith("=") else text).names
    except FeelSyntaxError:
        return frozenset()
