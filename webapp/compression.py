"""Answers are sent compressed to whoever accepts gzip.

BREACH guesses a secret from the length of compressed answers that also repeat what the attacker chose. It needs the
victim's browser to send many cross-site requests with cookies; ours are SameSite=Lax, so such requests come without.
The one secret that would be worth the effort, the token against forged requests, is masked anew in every answer
as well (see webapp/security/forgery.py).
"""

import gzip

from flask import Flask, Response, request

_LEAST = 600  # bytes; below, the headers outweigh what is saved
_LEVEL = 4
_TEXT = (
    "text/",
    "application/json",
    "application/problem+json",
    "image/svg+xml",
    "application/xml",
)


def register(app: Flask) -> None:
    """Compress what is text, long enough and not yet compressed."""

    @app.after_request
    def _compress(response: Response) -> Response:
        if response.direct_passthrough or response.is_streamed:
            return response
        headers = response.headers
        if int(headers.get("Content-Length", 0)) < _LEAST:
            return response
        if "Content-Encoding" in headers or not (response.content_type or "").startswith(_TEXT):
            return response
        response.vary.add("Accept-Encoding")
        if not accepts_gzip():
            return response
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        return response


def accepts_gzip() -> bool:
    """Whether the browser takes gzip."""
    return bool(request.accept_encodings["gzip"])
