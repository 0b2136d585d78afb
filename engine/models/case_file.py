"""Around a case: who read it, which other cases it has to do with, and copies of it that were taken out."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class CaseReading(Base):
    """Somebody of the office read a case; the one thing that reading leaves behind."""

    __tablename__ = "case_reading"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    what: Mapped[str] = mapped_column(String(40))  # case, task, document, export
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_case_reading_case", "case_id", "at"),)


class CaseLink(Base):
    """Two cases that have to do with each other, linked by hand; the smaller id stands first."""

    __tablename__ = "case_link"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(Text)
    linked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    linked_at: Mapped[datetime] = mapped_column(Instant)


class CaseExport(Base):
    """A signed copy of a case file, made by the worker and kept for some days."""

    __tablename__ = "case_export"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    is_masked: Mapped[bool]  # without what identifies the applicant
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)  # None: the applicant
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ready_at: Mapped[datetime | None] = mapped_column(Instant)
    size: Mapped[int | None] = mapped_column(BigInteger)  # bytes
