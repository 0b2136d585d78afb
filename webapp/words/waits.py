"""What a case waits for that no person here does, in words."""

from dataclasses import dataclass

from engine.masking import masked_answer
from engine.spiff import Wait, WaitKind
from webapp.i18n import _
from webapp.words.times import exact


@dataclass(frozen=True, slots=True)
class Awaited:
    """The element as the diagram names it, and what moves the case on from there."""

    name: str
    words: str
    message: str | None = None  # the name of the message, where that is what it waits for


def awaited(wait: Wait, *, is_known: bool) -> Awaited:
    """A wait in the reader's words; what a message has to name only to who knows whose case it is."""
    message = wait.message if wait.kind == WaitKind.MESSAGE else None
    return Awaited(wait.name or wait.element_id, _words(wait, is_known=is_known), message)


def _words(wait: Wait, *, is_known: bool) -> str:
    match wait.kind:
        case WaitKind.TIMER:
            if wait.due_at is None:
                return _("a time, which the diagram does not give")
            return _("a time, up on %(date)s", date=exact(wait.due_at))
        case WaitKind.SIGNAL:
            return _("the signal “%(name)s”", name=wait.message)
        case WaitKind.CONDITION:
            if wait.due_at is None:
                return _("a condition of the diagram, looked at whenever the case moves")
            return _(
                "a condition of the diagram that reads the clock: looked at whenever the case moves, "
                "and when the clock makes it true, at most a quarter of an hour late"
            )
        case WaitKind.SERVICE:
            return _("the answer of another system")
    keys = wait.correlation if is_known else masked_answer(wait.correlation)
    if not keys:
        return _("the message “%(name)s”", name=wait.message)
    said = ", ".join(f"{key} = {value}" for key, value in keys.items())
    return _("the message “%(name)s” with %(values)s", name=wait.message, values=said)
