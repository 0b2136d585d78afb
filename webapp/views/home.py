"""The first page: each person is sent to where their work is."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from engine.models import Role
from webapp.access import declared, public
from webapp.pages import page
from webapp.sessions import current_person

pages = Blueprint("home", __name__)

# in this order: whoever works an inbox starts there
_STARTS = (
    (Role.CIVIL_SERVANT, "inbox.index"),
    (Role.ANALYST, "procedures.index"),
    (Role.ANALYST, "drafts.index"),
    (Role.MANAGER, "metrics.index"),
    (Role.OPERATOR, "people.index"),
    (Role.APPLICANT, "cases.index"),
)


@pages.get("/")
@public
def index() -> ResponseReturnValue:
    """To the first page of the person's roles; who is not signed in sees what the office offers."""
    person = current_person()
    if person is None:
        return redirect(url_for("offers.index"), 303)
    for role, endpoint in _STARTS:
        if person.has_role(role) and declared(current_app, endpoint) is not None:
            return redirect(url_for(endpoint), 303)
    return page("home/index.html")
