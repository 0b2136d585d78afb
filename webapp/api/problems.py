"""Requests that do not fit, answered as problem details (RFC 9457): by their schema, or by what no text holds."""

import re
from collections.abc import Iterator
from typing import Any

from apiflask import APIBlueprint
from apiflask.exceptions import HTTPError
from flask import Response, jsonify, request

from engine.errors import Refusal
from engine.forms.json_value import is_storable

# NUL and halves of surrogate pairs, as JSON may write them: most bodies hold none and are not looked at again
_DOUBTFUL = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
SECURITY = {"type": "http", "scheme": "bearer"}


class NoText(Refusal):
    """What no database keeps and no mail carries."""

    sentence = (
        "“{text}” holds what is no character: NUL, or half of a surrogate pair. "
        "Leave it out and send it again."
    )


def blueprint(name: str) -> APIBlueprint:
    """A blueprint under /api/v1 whose requests are checked against their schemas."""
    made = APIBlueprint(
        name, __name__, url_prefix="/api/v1", tag=name.removeprefix("api_").capitalize()
    )
    made.record_once(_prepare)
    made.before_request(_refuse_no_text)
    return made


def _refuse_no_text() -> None:
    sent: list[Any] = [*request.args.values()]
    if request.is_json and _DOUBTFUL.search(request.get_data()):
        sent.append(request.get_json(silent=True))
    for text in _texts(sent):
        if not is_storable(text):
            raise NoText(text=text.replace("\0", "\ufffd").encode(errors="replace").decode()[:80])


def _texts(sent: Any) -> Iterator[str]:
    waiting = [sent]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]


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
