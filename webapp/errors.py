"""Refusals become HTTP here and nowhere else: a page for people, problem details (RFC 9457) for `/api/`."""

import logging

from flask import Flask, Response, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from engine.database_away import database_trouble
from engine.errors import Refusal
from engine.forms import Unfit
from webapp.forms import error_sentence
from webapp.i18n import _, sentence
from webapp.pages import is_fragment_wanted, page
from webapp.security.access import NotSignedIn
from webapp.transactions import start_over

log = logging.getLogger(__name__)

RETRY_AFTER = 30  # seconds; a database that was restarted is back by then


def register(app: Flask) -> None:
    """Answer every refusal, HTTP error and fault of ours."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, http_refusal)
    app.register_error_handler(SQLAlchemyError, _absent)
    app.register_error_handler(Exception, _fault)


def _refused(refusal: Exception) -> ResponseReturnValue:
    assert isinstance(refusal, Refusal)
    if isinstance(refusal, NotSignedIn) and _may_redirect():
        came_for = request.full_path.rstrip("?")
        return redirect(url_for("login.form", next=came_for), 303)
    answer = _answer(refusal.status, sentence(refusal), type(refusal).__name__)
    if isinstance(refusal, Unfit) and request.path.startswith("/api/"):
        problem = {
            **answer.get_json(),
            "errors": {e.key: error_sentence(e) for e in refusal.errors},
        }
        answer.set_data(current_app.json.dumps(problem))
    return answer


def _may_redirect() -> bool:
    return request.method == "GET" and not request.path.startswith("/api/")


def _forged(_error: Exception) -> ResponseReturnValue:
    return _answer(
        400,
        _(
            "This page was open for too long, or you signed in again meanwhile. Reload it and send it again."
        ),
        "Forged",
    )


def http_refusal(error: Exception) -> ResponseReturnValue:
    """The page, or problem details, of an error of HTTP."""
    assert isinstance(error, HTTPException)
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    try:
        response = _answer(error.code, _sentence_of(error.code), error.name.replace(" ", ""))
    except SQLAlchemyError as broken:  # the first that this request wanted of the database
        return _absent(broken)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _sentence_of(code: int) -> str:
    match code:
        case 404:
            return _("There is no such page. It may have been moved, or the address was mistyped.")
        case 405:
            return _(
                "This address cannot be used in this way. Go back and use the buttons of the page."
            )
        case 413:
            return _("What you sent is too large. Make the file smaller and send it again.")
        case 429:
            return _("Too many requests. Wait a minute and try again.")
    return _("The request could not be understood. Go back, reload the page and try again.")


def _absent(error: Exception) -> ResponseReturnValue:
    refusal = database_trouble(error)
    if refusal is None:
        return _fault(error)
    log.error(
        "the database is away: %s", error, extra={"action": "database_away", "path": request.path}
    )
    start_over()
    g.is_database_away = True  # it cannot say who asks: the page is anybody's
    response = _answer(refusal.status, sentence(refusal), type(refusal).__name__)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _fault(error: Exception) -> ResponseReturnValue:
    log.error(
        "request failed", exc_info=error, extra={"action": "request_failed", "path": request.path}
    )
    return _answer(
        500,
        _(
            "Something broke here; nothing was changed. Try again, and tell your operator when it happens twice."
        ),
        "Fault",
    )


def _answer(status: int, message: str, kind: str) -> Response:
    start_over()  # what the command left half done must not be seen by the page that says so
    if request.path.startswith("/api/"):
        response = jsonify(
            {"type": f"urn:expedito:{kind}", "title": kind, "status": status, "detail": message}
        )
        response.status_code = status
        response.content_type = "application/problem+json"
        return response
    template = "errors/_refusal.html" if is_fragment_wanted() else "errors/refusal.html"
    return page(template, status=status, message=message, code=status)
