"""What is drawn, told by names instead of ids: to say why two drawings of one procedure do not behave the same."""

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.model import Kind, Model, Node, Process
from tests.designer.names import plain

Fact = tuple[str, str]
# What matters most for how tokens move comes first in a reason.
ORDER = ("element", "called process", "flow", "condition", "default", "timer", "loop", "inside")


def reason(reference: Model, theirs: Model, ours: str, other: str) -> str:
    """What is drawn in only one of both processes, in words; empty where the drawings say the same."""
    one, two = (Counter(facts(model, name)) for model, name in ((reference, ours), (theirs, other)))
    said = []
    for words, only in (("not in the export", one - two), ("only in the export", two - one)):
        shown = sorted(only, key=lambda fact: (ORDER.index(fact[0]), fact[1]))
        if shown:
            more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
            listed = "; ".join(f"{kind} {text}" for kind, text in shown[:4])
            said.append(f"{words}: {listed}{more}")
    return " · ".join(said)


def facts(model: Model, process_id: str) -> Iterator[Fact]:
    """Everything in the process, and in those it calls, that decides how tokens move."""
    processes = {process.id: process for process in model.processes}
    pending, met = [process_id], set()
    while pending:
        name = pending.pop()
        if name in met or name not in processes:
            continue
        met.add(name)
        yield from _of_process(processes[name])
        for _, node in processes[name].scope.everything():
            if node.kind is Kind.CALL_ACTIVITY:
                called = processes.get(node.called_element or "")
                if called is not None and called.scope.nodes:
                    yield "called process", f"of {_label(node)}"
                    pending.append(called.id)


def _of_process(process: Process) -> Iterator[Fact]:
    for scope, node in process.scope.everything():
        yield "element", _told(node, scope.nodes)
        if node.loop is not None:
            many = "one by one" if node.loop.is_sequential else "at once"
            over = f" over {node.loop.collection}" if node.loop.collection else ""
            yield "loop", f"{_label(node)} {many if node.loop.is_multi_instance else 'again'}{over}"
        for event in node.events:
            if event.timer is not None and event.expression is not None:
                yield "timer", f"“{event.expression.text}” of {_label(node)}"
        inside = node.body
        for part in inside.nodes.values() if inside is not None else ():
            yield "inside", f"{_label(part)} in {_label(node)}"
    scopes = [process.scope]
    scopes += [node.body for _, node in process.scope.everything() if node.body is not None]
    nodes = {node.id: node for _, node in process.scope.everything()}
    for scope in scopes:
        for flow in scope.flows.values():
            source, target = nodes.get(flow.source), nodes.get(flow.target)
            ends = f"{_label(source)} → {_label(target)}"
            yield "flow", ends
            if flow.condition is not None:
                yield "condition", f"“{plain(flow.condition.text)}” on {ends}"
            if source is not None and source.default == flow.id:
                yield "default", ends


def _told(node: Node, around: dict[str, Node]) -> str:
    """The element with what it waits for and where it sits."""
    said = _label(node)
    if node.events:
        said += f" ({', '.join(sorted(event.kind.value for event in node.events))})"
    if node.kind is Kind.BOUNDARY_EVENT:
        said += f" at {_label(around.get(node.attached_to or ''))}"
        said += "" if node.is_interrupting else ", not interrupting"
    if node.is_for_compensation:
        said += ", to undo"
    if node.is_triggered_by_event:
        said += ", started by an event"
    return said


def _label(node: Node | None) -> str:
    if node is None:
        return "nothing"
    return f"{node.kind.value} “{plain(node.name)}”" if node.name else node.kind.value
