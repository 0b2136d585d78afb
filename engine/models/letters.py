"""Letters made from cases, and the numbers they were given."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class LetterSeries(Base):
    """The last letter number given out, per procedure, series and year; a number is never given twice."""

    __tablename__ = "letter_series"

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    series: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Letter(Base):
    """A letter of a case. Number, date and words stand from the start; the PDF comes when the worker has set it."""

    __tablename__ = "letter"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    # in sequence within the case
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(20), unique=True)  # proves it (engine.letters.codes)
    number: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))  # of the template
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    element_id: Mapped[str] = mapped_column(String(200))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    template_hash: Mapped[str] = mapped_column(String(64))
    # clean HTML; emptied once the PDF lies in the store
    words: Mapped[str | None] = mapped_column(Text, deferred=True)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by_id: Mapped[int | None] = mapped_column(BigInteger)
    # the number of its PDF among the documents of the case
    document: Mapped[int | None]
    voided_on: Mapped[date | None]  # the decision it tells was revoked: it has no effect any more
