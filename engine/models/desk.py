"""A person's desk: notifications, how they want to be told, saved filters, and errands without a procedure."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import ROWS, Base, Instant

_OPEN = text("done_at IS NULL")
_UNREAD = text("read_at IS NULL")
_UNMAILED = text("mail_at IS NOT NULL")


class NotificationKind(StrEnum):
    """What a person is told about."""

    TASK_ASSIGNED = "task_assigned"
    TASK_RETURNED = "task_returned"  # what they proposed
    REVIEW_WANTED = "review_wanted"
    MENTIONED = "mentioned"
    TASK_DUE = "task_due"
    TASK_OVERDUE = "task_overdue"
    OPINION_ASKED = "opinion_asked"
    OPINION_DUE = "opinion_due"
    OPINION_ANSWERED = "opinion_answered"
    ERRAND_GIVEN = "errand_given"
    ERRAND_DONE = "errand_done"  # words: what was to be done
    ERRAND_REOPENED = "errand_reopened"  # after it was told as done
    AWAY = "away"  # by another's word; task and words: the first and the last day
    STANDS_IN = "stands_in"  # for whom: by; the days likewise
    TARGET_MISSED = "target_missed"  # words: the procedure; number of 100 in time instead of by


class MailWish(StrEnum):
    """When a person wants mail about notifications."""

    NEVER = "never"
    AT_ONCE = "at_once"
    DIGEST = "digest"  # one mail a day


class Notification(Base):
    """Something a person should know; shown until read, and mailed as they wish."""

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    token: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)  # names for its sentence
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mail_at: Mapped[datetime | None] = mapped_column(Instant)  # when a digest is to tell it

    __table_args__ = (
        Index("ix_notification_person", "person_id", "id"),
        Index("ix_notification_unread", "person_id", info={ROWS: _UNREAD}),
        Index("ix_notification_mail", "mail_at", info={ROWS: _UNMAILED}),
    )


class MailChoice(Base):
    """How a person wants to be told; who never said is told at once."""

    __tablename__ = "mail_choice"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    wish: Mapped[str] = mapped_column(String(10), default=MailWish.AT_ONCE)


class SavedFilter(Base):
    """A view of the inbox by name: as it stands in the address, of one person or shared with an office."""

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    office_id: Mapped[int | None] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(1000))
    saved_at: Mapped[datetime] = mapped_column(Instant)


class Errand(Base):
    """Work without a procedure: a title, a note, a day, for an office or a person."""

    __tablename__ = "errand"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(BigInteger)  # what it is about, perhaps
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_errand_office", "office_id", info={ROWS: _OPEN}),
        Index("ix_errand_person", "person_id", info={ROWS: _OPEN}),
    )
