"""Bearer tokens, with which other systems call `/api/v1` as a person."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from engine.models import Person
from webapp.models import ApiToken

LASTS = timedelta(days=365)


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
    """The active person whom a valid token belongs to, with roles and offices."""
    statement = (
        select(Person)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(ApiToken.hash == _hash(token), ApiToken.expires_at > at, Person.is_active)
        .options(joinedload(Person.roles), joinedload(Person.memberships))
    )
    return session.scalars(statement).unique().one_or_none()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
