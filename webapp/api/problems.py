"""Requests that do not fit their schema, answered as problem details (RFC 9457) with a line per field."""

from apiflask import APIBlueprint
from apiflask.exceptions import HTTPError
from flask import Response, jsonify

SECURITY = {"type": "http", "scheme": "bearer"}


def blueprint(name: str) -> APIBlueprint:
    """A blueprint under /api/v1 whose requests are checked against their schemas."""
    made = APIBlueprint(
        name, __name__, url_prefix="/api/v1", tag=name.removeprefix("api_").capitalize()
    )
    made.record_once(_prepare)
    return made


def _prepare(state: object) -> None:
    app = state.app  # type: ignore[attr-defined]  # Flask's BlueprintSetupState
    app.register_error_handler(HTTPError, _unfit)
    app.security_schemes = {"token": SECURITY}


def _unfit(error: HTTPError) -> Response:
    response = jsonify(
        {
            "type": "urn:expedito:Unfit",
            "title": "Unfit",
            "status": error.status_code,
            "detail": "The request does not fit. Correct the fields named in “errors” and send it again.",
            "errors": error.detail,
        }
    )
    response.status_code = error.status_code
    response.content_type = "application/problem+json"
    return response
