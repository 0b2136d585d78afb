"""Work becomes a wait, or a wait becomes work: the types of the activity table that the diagram draws differently."""

from decimal import Decimal

from designer.asme.table import ActivityType
from designer.changes.parts import Parts, node_of, opened, with_drawing
from engine.bpmn.model import EventDefinition, EventKind, Expression, Extension, Kind, TimerKind
from engine.errors import Refusal

_WORK = frozenset({Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK})
_WAITS = frozenset({Kind.INTERMEDIATE_CATCH_EVENT, Kind.RECEIVE_TASK})


class SameDrawing(Refusal):
    """A type that no diagram tells apart."""

    sentence = (
        "Operation, review, transfer and filing are drawn alike: all are tasks. "
        "Change the type in the table; only a wait is drawn differently."
    )


class AsksSomething(Refusal):
    """Work that cannot simply be waited for."""

    sentence = "“{name}” asks for answers or has events on its border; nobody would give them. Remove those first."


class NoDuration(Refusal):
    """A wait of no length."""

    sentence = "Say in the table how many minutes “{name}” waits before it becomes a wait."


def apply(parts: Parts, *, element: str, type: str, minutes: str = "0") -> Parts:
    """The parts with the activity drawn as its new type.

    Raises CannotChange, SameDrawing, AsksSomething, NoDuration.
    """
    drawing = opened(parts)
    node = node_of(drawing, element)
    name = node.name or element
    if type == ActivityType.WAIT and node.kind in _WORK:
        if node.extension.form_key or node.extension.form_fields or drawing.boundaries(element):
            raise AsksSomething(name=name)
        whole = int(Decimal(minutes or "0"))
        if whole < 1:
            raise NoDuration(name=name)
        timer = EventDefinition(
            EventKind.TIMER, timer=TimerKind.DURATION, expression=Expression(f"PT{whole}M")
        )
        drawing.change(
            node,
            kind=Kind.INTERMEDIATE_CATCH_EVENT,
            events=(timer,),
            extension=Extension(),
            loop=None,
            implementation=None,
        )
    elif type != ActivityType.WAIT and node.kind in _WAITS:
        drawing.change(node, kind=Kind.USER_TASK, events=(), message=None, instantiates=False)
    else:
        raise SameDrawing()
    return with_drawing(parts, drawing)
