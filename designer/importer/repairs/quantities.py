"""An activity begins with one token and yields one."""

from collections.abc import Iterator

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown


@repair(
    Stage.ELEMENTS,
    "BPMN 2.0.2, table 10.3: quantities over 1 are “an advanced type of modeling” to be used with caution",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Waiting for several tokens is drawn as a gateway here, where everybody sees it; numbers are left out."""
    for _, node in drawing.everything():
        if node.start_quantity == 1 and node.completion_quantity == 1:
            continue
        drawing.change(node, start_quantity=1, completion_quantity=1)
        yield Change(
            node.id,
            node.line,
            "“{name}” is to begin with {begin} tokens and to yield {end}; it begins with one and yields one. "
            "Draw a parallel gateway where several are to be awaited.",
            {
                "name": shown(node.name, node.id),
                "begin": str(node.start_quantity),
                "end": str(node.completion_quantity),
            },
            is_decision=True,
        )
