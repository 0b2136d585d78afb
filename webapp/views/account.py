"""A person's own account: language and password."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Refusal
from engine.people import is_password_of, set_password
from webapp.config import OFFERED_LANGUAGES
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import sign_out_elsewhere, signed_in
from webapp.transactions import session

pages = Blueprint("account", __name__, url_prefix="/account")


@pages.get("")
@access()
def index() -> ResponseReturnValue:
    """What a person may change about themselves."""
    return page("account/index.html", person=signed_in(), error=None)


@pages.post("/language")
@access()
def language() -> ResponseReturnValue:
    """Choose a language for good; anything else means: as the browser asks."""
    wanted = request.form.get("language")
    signed_in().locale = wanted if wanted in OFFERED_LANGUAGES else None
    session().flush()
    return redirect(url_for("account.index"), 303)


@pages.post("/password")
@access()
def password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    person = signed_in()
    if not is_password_of(person, request.form.get("present", "")[:200]):
        error = _("The present password is not right. Nothing was changed.")
        return page("account/index.html", 422, person=person, error=error)
    try:
        set_password(session(), person, request.form.get("password", "")[:200])
    except Refusal as refusal:
        return page("account/index.html", 422, person=person, error=sentence(refusal))
    sign_out_elsewhere(person)
    flash(_("Your password was changed. Other browsers were signed out."))
    return redirect(url_for("account.index"), 303)
