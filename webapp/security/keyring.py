"""What this browser has shown codes for: drafts it may go on with, cases it may look at and act on.

One signed cookie of its own, so that signing in or out does not lose a draft. It ends with the browser, and after
some hours by itself: a computer may be shared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from engine.letters.codes import shown_code
from webapp.transactions import now

COOKIE = "expedito_window"
LOOKS = timedelta(hours=4)  # so long a code that was shown opens a case
ACTS = timedelta(hours=1)  # so long after a code sent by mail somebody may act
MOST = 8  # of a kind; the oldest go


@dataclass
class Keyring:
    """Codes of drafts by id; until when (seconds since 1970) cases may be looked at and acted on, by id."""

    drafts: dict[int, str] = field(default_factory=dict)
    looks: dict[int, float] = field(default_factory=dict)
    acts: dict[int, float] = field(default_factory=dict)


def keyring() -> Keyring:
    """The keyring of this browser; what a view changes is sent back when it calls `keep`."""
    if "keyring" not in g:
        g.keyring = _read(request.cookies.get(COOKIE, ""))
    ring: Keyring = g.keyring
    return ring


def hold_draft(draft_id: int, code: str) -> None:
    """This browser may go on with the draft."""
    keyring().drafts[draft_id] = code
    _keep()


def let_look(case_id: int) -> None:
    """This browser may look at the case for a while."""
    keyring().looks[case_id] = (
        now() + LOOKS
    ).timestamp()  # not a second less: a code may be as young
    _keep()


def let_act(case_id: int) -> None:
    """This browser may look at the case and act on it for a while."""
    keyring().acts[case_id] = (now() + ACTS).timestamp()
    let_look(case_id)


def may_look(case_id: int) -> bool:
    """Whether this browser has shown the case's code of late."""
    return keyring().looks.get(case_id, 0) > now().timestamp()


def may_act(case_id: int) -> bool:
    """Whether this browser has shown a code sent to the case's address of late."""
    return keyring().acts.get(case_id, 0) > now().timestamp()


def forget_everything() -> None:
    """Leave nothing on this computer."""
    g.keyring = Keyring()
    _keep()


def register(app: Flask) -> None:
    """Send the cookie back when it changed, and give templates the filter that prints a code."""
    app.jinja_env.filters["grouped"] = shown_code

    @app.after_request
    def _set(response: Response) -> Response:
        if not g.pop("keyring_changed", False) or response.status_code >= 500:
            return response
        ring = keyring()
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        if not (ring.drafts or ring.looks):
            response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=secure)
            return response
        kinds = [_newest(ring.drafts), _newest(ring.looks), _newest(ring.acts)]
        written = _signer().dumps(kinds)
        response.set_cookie(COOKIE, written, httponly=True, samesite="Lax", secure=secure)
        return response


def _newest(kind: Mapping[int, float] | Mapping[int, str]) -> list[tuple[int, Any]]:
    # identifiers grow with time
    return sorted(kind.items())[-MOST:]


def _keep() -> None:
    g.keyring_changed = True


def _read(cookie: str) -> Keyring:
    try:
        drafts, looks, acts = (dict(pairs) for pairs in _signer().loads(cookie))
    except (BadSignature, ValueError, TypeError):
        return Keyring()
    return Keyring(drafts, looks, acts)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="keyring")
