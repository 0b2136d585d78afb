"""What events wait for or throw: event definitions as values."""

from collections.abc import Callable

from engine.bpmn.document import Element
from engine.bpmn.model import EventDefinition, EventKind, Expression, TimerKind

KINDS = {
    "messageEventDefinition": EventKind.MESSAGE,
    "timerEventDefinition": EventKind.TIMER,
    "signalEventDefinition": EventKind.SIGNAL,
    "errorEventDefinition": EventKind.ERROR,
    "escalationEventDefinition": EventKind.ESCALATION,
    "conditionalEventDefinition": EventKind.CONDITIONAL,
    "linkEventDefinition": EventKind.LINK,
    "terminateEventDefinition": EventKind.TERMINATE,
    "cancelEventDefinition": EventKind.CANCEL,
    "compensateEventDefinition": EventKind.COMPENSATION,
}
_REFERENCES = {
    EventKind.MESSAGE: "messageRef",
    EventKind.SIGNAL: "signalRef",
    EventKind.ERROR: "errorRef",
    EventKind.ESCALATION: "escalationRef",
    EventKind.COMPENSATION: "activityRef",
}


def expression(element: Element | None) -> Expression | None:
    """The text of an expression element with its language; None when it is absent or empty."""
    if element is None:
        return None
    text = element.full_text()
    return Expression(text, element.get("language"), element.line) if text else None


def event_definition(element: Element, resolve: Callable[[str], str]) -> EventDefinition:
    """One event definition; `resolve` turns a reference as written into an id."""
    kind = KINDS[element.name]
    reference = element.get("name") if kind is EventKind.LINK else None
    if kind in _REFERENCES:
        said = element.get(_REFERENCES[kind])
        child = element.one(_REFERENCES[kind])
        said = said or (child.own_text() if child is not None else None)
        reference = resolve(said) if said else None
    timer: TimerKind | None = None
    value: Expression | None = None
    if kind is EventKind.TIMER:
        for candidate in TimerKind:
            found = element.one(candidate.value)
            if found is not None and (timer is None or value is None):
                timer, value = candidate, expression(found)
    elif kind is EventKind.CONDITIONAL:
        value = expression(element.one("condition"))
    return EventDefinition(
        kind,
        element.get("id"),
        reference,
        waits=element.get("waitForCompletion") not in {"false", "0"},
        timer=timer,
        expression=value,
        line=element.line,
    )
