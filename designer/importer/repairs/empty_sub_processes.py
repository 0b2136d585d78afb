"""A sub-process without content is one task."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import SCOPES, Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind, Node


@repair(Stage.ELEMENTS, "BPMN 2.0.2, 10.3.5: a collapsed sub-process hides its details")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A collapsed sub-process whose inside was never drawn is done by a person."""
    for _, node in drawing.everything():
        if node.kind not in SCOPES or drawing.nodes_of(node.id):
            continue
        values = {"name": shown(node.name, node.id)}
        if node.is_triggered_by_event:
            drawing.remove_node(node.id)
            sentence = "The event sub-process “{name}” is empty; it was left out."
            yield Change(node.id, node.line, sentence, values)
            continue
        for item in [item for item in drawing.data.values() if drawing.home[item.id] == node.id]:
            drawing.move_data(item.id, drawing.home[node.id])
        drawing.close_scope(node.id)
        drawing.set_node(_as_task(node))
        yield Change(
            node.id,
            node.line,
            "The inside of “{name}” is not drawn; a person does it as one task.",
            values,
        )


def _as_task(node: Node) -> Node:
    note = "This stands for several steps that the drawing does not show."
    return replace(
        node,
        kind=Kind.USER_TASK,
        completion=None,
        is_parallel_ad_hoc=True,
        cancels_remaining=True,
        extension=replace(node.extension, note=node.extension.note or note),
    )
