"""What kinds of elements of a diagram are called on pages."""

from engine.bpmn.model import Kind
from webapp.i18n import _


def kind_name(kind: str) -> str:
    """The kind in the reader's language: what it is for people, not how it is drawn."""
    match kind:
        case Kind.START_EVENT:
            return _("beginning")
        case Kind.END_EVENT:
            return _("end")
        case Kind.CALL_ACTIVITY:
            return _("another procedure")
    if kind.endswith("SubProcess") or kind in (Kind.SUB_PROCESS, Kind.TRANSACTION):
        return _("part of the procedure")
    if kind.endswith("Gateway"):
        return _("fork or join")
    if kind.endswith("Event"):
        return _("event")
    return _("task")
