"""Tokens against forged requests (CSRF): one per sign-in, signed, and masked anew in every answer.

`/api/` is exempt: it takes bearer tokens and never a cookie, so there is nothing to forge.
"""

import base64
import binascii
import hmac
import secrets

from flask import Flask, current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest

_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
_KEPT = "csrf_token"  # in the session's cookie, as in the forms


class Forged(BadRequest):
    """The request does not carry the token of this browser: it may come from a page of somebody else."""


def masked_token() -> str:
    """The token of this sign-in under a random mask, so that compression tells nothing about it; one per answer."""
    if "masked_token" not in g:
        if _KEPT not in session:
            session[_KEPT] = secrets.token_hex(20)
        token = str(_signer().dumps(session[_KEPT])).encode()
        mask = secrets.token_bytes(len(token))
        hidden = bytes(a ^ b for a, b in zip(mask, token, strict=True))
        g.masked_token = base64.urlsafe_b64encode(mask + hidden).decode()
    made: str = g.masked_token
    return made


def _refuse_forged() -> None:
    """Forged where a page is asked to change something without the token that this browser was given."""
    if request.method not in _CHANGING or not request.endpoint or request.path.startswith("/api/"):
        return
    masked = request.form.get("csrf_token") or request.headers.get("X-CSRFToken")
    kept = session.get(_KEPT)
    if not masked or not kept or not hmac.compare_digest(kept, _unmasked(masked)):
        raise Forged


def _unmasked(masked: str) -> str:
    """What the session must hold; empty for what no answer of ours said."""
    try:
        raw = base64.urlsafe_b64decode(masked)
        half = len(raw) // 2
        token = bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True))
        said: str = _signer().loads(token)
    except (binascii.Error, ValueError, BadData):
        return ""
    return said


def _signer() -> URLSafeTimedSerializer:
    # Without an age: pages stay open for hours. The salt is of releases that used Flask-WTF, whose open pages go on.
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")


def register(app: Flask) -> None:
    """Check every POST, PUT, PATCH and DELETE of a page.

    Origin is left to SameSite and the token: a server behind a proxy does not see https.
    """
    app.before_request(_refuse_forged)
    app.jinja_env.globals["csrf_token"] = masked_token

    @app.context_processor
    def _masked() -> dict[str, object]:
        return {"csrf_token": masked_token}
