"""Take an activity out of the diagram; who came before goes straight on."""

from designer.changes.parts import Parts, bridge, gateway_after, node_of, opened, with_drawing
from engine.errors import Refusal


class DecidesAWay(Refusal):
    """An activity whose answer a gateway waits for."""

    sentence = (
        "“{name}” decides the way at “{gateway}”. "
        "Let another activity take over its form, or decide by a table, before it goes."
    )


def apply(parts: Parts, *, element: str) -> Parts:
    """The parts without the activity. Raises CannotChange, SeveralWays, DecidesAWay."""
    drawing = opened(parts)
    node = node_of(drawing, element)
    choice = gateway_after(drawing, node)
    if choice is not None and len(drawing.incoming(choice[0].id)) == 1:
        gateway = choice[0]
        raise DecidesAWay(name=node.name or node.id, gateway=gateway.name or gateway.id)
    bridge(drawing, node)
    return with_drawing(parts, drawing)
