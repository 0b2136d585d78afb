"""Services: the machines that analysts may let carry out tasks."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Refusal
from engine.machines import (
    BadServiceKey,
    ServiceKnown,
    add_service,
    remove_service,
    service_named,
    service_users,
    services,
)
from engine.models import Role
from engine.webhooks import AddressUnusable
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session, start_over

pages = Blueprint("machines", __name__, url_prefix="/services")


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """Which there are."""
    return _index()


@pages.post("")
@access(Role.OPERATOR)
def add() -> ResponseReturnValue:
    """Enter one; analysts can choose it from now on."""
    try:
        made = add_service(
            session(),
            request.form.get("key", "").strip()[:80],
            request.form.get("title", ""),
            request.form.get("url", "").strip()[:600],
            inner_hosts=current_app.extensions["settings"].webhook_hosts,
            at=now(),
        )
    except (AddressUnusable, BadServiceKey, ServiceKnown) as refusal:
        start_over()
        return _index(refusal)
    flash(_("“%(title)s” can carry out tasks from now on.", title=made.title))
    return redirect(url_for("machines.index"), 303)


@pages.get("/<key>/remove")
@access(Role.OPERATOR)
def ask_remove(key: str) -> ResponseReturnValue:
    """Which versions ask for it, before it is called no more."""
    service = service_named(session(), key)
    return page("machines/remove.html", service=service, users=service_users(session(), key))


@pages.post("/<key>/remove")
@access(Role.OPERATOR)
def remove(key: str) -> ResponseReturnValue:
    """Call it no more."""
    gone = remove_service(session(), key)
    flash(_("“%(title)s” is called no more.", title=gone.title))
    return redirect(url_for("machines.index"), 303)


def _index(refusal: Refusal | None = None) -> ResponseReturnValue:
    return page(
        "machines/index.html",
        refusal.status if refusal else 200,
        services=services(session()),
        typed=request.form,
        refusal=sentence(refusal) if refusal else None,
    )
