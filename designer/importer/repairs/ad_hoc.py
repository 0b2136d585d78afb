"""Ad-hoc sub-processes have no starts and ends: people choose what to do when."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Expression, Kind


@repair(Stage.ELEMENTS, "BPMN 2.0.2, 10.3.5: an ad-hoc sub-process has no start or end events")
def mend(drawing: Drawing) -> Iterator[Change]:
    """Start and end events inside are left out; a condition that is no FEEL leaves it to people."""
    for _, node in drawing.everything():
        if node.kind is not Kind.AD_HOC_SUB_PROCESS:
            continue
        values = {"name": shown(node.name, node.id)}
        for inner in drawing.nodes_of(node.id):
            if inner.kind in {Kind.START_EVENT, Kind.END_EVENT} and not inner.events:
                drawing.remove_node(inner.id)
                sentence = (
                    "“{name}” is done in any order, so its start and end events were left out."
                )
                yield Change(inner.id, inner.line, sentence, values)
        if node.completion is None:
            continue
        text = feel_text(node.completion, drawing)
        if text is None:
            drawing.change(node, completion=None)
            sentence = "When “{name}” is complete cannot be worked out here; a person says so."
            yield Change(node.id, node.line, sentence, values, is_decision=True)
        elif (node.completion.text, node.completion.language) != (text, "feel"):
            drawing.change(node, completion=Expression(text, "feel", node.completion.line))
            yield Change(
                node.id, node.line, "The condition of “{name}” was translated to FEEL.", values
            )
