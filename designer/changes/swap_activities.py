"""Do two neighbouring activities in the other order."""

from dataclasses import replace

from designer.changes.parts import Parts, node_of, opened, with_drawing
from engine.errors import Refusal


class NotNeighbours(Refusal):
    """Two activities that do not simply follow each other."""

    sentence = (
        "“{first}” and “{second}” cannot change places: one must follow the other directly, "
        "with nothing that branches or joins between them."
    )


def apply(parts: Parts, *, first: str, second: str) -> Parts:
    """The parts with `second`, which follows `first` directly, done before it. Raises CannotChange, NotNeighbours."""
    drawing = opened(parts)
    before, after = node_of(drawing, first), node_of(drawing, second)
    between, onwards = drawing.outgoing(first), drawing.outgoing(second)
    is_line = (
        len(between) == 1
        and between[0].target == second
        and len(onwards) == 1
        and drawing.incoming(second) == between
        and onwards[0].target != first
    )
    if not is_line:
        raise NotNeighbours(first=before.name or first, second=after.name or second)
    for flow in drawing.incoming(first):
        drawing.set_flow(replace(flow, target=second))
    drawing.set_flow(replace(onwards[0], source=first))
    drawing.set_flow(replace(between[0], source=second, target=first))
    return with_drawing(parts, drawing)
