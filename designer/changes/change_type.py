"""An activity becomes one of another type of the activity table.

Work and waits are drawn differently. Operation, review, transfer and filing are all tasks: the task is marked with what
it is, in a property that the drawing carries along, which counts more than the words of its name.
"""

from dataclasses import replace
from decimal import Decimal

from designer.asme.derivation import MARK, kind_of_work, work_type
from designer.asme.table import ActivityType
from designer.changes.parts import Parts, node_of, opened, with_drawing
from engine.bpmn.model import EventDefinition, EventKind, Expression, Extension, Kind, TimerKind
from engine.errors import Refusal

_WORK = frozenset({Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK})
_WAITS = frozenset({Kind.INTERMEDIATE_CATCH_EVENT, Kind.RECEIVE_TASK})


class AlreadyThat(Refusal):
    """A type that the activity has in the diagram already."""

    sentence = "“{name}” is that in the diagram already."


class AsksSomething(Refusal):
    """Work that cannot simply be waited for."""

    sentence = "“{name}” asks for answers or has events on its border; nobody would give them. Remove those first."


class NoDuration(Refusal):
    """A wait of no length."""

    sentence = "Say in the table how many minutes “{name}” waits before it becomes a wait."


def apply(parts: Parts, *, element: str, type: str, minutes: str = "0") -> Parts:
    """The parts with the activity drawn as its new type.

    Raises CannotChange, AlreadyThat, AsksSomething, NoDuration.
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
        drawing.change(
            node,
            kind=Kind.USER_TASK,
            events=(),
            message=None,
            instantiates=False,
            extension=_marked(node.extension, name, type),
        )
    elif type != ActivityType.WAIT and node.kind in _WORK and type != work_type(node):
        drawing.change(node, extension=_marked(node.extension, name, type))
    else:
        raise AlreadyThat(name=name)
    return with_drawing(parts, drawing)


def _marked(extension: Extension, name: str, type: str) -> Extension:
    """Marked with the type, unless the task's name says the same."""
    others = tuple(one for one in extension.properties if one[0] != MARK)
    mark = () if kind_of_work(name) == type else ((MARK, str(type)),)
    return replace(extension, properties=others + mark)
