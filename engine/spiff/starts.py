"""Where cases begin: by which elements, waiting for which events."""

from engine.bpmn.model import EventKind
from engine.spiff.compiled import Start
from engine.spiff.elements.events import BoundarySpec, CatchSpec, StartSpec
from engine.spiff.elements.gateways import EventGatewaySpec
from engine.spiff.elements.node import NodeSpec, ScopeSpec
from engine.spiff.elements.subprocess import EventSubProcessSpec
from engine.spiff.elements.tasks import ReceiveSpec


def first_elements(spec: ScopeSpec) -> list[NodeSpec]:
    """Where tokens begin without an event: none-starts; else, with no start event, all that nothing leads to."""
    starts = [element for element in spec.nodes if isinstance(element, StartSpec)]
    plain = [start for start in starts if not start.triggers]
    if plain:
        return [plain[0]]
    if starts:
        return [starts[0]]
    return [
        element
        for element in spec.nodes
        if not element.incoming
        and not isinstance(element, (BoundarySpec, EventSubProcessSpec))
        and not element.node.is_for_compensation
        and not (
            isinstance(element, CatchSpec)
            and any(trigger.kind == EventKind.LINK for trigger in element.triggers)
        )
    ]


def starts_of(spec: ScopeSpec) -> list[Start]:
    """Every way a case of this process can begin: plainly, or by a message, a signal, a time."""
    found = []
    for element in spec.nodes:
        if isinstance(element, StartSpec):
            if not element.triggers:
                found.append(Start(element.name, None, element.bpmn_name))
            found += _event_starts(element)
        elif isinstance(element, EventGatewaySpec) and element.node.instantiates:
            for flow in element.flows:
                found += _event_starts(flow.target)
        elif isinstance(element, ReceiveSpec) and element.node.instantiates:
            found += _event_starts(element)
    if not found:
        found = [Start(element.name, None, element.bpmn_name) for element in spec.starts]
    return found


def _event_starts(element: NodeSpec) -> list[Start]:
    return [
        Start(
            element.name,
            trigger.kind,
            element.bpmn_name,
            trigger.name,
            trigger.text or None,
            trigger.timer,
        )
        for trigger in getattr(element, "triggers", ())
    ]
