"""Warnings about terms: what ends soon, is over, or was left to silence, for whoever looks."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.models import Role
from engine.terms.view import clock_views
from engine.terms.warnings import see_warnings, unseen_warnings, warnings_for
from webapp.i18n import _
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session

pages = Blueprint("warnings", __name__, url_prefix="/warnings")


def _unseen() -> int:
    return unseen_warnings(session(), signed_in())


NAVIGATION = Link("warnings.index", lazy_gettext("Warnings"), place=15, count=_unseen)
_WARNED = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)


@pages.get("")
@access(*_WARNED)
def index() -> ResponseReturnValue:
    """What this person was warned of and has not put aside."""
    found = warnings_for(session(), signed_in())
    clocks = clock_views(session(), [case.id for _warning, case in found], at=now())
    return page("warnings/index.html", warnings=found, clocks=clocks)


@pages.post("/seen")
@access(*_WARNED)
def seen() -> ResponseReturnValue:
    """Put them all aside."""
    see_warnings(session(), signed_in(), at=now())
    flash(_("The warnings are put aside; the cases stay as they are."))
    return redirect(url_for("warnings.index"), 303)
