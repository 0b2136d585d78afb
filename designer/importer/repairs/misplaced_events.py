"""Events wait or throw only what their kind can."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node

_E = EventKind
_CATCHES = frozenset({_E.MESSAGE, _E.TIMER, _E.CONDITIONAL, _E.SIGNAL})
_HANDLES = _CATCHES | {_E.ERROR, _E.ESCALATION, _E.COMPENSATION}
_THROWS = frozenset({_E.MESSAGE, _E.ESCALATION, _E.COMPENSATION, _E.LINK, _E.SIGNAL})
_ENDS = (_THROWS - {_E.LINK}) | {_E.ERROR, _E.CANCEL, _E.TERMINATE}
_ALLOWED = {
    Kind.START_EVENT: _CATCHES,
    Kind.INTERMEDIATE_CATCH_EVENT: _CATCHES | {_E.LINK},
    Kind.BOUNDARY_EVENT: _HANDLES | {_E.CANCEL},
    Kind.INTERMEDIATE_THROW_EVENT: _THROWS,
    Kind.END_EVENT: _ENDS,
}


@repair(Stage.ELEMENTS, "BPMN 2.0.2, table 10.93: which event definitions an event may have")
def mend(drawing: Drawing) -> Iterator[Change]:
    """An event drawn in the wrong place is moved to the kind that can do it, or does nothing."""
    for scope, node in drawing.everything():
        if node.kind not in _ALLOWED:
            continue
        allowed = _ALLOWED[node.kind]
        owner = drawing.nodes.get(scope)
        if node.kind is Kind.START_EVENT and owner is not None and owner.is_triggered_by_event:
            allowed = _HANDLES
            if drawing.home[owner.id] in drawing.processes:
                # A whole process is never undone, only sub-processes are (10.7.2).
                allowed = _HANDLES - {_E.COMPENSATION}
        wrong = [event.kind for event in node.events if event.kind not in allowed]
        is_in_transaction = _is_in_transaction(drawing, scope)
        if node.kind is Kind.END_EVENT and _E.CANCEL in allowed and not is_in_transaction:
            wrong += [event.kind for event in node.events if event.kind is _E.CANCEL]
        if not wrong:
            continue
        _move(drawing, scope, node, frozenset(wrong))
        yield Change(
            node.id,
            node.line,
            "“{name}” cannot be a {kind} event there; it was made one that can run.",
            {"name": shown(node.name, node.id), "kind": wrong[0].value},
            is_decision=True,
        )


def _is_in_transaction(drawing: Drawing, scope: str) -> bool:
    owner = drawing.nodes.get(scope)
    return owner is not None and owner.kind is Kind.TRANSACTION


def _move(drawing: Drawing, scope: str, node: Node, wrong: frozenset[EventKind]) -> None:
    kept = tuple(event for event in node.events if event.kind not in wrong)
    if kept:
        drawing.change(node, events=kept)
        return
    has_way_on = bool(drawing.outgoing(node.id))
    if node.kind in {Kind.INTERMEDIATE_THROW_EVENT, Kind.END_EVENT} and wrong <= _CATCHES:
        drawing.change(node, kind=Kind.INTERMEDIATE_CATCH_EVENT)
    elif node.kind is Kind.END_EVENT and wrong == {_E.LINK}:
        drawing.change(node, kind=Kind.INTERMEDIATE_THROW_EVENT)
    elif node.kind is Kind.START_EVENT and wrong == {_E.LINK}:
        drawing.change(node, kind=Kind.INTERMEDIATE_CATCH_EVENT)
    elif node.kind is Kind.INTERMEDIATE_CATCH_EVENT and wrong <= _THROWS:
        drawing.change(node, kind=Kind.INTERMEDIATE_THROW_EVENT)
    elif node.kind is Kind.INTERMEDIATE_THROW_EVENT and wrong <= _ENDS and not has_way_on:
        drawing.change(node, kind=Kind.END_EVENT)
    else:
        if node.kind is Kind.INTERMEDIATE_CATCH_EVENT:
            node = drawing.change(node, kind=Kind.INTERMEDIATE_THROW_EVENT)
        drawing.change(node, events=())
