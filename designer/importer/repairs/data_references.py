"""Data associations and references lead to data that exists."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown


@repair(Stage.NAMES, "BPMN 2.0.2, 10.4.2: source and target of a data association are item-aware")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A data association that leads nowhere is dropped; data is shared by the case anyway."""
    for _, node in drawing.everything():
        inputs = tuple(name for name in node.data_inputs if name in drawing.data)
        outputs = tuple(name for name in node.data_outputs if name in drawing.data)
        if (inputs, outputs) != (node.data_inputs, node.data_outputs):
            drawing.change(node, data_inputs=inputs, data_outputs=outputs)
            yield Change(
                node.id,
                node.line,
                "“{name}” reads or writes data that is not a data object of the drawing; "
                "the case's data is used.",
                {"name": shown(node.name, node.id)},
            )
    for item in list(drawing.data.values()):
        known = drawing.roots if item.kind == "dataStoreReference" else drawing.data
        if item.reference is not None and item.reference not in known:
            drawing.data[item.id] = replace(item, reference=None)
            yield Change(
                item.id,
                item.line,
                "The data “{name}” refers to “{reference}”, which is not in the file.",
                {"name": shown(item.name, item.id), "reference": item.reference},
            )
