"""Asking for a copy of a case file, and the worker that makes it, outside of any transaction."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.casefile.copy import Typeset, write_copy
from engine.casefile.index import index_of, index_page
from engine.casefile.signing import Signer
from engine.database import Database
from engine.errors import NotFound
from engine.events import Happened
from engine.files.store import FileStore
from engine.ids import new_id
from engine.jobs import enqueue
from engine.models import Case, CaseExport, Event, Job, JobKind, Person
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.window.following import SHOWN_ORIGINS

KEPT = timedelta(days=7)
_AT_ONCE = 500  # facts read at a time


def ask_for_copy(
    session: Session, case_id: int, *, is_masked: bool, by: Person | None, at: datetime
) -> CaseExport:
    """Leave a copy to be made by the worker; one of the same kind that is still being made is not made twice."""
    case = lock(session, case_id)
    waiting = session.scalar(
        select(CaseExport).where(
            CaseExport.case_id == case_id,
            CaseExport.is_masked == is_masked,
            CaseExport.asked_by_id == (None if by is None else by.id),
            CaseExport.ready_at.is_(None),
        )
    )
    if waiting is not None:
        return waiting
    made = CaseExport(
        id=new_id(at),
        case_id=case_id,
        is_masked=is_masked,
        asked_by_id=None if by is None else by.id,
        asked_at=at,
    )
    session.add(made)
    session.flush()
    record(
        session, case, [Fact(Happened.FILE_EXPORTED, data={"is_masked": is_masked})], by=by, at=at
    )
    stable = f"{JobKind.EXPORT.value}:{made.id}"
    enqueue(session, JobKind.EXPORT, stable, {"export": made.id}, run_at=at, case_id=case_id, at=at)
    return made


def copies_of(
    session: Session, case_id: int, by: Person | None, *, at: datetime
) -> list[CaseExport]:
    """The copies this person asked for and can still fetch, the newest first; None: those of the applicant."""
    return list(
        session.scalars(
            select(CaseExport)
            .where(
                CaseExport.case_id == case_id,
                CaseExport.asked_by_id == (None if by is None else by.id),
                CaseExport.asked_at > at - KEPT,
            )
            .order_by(CaseExport.id.desc())
            .limit(20)
        )
    )


def copy_path(folder: Path, export: CaseExport) -> Path:
    """Where a copy lies; NotFound when it is not made yet, or no longer kept."""
    path = folder / f"{export.id}.zip"
    if export.ready_at is None or not path.is_file():
        raise NotFound(what="file", name=export.id)
    return path


class CopyDesk:
    """Called by the worker with a job; doing it again writes the same place anew."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        clock: Callable[[], datetime],
        folder: Path,
        typeset: Typeset,
        signer: Signer,
    ) -> None:
        self.database = database
        self.files = files
        self.clock = clock
        self.folder = folder
        self.typeset = typeset
        self.signer = signer

    def __call__(self, job: Job) -> None:
        """Make the copy and say that it is there; old copies go."""
        at = self.clock()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        export_id = int(job.payload["export"])
        part, whole = self.folder / f"{export_id}.part", self.folder / f"{export_id}.zip"
        try:
            with self.database.reading() as session:
                export = session.get(CaseExport, export_id)
                if export is None or export.ready_at is not None:
                    return
                case = session.get_one(Case, export.case_id)
                # an applicant gets what is theirs and what was issued to them; notes of the office stay there
                is_own = export.asked_by_id is None
                index = index_of(
                    session,
                    case,
                    is_masked=export.is_masked,
                    only=SHOWN_ORIGINS if is_own else None,
                    at=at,
                )
                page = self.typeset(index_page(index, self.signer.seal))
                facts = iter(()) if export.is_masked or is_own else _facts(session, case)
                size = write_copy(part, index, facts, self.files, page=page, signer=self.signer)
            os.replace(part, whole)
        finally:
            part.unlink(missing_ok=True)
        self.database.write(lambda session: _is_ready(session, export_id, size, at))
        self._sweep(at)

    def _sweep(self, at: datetime) -> None:
        with self.database.reading() as session:
            old = session.scalars(
                select(CaseExport.id).where(CaseExport.asked_at < at - KEPT)
            ).all()
        if not old:
            return
        for export_id in old:
            (self.folder / f"{export_id}.zip").unlink(missing_ok=True)
        self.database.write(
            lambda session: session.execute(delete(CaseExport).where(CaseExport.id.in_(old)))
        )


def _is_ready(session: Session, export_id: int, size: int, at: datetime) -> None:
    export = session.get_one(CaseExport, export_id)
    export.ready_at, export.size = at, size


def _facts(session: Session, case: Case) -> Iterator[bytes]:
    """The record of the case, a fact a line, as it is chained: whoever has it can work out the hashes again."""
    rows = session.scalars(
        select(Event)
        .where(Event.case_id == case.id)
        .order_by(Event.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for fact in rows:
        line = {
            "seq": fact.seq,
            "at": fact.at.isoformat(timespec="microseconds"),
            "type": fact.type,
            "element_id": fact.element_id,
            "token": fact.token,
            "by_id": fact.by_id,
            "office_id": fact.office_id,
            "data": fact.data,
            "hash": fact.hash.hex(),
        }
        yield orjson.dumps(line) + b"\n"
