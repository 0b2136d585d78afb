"""Targets of a procedure: within which time which share is to be done."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.deployments import procedure_by_key
from engine.metrics.numbers import Numbers, counts_all
from engine.metrics.targets import NotYourProcedure, TargetUnreadable, aims, set_target
from engine.models import Role
from engine.numerals import NotReadable
from webapp.i18n import _
from webapp.pages import page
from webapp.report_address import asked
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.views.figures.metrics import MAY_WATCH
from webapp.words.numbers import own

pages = Blueprint("targets", __name__, url_prefix="/metrics")


@pages.get("/<key>/targets")
@access(*MAY_WATCH)
def index(key: str) -> ResponseReturnValue:
    """Each target, whether it is met, and fields to set them."""
    ask = asked(procedure_by_key(session(), key))
    numbers = Numbers(session(), ask.question)
    names = {one.element_id: one.name for one in numbers.activities.values()}
    return page("targets/index.html", ask=ask, aims=aims(numbers), names=names)


@pages.post("/<key>/targets")
@access(Role.MANAGER, Role.OPERATOR)
def change(key: str) -> ResponseReturnValue:
    """Set one target, or take it back."""
    procedure = procedure_by_key(session(), key)
    if not counts_all(session(), signed_in(), procedure.id):
        raise NotYourProcedure(procedure=procedure.name)
    hours, share = (request.form.get(name, "").strip() for name in ("hours", "share"))
    try:
        given = float(own().read(hours)) if hours else None
        part = float(own().read(share or "85")) / 100
    except NotReadable:
        raise TargetUnreadable from None
    element_id = request.form.get("element", "")[:200]
    set_target(session(), procedure, element_id, given, part, by=signed_in(), at=now())
    flash(_("The target is set.") if given else _("The target is taken back."))
    return redirect(url_for("targets.index", key=key), 303)
