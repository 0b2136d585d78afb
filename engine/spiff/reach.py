"""Which elements can still bring a token to a flow: bit masks per joining gateway, computed once per version."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.spiff.elements.node import NodeSpec


def upstream_masks(gateway: "NodeSpec") -> dict[str, int]:
    """For each incoming flow id a mask of the elements from which a path leads to that flow without visiting `gateway`.

    Paths follow sequence flows, links, and boundary events of an activity (a token in the activity can leave by
    them). Bit n is the element with index n of the same scope.
    """
    masks: dict[str, int] | None = gateway.__dict__.get("_upstream")
    if masks is None:
        masks = {flow.id: _mask(gateway, flow.source) for flow in gateway.incoming}
        # The only write to a shared specification: the same value whoever computes it.
        gateway.__dict__["_upstream"] = masks
    return masks


def _mask(gateway: "NodeSpec", start: "NodeSpec") -> int:
    mask = 0
    pending = [start]
    while pending:
        node = pending.pop()
        bit = 1 << node.index
        if mask & bit:
            continue
        # A token inside the gateway (one that a person decides) leaves by its outgoing flows; paths do not go through.
        mask |= bit
        if node is not gateway:
            pending.extend(node.before())
    return mask
