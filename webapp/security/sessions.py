"""Who is asking: sign-ins kept in the database, written at login and logout and read once per request.

Two cookies: `expedito_sign_in` holds a random secret whose sha256 is the key of the sign-in's row; Flask's own
signed cookie holds only notices for the next page and the token against forged requests, which belongs to one sign-in.
"""

import hashlib
import secrets
from datetime import timedelta

from flask import Flask, Request, Response, current_app, g, request
from flask import session as cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import bindparam, delete

from engine.asker import ASKER, who_asks
from engine.models import Person
from webapp.models import SignIn
from webapp.security.tokens import person_by_token
from webapp.transactions import now, session

COOKIE = "expedito_sign_in"
LASTS = timedelta(hours=12)  # a working day; not prolonged, so that reading never writes

_SIGNED_IN = ASKER.join(SignIn, SignIn.person_id == Person.id).where(
    SignIn.hash == bindparam("hash"), SignIn.expires_at > bindparam("at")
)


class PageCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, for pages only: `/api/` neither reads nor writes one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith("/api/"):
            return self.make_null_session(app)
        return super().open_session(app, request)


def register(app: Flask) -> None:
    """Tie the token against forged requests to one sign-in, and set the cookies of a new one."""
    app.session_interface = PageCookie()

    @app.before_request
    def _drop_foreign_cookie() -> None:
        # A cookie planted from another sign-in would bring a token that its planter knows.
        if cookie and cookie.get("of", "") != _owner(request.cookies.get(COOKIE)):
            cookie.clear()

    @app.after_request
    def _set_cookie(response: Response) -> Response:
        if "new_sign_in" not in g:
            return response
        secret: str | None = g.new_sign_in
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        if secret is None:
            response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=secure)
        else:
            response.set_cookie(
                COOKIE, secret, httponly=True, samesite="Lax", secure=secure, max_age=LASTS
            )
        return response


def current_person() -> Person | None:
    """Who is signed in, with roles and offices; for `/api/` who the bearer token belongs to, never a cookie."""
    if "is_database_away" in g:
        return None
    if "person" not in g:
        g.person = _by_token() if request.path.startswith("/api/") else _by_cookie()
        if g.person is None and request.endpoint == "health.figures":
            g.person = _by_token()
    person: Person | None = g.person
    return person


def signed_in() -> Person:
    """Who is signed in, on a page that declared that somebody is."""
    person = current_person()
    if person is None:
        raise LookupError("this view declares no access, yet asks who is signed in")
    return person


def sign_in(person: Person) -> None:
    """Begin a sign-in with a secret of its own; the one before it, if any, ends."""
    _end(request.cookies.get(COOKIE))
    secret = secrets.token_urlsafe(32)
    session().execute(delete(SignIn).where(SignIn.expires_at < now()))
    session().add(
        SignIn(
            hash=_hash(secret),
            person_id=person.id,
            created_at=now(),
            expires_at=now() + LASTS,
            browser=request.user_agent.string[:200],
        )
    )
    session().flush()
    _renew(secret)
    g.person = person


def sign_out() -> None:
    """End the sign-in of this browser."""
    _end(request.cookies.get(COOKIE))
    _renew(None)
    g.person = None


def sign_out_elsewhere(person: Person) -> None:
    """End every sign-in of the person but this one, as after a change of password."""
    secret = request.cookies.get(COOKIE, "")
    session().execute(
        delete(SignIn).where(SignIn.person_id == person.id, SignIn.hash != _hash(secret))
    )


def sign_out_everywhere(person: Person) -> None:
    """End every sign-in of the person, as when the account is closed."""
    session().execute(delete(SignIn).where(SignIn.person_id == person.id))


def _by_cookie() -> Person | None:
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    return who_asks(session(), _SIGNED_IN, {"hash": _hash(secret)}, now())


def _by_token() -> Person | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return None
    return person_by_token(session(), token.strip(), at=now())


def _end(secret: str | None) -> None:
    if secret:
        session().execute(delete(SignIn).where(SignIn.hash == _hash(secret)))


def _renew(secret: str | None) -> None:
    language = cookie.get("language")
    cookie.clear()
    if language:
        cookie["language"] = language
    for made in ("csrf_token", "masked_token"):
        g.pop(made, None)
    cookie["of"] = _owner(secret)
    g.new_sign_in = secret


def _owner(secret: str | None) -> str:
    """A short mark of the sign-in that says nothing about its secret."""
    return hashlib.sha256(b"owner" + secret.encode()).hexdigest()[:16] if secret else ""


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
