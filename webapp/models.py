"""The tables of the web: who is signed in, who failed to, and tokens for machines."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class SignIn(Base):
    """A signed-in browser. The cookie holds the secret, the table only its sha256."""

    __tablename__ = "sign_in"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    browser: Mapped[str] = mapped_column(String(200), default="")


class LoginFailure(Base):
    """A login that failed, kept for minutes so that guessing gets slow for every process alike."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # sha256 of a name or of an address: the table says nothing about people who mistyped
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (Index("ix_login_failure_subject_at", "subject", "at"),)


class ApiToken(Base):
    """A bearer token of `/api/v1`; the table holds only its sha256."""

    __tablename__ = "api_token"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class OneTimeCode(Base):
    """A code sent by mail, good once and for minutes. Neither the code nor the address stands here, only their HMAC."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(64), index=True)  # what it is for, and the address
    hash: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
