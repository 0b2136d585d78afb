"""One-time codes by mail: whoever reads the mail of an address may act for it, for some minutes, once.

Six digits are few, so guesses are counted and the code dies of them; the table keeps only an HMAC under the
installation's key, so that reading it tells neither code nor address.
"""

import hmac
import secrets
from datetime import timedelta

from flask import current_app, request
from sqlalchemy import delete, select

from engine.ids import new_id
from engine.outbox import send_mail
from webapp.i18n import _
from webapp.models import OneTimeCode
from webapp.security.throttle import spend
from webapp.transactions import now, session

LASTS = timedelta(minutes=15)
DIGITS = 6
MOST_ATTEMPTS = 5
PER_MAIL = 5  # codes an address gets in a quarter of an hour
PER_ADDRESS = 30  # codes asked for from one address of the Internet


def send_one_time_code(purpose: str, email: str, *, case_id: int | None = None) -> None:
    """Send a new code; the one before it is no longer good. TooOften."""
    spend(session(), "code to", email, PER_MAIL, at=now())
    spend(session(), "code from", request.remote_addr or "", PER_ADDRESS, at=now())
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    subject = _mac(purpose, email.casefold())
    gone = (OneTimeCode.subject == subject) | (OneTimeCode.expires_at < now())
    session().execute(delete(OneTimeCode).where(gone))
    row = OneTimeCode(
        id=new_id(now()), subject=subject, hash=_mac(subject, code), expires_at=now() + LASTS
    )
    session().add(row)
    session().flush()
    text = _(
        "Your code is %(code)s. It is good for %(minutes)s minutes, once.\n\n"
        "Nobody of the office will ever ask you for it. If you did not ask for a code, do nothing.",
        code=code,
        minutes=int(LASTS.total_seconds() // 60),
    )
    send_mail(
        session(),
        to=email,
        subject=_("Your code to go on"),
        text=text,
        html="",
        case_id=None,
        key=f"code:{row.id}",
        at=now(),
    )


def is_one_time_code(purpose: str, email: str, typed: str) -> bool:
    """Whether this is the code that was sent; it is used up, and a wrong one counts, so the caller keeps the work."""
    subject = _mac(purpose, email.casefold())
    row = session().scalar(
        select(OneTimeCode)
        .where(OneTimeCode.subject == subject, OneTimeCode.expires_at > now())
        .with_for_update()
    )
    code = "".join(letter for letter in typed if letter.isdigit())[: DIGITS + 1]
    if row is None:
        return False
    row.attempts += 1
    is_right = row.attempts <= MOST_ATTEMPTS and hmac.compare_digest(row.hash, _mac(subject, code))
    if is_right:
        session().delete(row)
    session().flush()
    return is_right


def _mac(*parts: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, "\0".join(("one-time code", *parts)).encode(), "sha256").hexdigest()
