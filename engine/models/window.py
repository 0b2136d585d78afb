"""The applicant's window: what is being filled in, who holds a code, what was said, what registries were asked."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import BY_KEY, Base, Instant


class InquiryStatus(StrEnum):
    """Where a question to a registry stands."""

    ASKED = "asked"  # the worker asks it
    FOUND = "found"
    MISSING = "missing"  # the registry holds nothing of the kind
    SILENT = "silent"  # it could not be reached; the sworn statement counts instead
    SWORN = "sworn"  # the applicant did not want it asked and declared instead


class FilingDraft(Base):
    """A request that is being filled in, by an applicant or for one at the window; gone when nobody comes back."""

    __tablename__ = "filing_draft"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)  # engine.window.holders
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id")
    )  # the applicant's account
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who files for them
    applicant: Mapped[dict[str, Any]] = mapped_column(JSON)  # name, document, email
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)  # as typed, fit or not
    is_answered: Mapped[bool] = mapped_column(default=False)  # the form was fit when it was sent
    documents: Mapped[dict[str, Any]] = mapped_column(JSON)  # key of a requirement → stored files
    consents: Mapped[dict[str, Any]] = mapped_column(JSON)  # key → {ask, statement, at}
    proved_email: Mapped[str | None] = mapped_column(String(320))  # a code sent there came back
    started_at: Mapped[datetime] = mapped_column(Instant)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    case_id: Mapped[int | None] = mapped_column(BigInteger)  # once it is filed


class CaseAccess(Base):
    """The code that opens a case to its applicant, together with their document number; only its hash is kept."""

    __tablename__ = "case_access"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime] = mapped_column(Instant)


class CaseMessage(Base):
    """What applicant and office write to each other about a case."""

    __tablename__ = "case_message"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_from_applicant: Mapped[bool]
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (BY_KEY,)


class RegistryInquiry(Base):
    """A requirement that is asked of a registry instead of the applicant, with their consent."""

    __tablename__ = "registry_inquiry"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    requirement_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    requirement: Mapped[str] = mapped_column(Text)  # its name when it was asked
    registry_key: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(8))
    consented_at: Mapped[datetime] = mapped_column(Instant)
    statement: Mapped[str] = mapped_column(Text)  # sworn; counts when the registry cannot tell
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    document: Mapped[int | None]  # its number among the documents of the case
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # names and values

    __table_args__ = (BY_KEY,)


class FileSweep(Base):
    """What a day's look for files that nothing refers to has found; one row a day."""

    __tablename__ = "file_sweep"

    day: Mapped[date] = mapped_column(primary_key=True)
    swept_at: Mapped[datetime | None] = mapped_column(Instant)  # None: still to come
    looked: Mapped[int] = mapped_column(default=0, server_default="0")  # files in the store
    put_aside: Mapped[int] = mapped_column(default=0, server_default="0")
    taken_back: Mapped[int] = mapped_column(default=0, server_default="0")
    removed: Mapped[int] = mapped_column(default=0, server_default="0")
    removed_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
