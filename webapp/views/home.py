"""The first page: each person is sent to where their work is."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.navigation import first_page
from webapp.pages import page
from webapp.security.access import public
from webapp.security.sessions import current_person

pages = Blueprint("home", __name__)


@pages.get("/")
@public
def index() -> ResponseReturnValue:
    """To the first page of the person's roles; who is not signed in sees what the office offers."""
    person = current_person()
    if person is None:
        return redirect(url_for("offers.index"), 303)
    endpoint = first_page(person)
    return redirect(url_for(endpoint), 303) if endpoint else page("home/index.html")
