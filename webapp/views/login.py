"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from engine.people import is_password_of, person_by_name
from webapp.config import OFFERED_LANGUAGES
from webapp.i18n import _
from webapp.pages import page
from webapp.security.access import access, public
from webapp.security.sessions import current_person, sign_in, sign_out
from webapp.security.throttle import check_attempts, forget_failures, record_failure
from webapp.transactions import keep_work, now, session

pages = Blueprint("login", __name__)

_LONGEST = 200  # a longer name or password is nobody's


@pages.get("/login")
@public
def form() -> ResponseReturnValue:
    """The sign-in form; whoever is signed in goes on."""
    if current_person() is not None:
        return redirect(_destination(), 303)
    return page("login/form.html", name="", error=None, destination=_destination())


@pages.post("/login")
@public
def submit() -> ResponseReturnValue:
    """Sign in. A wrong name and a wrong password read the same, and take as long."""
    name = request.form.get("name", "").strip()[:_LONGEST]
    password = request.form.get("password", "")[:_LONGEST]
    address = request.remote_addr or ""
    check_attempts(session(), name, address, at=now())
    person = person_by_name(session(), name)
    if not is_password_of(person, password) or person is None:
        record_failure(session(), name, address, at=now())
        keep_work()
        error = _("Name or password is not right. Check both and try again.")
        return page("login/form.html", 422, name=name, error=error, destination=_destination())
    forget_failures(session(), name)
    sign_in(person)
    return redirect(_destination(), 303)


@pages.get("/language/<code>")
@public
def speak(code: str) -> ResponseReturnValue:
    """Remember in this browser which language to speak, and go back to `next`; a cookie, so that nothing is written."""
    if code in OFFERED_LANGUAGES:
        cookie["language"] = code
    came_from = _destination() if "next" in request.args else url_for("login.form")
    return redirect(came_from, 303)


@pages.post("/logout")
@access()
def leave() -> ResponseReturnValue:
    """Sign out of this browser."""
    sign_out()
    return redirect(url_for("login.form"), 303)


def _destination() -> str:
    """Where the person was going: a path of ours, else the first page."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if is_ours and not parts.scheme and not parts.netloc and "\\" not in wanted:
        return wanted
    return url_for("home.index")
