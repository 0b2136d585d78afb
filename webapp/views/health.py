"""What machines ask: is it alive, and the figures for the operator's monitor."""

from flask import Blueprint, Response, current_app
from sqlalchemy import text

from engine.models import Role
from webapp.security.access import access, public
from webapp.transactions import session

pages = Blueprint("health", __name__)


@pages.get("/health")
@public
def health() -> Response:
    """200 when the database answers; anything else means no."""
    session().execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@pages.get("/health/metrics")
@access(Role.OPERATOR)
def figures() -> Response:
    """The counters of this process, in the format of Prometheus; a monitor signs in with a bearer token."""
    return Response(current_app.extensions["figures"].text(), mimetype="text/plain")
