"""Guessing gets slow: failed attempts are counted per name and per address, for all processes alike."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.errors import Refusal
from engine.ids import new_id
from webapp.models import LoginFailure

WINDOW = timedelta(minutes=15)
PER_NAME = 8
PER_ADDRESS = 60  # an office has one address and many people


class TooManyAttempts(Refusal):
    """Too many failed logins; the right password has to wait as well."""

    sentence = "Too many failed attempts to sign in. Wait {minutes} minutes and try again."
    status = 429


def check_attempts(session: Session, name: str, address: str, *, at: datetime) -> None:
    """Raise TooManyAttempts while the name or the address has failed too often of late."""
    limits = {_subject("name", name): PER_NAME, _subject("address", address): PER_ADDRESS}
    statement = (
        select(LoginFailure.subject, func.count())
        .where(LoginFailure.subject.in_(limits), LoginFailure.at > at - WINDOW)
        .group_by(LoginFailure.subject)
    )
    for subject, failures in session.execute(statement):
        if failures >= limits[subject]:
            raise TooManyAttempts(minutes=int(WINDOW.total_seconds() // 60))


def record_failure(session: Session, name: str, address: str, *, at: datetime) -> None:
    """Count a failed login and forget those that no longer matter."""
    session.execute(delete(LoginFailure).where(LoginFailure.at <= at - WINDOW))
    for subject in (_subject("name", name), _subject("address", address)):
        session.add(LoginFailure(id=new_id(at), subject=subject, at=at))
    session.flush()


class TooOften(Refusal):
    """More of something that costs than one person needs."""

    sentence = "This was done too often of late. Wait {minutes} minutes and try again."
    status = 429


def spend(session: Session, kind: str, who: str, most: int, *, at: datetime) -> None:
    """Count a deed that anyone may do, such as having a code sent; TooOften after `most` of a kind in the window."""
    subject = _subject(kind, who)
    session.execute(delete(LoginFailure).where(LoginFailure.at <= at - WINDOW))
    done = session.scalar(select(func.count()).where(LoginFailure.subject == subject)) or 0
    if done >= most:
        raise TooOften(minutes=int(WINDOW.total_seconds() // 60))
    session.add(LoginFailure(id=new_id(at), subject=subject, at=at))
    session.flush()


def forget_failures(session: Session, name: str) -> None:
    """A login succeeded: the name starts afresh."""
    session.execute(delete(LoginFailure).where(LoginFailure.subject == _subject("name", name)))


def _subject(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value.casefold()}".encode()).hexdigest()
