"""Groups of elements that several rules speak of."""

from engine.bpmn.model import Kind, Node, Scope

GATEWAYS = frozenset(kind for kind in Kind if kind.value.endswith("Gateway"))
CHOICES = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY})
EVENTS = frozenset(kind for kind in Kind if kind.value.endswith("Event"))
ACTIVITIES = frozenset(Kind) - GATEWAYS - EVENTS


def is_blank_event(node: Node) -> bool:
    """A start, throw or end event that only marks a place."""
    return node.kind in EVENTS and node.kind is not Kind.BOUNDARY_EVENT and not node.events


def is_apart(node: Node) -> bool:
    """Outside of sequence flow by design: event sub-processes and compensation handlers."""
    return node.is_triggered_by_event or node.is_for_compensation


def is_link(node: Node) -> bool:
    """Whether the event is a link."""
    return any(event.kind.value == "link" for event in node.events)


def is_compensation(node: Node) -> bool:
    """Whether the event waits for compensation."""
    return any(event.kind.value == "compensation" for event in node.events)


def of_kind(scope: Scope, *kinds: Kind) -> list[Node]:
    """The nodes of these kinds directly in the scope."""
    return [node for node in scope.nodes.values() if node.kind in kinds]
