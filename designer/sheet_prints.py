"""The printed sheet of a version: asked for when it is published, or by a later reader; made by the worker."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from designer.models import SheetPrint
from engine.files.store import StoredFile
from engine.jobs import enqueue
from engine.models import Job, JobKind, Version


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
