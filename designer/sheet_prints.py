"""The printed sheet of a version: asked for when it is published, or by a later reader; made by the worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, Instant
from engine.files.store import StoredFile
from engine.jobs import enqueue
from engine.models import Job, JobKind, Version


class SheetPrint(Base):
    """The procedure sheet of a version as printed pages, made once by the worker: versions never change."""

    __tablename__ = "sheet_print"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    file: Mapped[dict[str, Any]] = mapped_column(JSON)  # engine.files.store.StoredFile
    made_at: Mapped[datetime] = mapped_column(Instant)


def ask_for_print(session: Session, version: Version, *, at: datetime) -> None:
    """Leave the sheet of a version to be printed by the worker; a version without one has nothing to print.

    Asked for again while it is being made, by one or by two at once, it is made once.
    """
    if not (version.sheet or {}).get("name"):
        return
    key = f"sheet:{version.id}"
    if session.scalar(select(Job.id).where(Job.key == key)) is not None:
        return
    try:
        with session.begin_nested():
            enqueue(session, JobKind.REPORT, key, {"version": version.id}, run_at=at, at=at)
    except IntegrityError:
        return  # somebody asked in the same moment


def is_being_printed(session: Session, version_id: int) -> bool:
    """Whether the worker has it to do."""
    key = f"sheet:{version_id}"
    return session.scalar(select(Job.id).where(Job.key == key, ~Job.is_dead)) is not None


def sheet_print(session: Session, version_id: int, language: str) -> StoredFile | None:
    """The printed sheet; None while it is not made."""
    found = session.get(SheetPrint, (version_id, language))
    return None if found is None else StoredFile.from_json(found.file)


def keep_print(
    session: Session, version_id: int, language: str, file: StoredFile, *, at: datetime
) -> None:
    """Keep a printed sheet; one that is there stays."""
    if session.get(SheetPrint, (version_id, language)) is None:
        session.add(
            SheetPrint(
                version_id=version_id, language=language, file=dict(file.as_json()), made_at=at
            )
        )
        session.flush()
