"""Which elements can still bring a token to a flow: bit masks per joining gateway, computed once per version."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.spiff.elements.node import NodeSpec


def upstream_masks(gateway: "NodeSpec") -> dict[str, int]:
    """For each incoming flow id a mask: a token in these elements can reach that flow without visiting `gateway`.

    Paths follow sequence flows, links, and boundary events. A token in an activity can leave it by an interrupting
    boundary event, but not by one that does not interrupt: there another token starts (see `positions`).
    Bit n is the element with index n of the same scope.
    """
    masks: dict[str, int] | None = gateway.__dict__.get("_upstream")
    if masks is None:
        masks = {flow.id: _mask(gateway, flow.source) for flow in gateway.incoming}
        # The only write to a shared specification: the same value whoever computes it.
        gateway.__dict__["_upstream"] = masks
    return masks


def _mask(gateway: "NodeSpec", start: "NodeSpec") -> int:
    inside = seen = 0
    pending = [(start, True)]
    while pending:
        node, counts = pending.pop()
        bit = 1 << node.index
        if counts:
            inside |= bit
        # A token inside the gateway (one that a person decides) leaves by its outgoing flows; paths do not go through.
        if seen & bit or node is gateway:
            continue
        seen |= bit
        is_beside = node.is_boundary and not node.node.is_interrupting
        pending.extend((before, not is_beside) for before in node.before())
    return inside
