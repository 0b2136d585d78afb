"""Messages: what is kept for cases that do not wait yet, and one sent by hand for a system that cannot."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.buffer import kept
from engine.errors import Refusal
from engine.messages import CASE_KEY, Outcome, publish
from engine.models import Role
from webapp.corrections import read_value
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.words.times import exact

pages = Blueprint("messages", __name__, url_prefix="/messages")

MOST_HOURS = 31 * 24


class NotAPair(Refusal):
    """A line that says nothing."""

    sentence = "“{line}” says no name and value. Write one pair a line, as in amount = 120."


class Unheard(Refusal):
    """Nobody waits for it."""

    sentence = (
        "No case waits for “{name}” with these values, and none begins with it. Nothing was sent."
        " Look at the case for what it waits for, or have the message kept for some hours."
    )


class NotAwaited(Refusal):
    """The one case it is for does not wait for it, and for one case nothing is kept."""

    sentence = (
        "Case {number} does not wait for “{name}” now. Nothing was sent, and a message for one case is not kept."
        " Look at the case for what it waits for."
    )


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """What is kept, and the form; an address may fill it in."""
    return _index()


@pages.post("")
@access(Role.OPERATOR)
def send() -> ResponseReturnValue:
    """Hand it on, and say what became of it."""
    hours = min(max(request.form.get("hours", 0, type=int), 0), MOST_HOURS)
    name = request.form.get("name", "").strip()[:200]
    try:
        correlation = _pairs("correlation", _key)
        told = publish(
            session(),
            name,
            correlation,
            _pairs("payload", read_value),
            ttl=timedelta(hours=hours),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _index(refusal)
    if told.outcome == Outcome.NOBODY:
        start_over()
        if CASE_KEY in correlation:
            return _index(NotAwaited(number=correlation[CASE_KEY], name=name))
        return _index(Unheard(name=name))
    if told.case_number is None:
        flash(_("Nobody waits for “%(name)s” yet. It is kept.", name=name))
        return redirect(url_for("messages.index"), 303)
    if told.outcome == Outcome.STARTED:
        flash(_("A case began with “%(name)s”.", name=name))
    else:
        flash(_("The case waited for “%(name)s” and goes on.", name=name))
    return redirect(url_for("cases.show", number=told.case_number), 303)


def _key(text: str) -> Any:
    """What says which case: numbers stay as typed, for “12E3” may well be a receipt."""
    value = read_value(text)
    return value if isinstance(value, bool) or not isinstance(value, int | float) else text


def _pairs(field: str, read: Callable[[str], Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in request.form.get(field, "").splitlines():
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise NotAPair(line=line[:80])
        found[name.strip()[:200]] = read(value.strip())
    return found


def _index(refusal: Refusal | None = None) -> ResponseReturnValue:
    return page(
        "messages/index.html",
        refusal.status if refusal else 200,
        kept=[(one, exact(one.expires_at)) for one in kept(session(), at=now())],
        typed=request.form if refusal else request.args,
        refusal=sentence(refusal) if refusal else None,
    )
