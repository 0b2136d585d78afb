"""Events and tasks refer to messages, signals, errors and escalations that exist and have a name."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventDefinition, EventKind, Kind, Node, RootElement

_KINDS = {
    EventKind.MESSAGE: "message",
    EventKind.SIGNAL: "signal",
    EventKind.ERROR: "error",
    EventKind.ESCALATION: "escalation",
}
# These catch everything of their kind when they name nothing (BPMN 2.0.2, 10.5.5).
_CATCH_ALL = frozenset({EventKind.ERROR, EventKind.ESCALATION})
_CATCHES = frozenset({Kind.START_EVENT, Kind.BOUNDARY_EVENT, Kind.INTERMEDIATE_CATCH_EVENT})


@repair(
    Stage.EVENTS, "BPMN 2.0.2, 10.5.5 and 8.4: events refer to the root elements they are about"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A missing or dangling reference gets an element named after the event, shared by equal names."""
    for _, node in drawing.everything():
        events = list(node.events)
        for number, event in enumerate(events):
            wanted = _KINDS.get(event.kind)
            if wanted is None or _is_good(drawing, event.reference, wanted):
                continue
            if event.reference is None and event.kind in _CATCH_ALL and node.kind in _CATCHES:
                continue
            events[number] = _referring(drawing, event, wanted, node)
            yield _note(node, wanted, event.reference)
        if tuple(events) != node.events:
            node = drawing.change(node, events=tuple(events))
        sends = node.kind in {Kind.SEND_TASK, Kind.RECEIVE_TASK}
        if sends and not _is_good(drawing, node.message, "message"):
            before = node.message
            name = _root(drawing, "message", before, node.name or node.id)
            drawing.change(node, message=name)
            yield _note(node, "message", before)
    yield from _names(drawing)


def _is_good(drawing: Drawing, reference: str | None, kind: str) -> bool:
    return reference in drawing.roots and drawing.roots[reference].kind == kind


def _referring(drawing: Drawing, event: EventDefinition, kind: str, node: Node) -> EventDefinition:
    return replace(event, reference=_root(drawing, kind, event.reference, node.name or node.id))


def _root(drawing: Drawing, kind: str, reference: str | None, name: str) -> str:
    name = " ".join((reference or name).split())
    for root in drawing.roots.values():
        if root.kind == kind and name in (root.name, root.code):
            return root.id
    stem = "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in name)[:60]
    root_id = drawing.new_id(f"{kind.capitalize()}_{stem}")
    code = name if kind in {"error", "escalation"} else None
    drawing.roots[root_id] = RootElement(root_id, kind, name, code)
    return root_id


def _names(drawing: Drawing) -> Iterator[Change]:
    for root in list(drawing.roots.values()):
        values = {"name": shown(root.name, root.id)}
        if root.kind in {"error", "escalation"}:
            if root.code is None:
                drawing.roots[root.id] = replace(root, code=root.name or root.id)
                sentence = "The {kind} “{name}” has no code; its name serves."
                yield Change(root.id, root.line, sentence, {**values, "kind": root.kind})
        elif root.name is None and root.kind in {"message", "signal"}:
            drawing.roots[root.id] = replace(root, name=root.id)
            sentence = "The {kind} “{name}” has no name; its id serves."
            yield Change(root.id, root.line, sentence, {**values, "kind": root.kind})


def _note(node: Node, kind: str, reference: str | None) -> Change:
    values = {"name": shown(node.name, node.id), "kind": kind}
    if reference is None:
        sentence = "“{name}” names no {kind}; one of that name was made for it."
        return Change(node.id, node.line, sentence, values)
    values["reference"] = reference
    sentence = (
        "“{name}” refers to the {kind} “{reference}”, which is not in the file; it was added."
    )
    return Change(node.id, node.line, sentence, values)
