"""Tokens against forged requests (CSRF): one per sign-in, masked anew in every answer.

`/api/` is exempt: it takes bearer tokens and never a cookie, so there is nothing to forge.
"""

import base64
import binascii
import secrets

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf


class MaskedProtection(CSRFProtect):  # type: ignore[misc]  # Flask-WTF ships no types
    """Flask-WTF's check, on tokens that look different each time, so that compression tells nothing about them."""

    def _get_csrf_token(self) -> str | None:
        token = super()._get_csrf_token()
        return _unmask(token) if token else None

    def protect(self, apply_exemptions: bool = False) -> None:
        if not request.path.startswith("/api/"):
            super().protect(apply_exemptions)


def masked_token() -> str:
    """The token of this sign-in under a random mask; one per answer."""
    if "masked_token" not in g:
        token = generate_csrf().encode()
        mask = secrets.token_bytes(len(token))
        hidden = bytes(a ^ b for a, b in zip(mask, token, strict=True))
        g.masked_token = base64.urlsafe_b64encode(mask + hidden).decode()
    made: str = g.masked_token
    return made


def _unmask(masked: str) -> str | None:
    try:
        raw = base64.urlsafe_b64decode(masked)
        half = len(raw) // 2
        return bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True)).decode()
    except (binascii.Error, ValueError):
        return None


def register(app: Flask) -> None:
    """Check every POST, PUT, PATCH and DELETE of a page."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the sign-in: pages stay open for hours
    # an https start-up behind a proxy sees http; Origin is checked by SameSite and the token
    app.config["WTF_CSRF_SSL_STRICT"] = False
    MaskedProtection(app)
    app.jinja_env.globals["csrf_token"] = masked_token

    @app.context_processor
    def _masked() -> dict[str, object]:
        return {"csrf_token": masked_token}
