"""A person's own account: language, mail address and password."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Refusal
from engine.people import is_password_of, set_password
from webapp.config import OFFERED_LANGUAGES
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.mail_address import is_proved, waiting_address, want_address
from webapp.security.sessions import sign_out_elsewhere, signed_in
from webapp.transactions import keep_work, session, start_over

pages = Blueprint("account", __name__, url_prefix="/account")


@pages.get("")
@access()
def index() -> ResponseReturnValue:
    """What a person may change about themselves."""
    return _page()


@pages.post("/language")
@access()
def language() -> ResponseReturnValue:
    """Choose a language for good; anything else means: as the browser asks."""
    wanted = request.form.get("language")
    signed_in().locale = wanted if wanted in OFFERED_LANGUAGES else None
    session().flush()
    return redirect(url_for("account.index"), 303)


@pages.post("/email")
@access()
def email() -> ResponseReturnValue:
    """Send a code to the new address; an empty one takes the address away."""
    wanted = request.form.get("email", "").strip()[:300]
    try:
        want_address(signed_in(), wanted)
    except Refusal as refusal:
        start_over()
        return _page(refusal.status, mail_error=sentence(refusal), typed=wanted)
    if not wanted:
        flash(_("No more mail goes to you."))
    return redirect(url_for("account.index", _anchor="mail"), 303)


@pages.post("/email/code")
@access()
def prove_email() -> ResponseReturnValue:
    """The code came back: mail goes to the new address."""
    if is_proved(signed_in(), request.form.get("code", "")[:40]):
        flash(_("Mail to you goes to %(email)s from now on.", email=signed_in().email))
        return redirect(url_for("account.index"), 303)
    keep_work()
    error = _(
        "This is not the code that was sent last, or it is no longer good. Have another sent."
    )
    return _page(422, mail_error=error)


@pages.post("/password")
@access()
def password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    person = signed_in()
    if not is_password_of(person, request.form.get("present", "")[:200]):
        error = _("The present password is not right. Nothing was changed.")
        return _page(422, error=error)
    try:
        set_password(session(), person, request.form.get("password", "")[:200])
    except Refusal as refusal:
        return _page(422, error=sentence(refusal))
    sign_out_elsewhere(person)
    flash(_("Your password was changed. Other browsers were signed out."))
    return redirect(url_for("account.index"), 303)


def _page(
    status: int = 200,
    *,
    error: str | None = None,
    mail_error: str | None = None,
    typed: str | None = None,
) -> ResponseReturnValue:
    person = signed_in()
    return page(
        "account/index.html",
        status,
        person=person,
        error=error,
        mail_error=mail_error,
        typed=typed,
        waiting=waiting_address(person),
    )
