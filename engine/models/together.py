"""Working together on a case: comments, opinions of other offices, what waits for a second pair of eyes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import ROWS, Base, Instant


class Comment(Base):
    """What somebody wrote about a case. A note is for the author's offices only; no comment is for the applicant."""

    __tablename__ = "comment"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[int | None]  # of the task it was written at
    text: Mapped[str] = mapped_column(Text)
    is_note: Mapped[bool] = mapped_column(default=False)
    offices: Mapped[list[int]] = mapped_column(JSON)  # of the author, when it was written
    documents: Mapped[list[int]] = mapped_column(JSON)  # numbers within the case
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class Opinion(Base):
    """An expert opinion asked of another office, with a term of its own; the case does not move for it."""

    __tablename__ = "opinion"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[int | None]  # of the task it was asked at
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    question: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)
    remind_on: Mapped[date | None] = mapped_column(Date)  # null: reminded, or no need to
    answer: Mapped[str | None] = mapped_column(Text)
    documents: Mapped[list[int]] = mapped_column(JSON)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)  # answered, or withdrawn

    __table_args__ = (
        Index(
            "ix_opinion_open",
            "office_id",
            "due_on",
            info={ROWS: text("closed_at IS NULL")},
        ),
    )


class Proposal(Base):
    """Answers that one person proposes and another one has to review before the task is completed."""

    __tablename__ = "proposal"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    choices: Mapped[dict[str, list[str]] | None] = mapped_column(JSON(none_as_null=True))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["case_id", "token"], ["task.case_id", "task.token"]),)
