"""Tasks that another house's machine would do are done by a person."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Extension, FormField, Kind, Node

_NOTES = {
    Kind.SERVICE_TASK: "A program would do this; it is not available here. Do it by hand.",
    Kind.BUSINESS_RULE_TASK: "A decision table would settle this; the drawing names none. Decide and note the result.",
    Kind.SEND_TASK: "The drawing sends a message here without saying which. Send it and go on.",
}


@repair(
    Stage.AUTOMATION,
    "What a program of another system would do, a person does until a connector is chosen",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A service, rule or send task that nothing here can carry out becomes a task with a note."""
    carried = {flow.source for flow in drawing.message_flows if flow.target in drawing.nodes}
    for _, node in drawing.everything():
        if node.kind not in _NOTES or _runs_here(node, carried, drawing):
            continue
        extension = node.extension
        what = extension.topic or extension.decision or node.implementation
        note = extension.note or _NOTES[node.kind]
        if what and not extension.note:
            note = f"{note} ({what[:200]})"
        drawing.change(
            node,
            kind=Kind.USER_TASK,
            message=None,
            implementation=None,
            extension=_by_hand(extension, note, node),
        )
        yield Change(
            node.id,
            node.line,
            "“{name}” is automatic in the drawing; a person does it until it is connected.",
            {"name": shown(node.name, node.id)},
        )


def _runs_here(node: Node, carried: set[str], drawing: Drawing) -> bool:
    if node.kind is Kind.BUSINESS_RULE_TASK:
        return node.extension.decision is not None
    if node.kind is Kind.SEND_TASK:
        return node.message is not None or node.id in carried
    return node.extension.topic is not None and node.extension.topic in drawing.connectors


def _by_hand(extension: Extension, note: str, node: Node) -> Extension:
    """What the program would have answered is asked from the person."""
    names = [mapping.target for mapping in extension.outputs]
    names += [extension.result_variable] if extension.result_variable else []
    fields = tuple(FormField(name, name) for name in dict.fromkeys(names))
    return replace(
        extension,
        note=note,
        outputs=(),
        result_variable=None,
        form_fields=extension.form_fields or fields,
        properties=(*extension.properties, ("drawnAs", node.kind.value)),
    )
