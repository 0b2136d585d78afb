"""Headers that keep browsers from doing what a page did not ask for.

Scripts and styles come from this server or carry the nonce of the answer; nothing is evaluated, nothing is inline,
nobody frames us; we frame only hosts that the operator listed.
"""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)

_NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def nonce() -> str:
    """The nonce of this answer, for `<script nonce>` and `<style nonce>`."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    made: str = g.nonce
    return made


def may_frame(url: str) -> bool:
    """Whether a page of ours may embed this one: over https, from a host that the operator listed, and not our own."""
    try:
        asked = urlsplit(url)
    except ValueError:
        return False
    hosts = current_app.extensions["settings"].frame_hosts
    return (
        asked.scheme == "https" and asked.netloc.lower() in hosts and asked.netloc != request.host
    )


def register(app: Flask) -> None:
    """Put the headers on every answer; pages are not kept by shared caches."""
    app.jinja_env.globals["nonce"] = nonce
    app.jinja_env.globals["may_frame"] = may_frame
    hosts = app.extensions["settings"].frame_hosts
    frames = "; frame-src " + " ".join(f"https://{host}" for host in hosts) if hosts else ""

    @app.after_request
    def _protect(response: Response) -> Response:
        wanted = dict(_ALWAYS)
        if response.mimetype == "text/html":
            wanted["Content-Security-Policy"] = _POLICY.format(nonce=nonce()) + frames
        else:
            wanted["Content-Security-Policy"] = _NOTHING
        if request.endpoint != "assets.file":
            wanted["Cache-Control"] = "no-store"
        if app.config["SESSION_COOKIE_SECURE"]:
            wanted["Strict-Transport-Security"] = "max-age=31536000"
        # Not setdefault, which reads all headers again for each.
        present = {name.lower() for name, _ in response.headers}
        response.headers.extend(
            (name, value) for name, value in wanted.items() if name.lower() not in present
        )
        return response
