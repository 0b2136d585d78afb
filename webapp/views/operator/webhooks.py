"""Webhooks: which other systems are told what happens to cases."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Refusal
from engine.models import Role
from engine.webhooks import (
    TOLD,
    AddressUnusable,
    AlreadySubscribed,
    NothingToTell,
    subscribe,
    subscriptions,
    unsubscribe,
)
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session, start_over

pages = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """Who is told what."""
    return _index()


@pages.post("")
@access(Role.OPERATOR)
def add() -> ResponseReturnValue:
    """Tell another system from now on."""
    try:
        made = subscribe(
            session(),
            request.form.get("url", "").strip()[:600],
            request.form.getlist("facts"),
            inner_hosts=current_app.extensions["settings"].webhook_hosts,
            at=now(),
        )
    except (AddressUnusable, AlreadySubscribed, NothingToTell) as refusal:
        start_over()
        return _index(refusal)
    flash(_("%(url)s is told from now on.", url=made.url))
    return redirect(url_for("webhooks.index"), 303)


@pages.post("/<int(max=9223372036854775807):webhook_id>/remove")
@access(Role.OPERATOR)
def remove(webhook_id: int) -> ResponseReturnValue:
    """Tell it nothing more."""
    gone = unsubscribe(session(), webhook_id)
    flash(_("%(url)s is told nothing more.", url=gone.url))
    return redirect(url_for("webhooks.index"), 303)


def _index(refusal: Refusal | None = None) -> ResponseReturnValue:
    return page(
        "webhooks/index.html",
        refusal.status if refusal else 200,
        webhooks=subscriptions(session()),
        kinds=TOLD,
        typed=request.form,
        refusal=sentence(refusal) if refusal else None,
    )
