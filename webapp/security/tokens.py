"""Bearer tokens, with which other systems call `/api/v1` as a person."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from engine.asker import ASKER, who_asks
from engine.models import Person
from webapp.models import ApiToken

LASTS = timedelta(days=365)

_BEARER = ASKER.join(ApiToken, ApiToken.person_id == Person.id).where(
    ApiToken.hash == bindparam("hash"), ApiToken.expires_at > bindparam("at")
)


def issue_token(session: Session, person: Person, *, at: datetime) -> str:
    """A new token of the person, valid for a year. It is shown once: the database keeps only its sha256."""
    token = "exp_" + secrets.token_urlsafe(32)
    session.add(
        ApiToken(hash=_hash(token), person_id=person.id, created_at=at, expires_at=at + LASTS)
    )
    session.flush()
    return token


def revoke_tokens(session: Session, person: Person) -> None:
    """End every token of the person."""
    session.execute(delete(ApiToken).where(ApiToken.person_id == person.id))


def person_by_token(session: Session, token: str, *, at: datetime) -> Person | None:
    """The active person whom a valid token belongs to, with their standing."""
    return who_asks(session, _BEARER, {"hash": _hash(token)}, at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
