"""Files that nothing refers to: left by requests that were never filed and answers that were thrown away.

Once a day the worker puts them aside, and removes what has lain there for a day. Whoever attaches the same bytes
meanwhile takes them out again (`FileStore.put`, `FileStore.touch`), whoever reads them too: so nothing that comes into
use between a look and a deed is lost. What a document, and so every fact, refers to is never touched.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars.jurisdiction import DEFAULT, jurisdiction
from engine.database import Database, own_sql
from engine.files.store import FileStore, files_within
from engine.jobs import enqueue
from engine.models import (
    AnswerDraft,
    Document,
    EventLog,
    FileSweep,
    FilingDraft,
    Job,
    JobKind,
    Proposal,
)

LOG = logging.getLogger(__name__)
UNUSED_FOR: Final = timedelta(
    days=7
)  # so long a page may stay open with a file attached and nothing kept
ASIDE_FOR: Final = timedelta(days=1)
_AT_ONCE: Final = 200
_JSON: Final = (FilingDraft.answers, FilingDraft.documents, AnswerDraft.answers, Proposal.answers)

# more sha256 that somebody refers to; tables that this room does not know
Referred = Callable[[Session], Iterable[str]]


@dataclass(slots=True)
class _Counts:
    looked: int = 0
    put_aside: int = 0
    taken_back: int = 0
    removed: int = 0
    removed_bytes: int = 0


def plan_sweep(session: Session, *, at: datetime) -> bool:
    """Leave today's sweep to the worker, once; whether this call did."""
    today = jurisdiction(DEFAULT).day_of(at)
    made = own_sql(session).insert(FileSweep).values(day=today).on_conflict_do_nothing()
    if session.execute(made.returning(FileSweep.day)).first() is None:
        return False
    key = f"{JobKind.FILES.value}:{today.isoformat()}"
    enqueue(session, JobKind.FILES, key, {"day": today.isoformat()}, run_at=at, at=at)
    return True


def file_sweeps(session: Session, *, limit: int = 60) -> list[FileSweep]:
    """What the last sweeps did, the newest first."""
    return list(session.scalars(select(FileSweep).order_by(FileSweep.day.desc()).limit(limit)))


class FileSweeper:
    """Called by the worker with a job; doing it again finds less to do."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        clock: Callable[[], datetime],
        *others: Referred,
    ) -> None:
        self.database = database
        self.files = files
        self.clock = clock
        self.others = others

    def __call__(self, job: Job) -> None:
        """Look at every file once, and write down what was done."""
        at = self.clock()
        counts = _Counts()
        self.files.forget_half_arrived(at - ASIDE_FOR)
        # read once: what comes into use after this is attached first, and so is no longer old, or aside
        held = self._held()
        self._remove(held, at, counts)
        self._put_aside(held, at, counts)
        self.database.write(lambda session: _note(session, job.payload["day"], counts, at))
        LOG.info(
            "%s files looked at, %s put aside, %s removed.",
            counts.looked,
            counts.put_aside,
            counts.removed,
            extra={"action": "files_swept"},
        )

    def _remove(self, held: set[str], at: datetime, counts: _Counts) -> None:
        for some in _some(self.files.aside()):
            unused = self._unused(some, held)
            for sha256 in some:
                if sha256 not in unused:
                    counts.taken_back += self.files.touch(sha256)
                elif self.files.is_aside_since(sha256, at - ASIDE_FOR):
                    size = self.files.remove_aside(sha256)
                    if size is not None:
                        counts.removed += 1
                        counts.removed_bytes += size

    def _put_aside(self, held: set[str], at: datetime, counts: _Counts) -> None:
        before = at - UNUSED_FOR
        for some in _some(self.files.all()):
            counts.looked += len(some)
            old = [one for one in some if self.files.is_older(one, before)]
            for sha256 in self._unused(old, held):
                # looked at again: it may have been attached anew since
                if self.files.is_older(sha256, before) and self.files.put_aside(sha256, at):
                    counts.put_aside += 1

    def _unused(self, some: list[str], held: set[str]) -> set[str]:
        asked = [one for one in some if one not in held]
        if not asked:
            return set()
        with self.database.reading() as session:
            return set(asked) - kept_for_good(session, asked)

    def _held(self) -> set[str]:
        with self.database.reading() as session:
            others = {sha256 for other in self.others for sha256 in other(session)}
            return others | held_for_now(session)


def held_for_now(session: Session) -> set[str]:
    """What is still being filled in or reviewed refers to these. All of it is read: there is never much."""
    found = set()
    for column in _JSON:
        rows = session.scalars(select(column).execution_options(yield_per=500))
        found |= {file.sha256 for data in rows for file in files_within(data)}
    return found


def kept_for_good(session: Session, some: Iterable[str]) -> set[str]:
    """Which of these a document or an imported log names: whatever a fact names is a document of its case."""
    asked = list(some)
    found = set(session.scalars(select(Document.sha256).where(Document.sha256.in_(asked))))
    logs = session.scalars(select(EventLog.sha256).where(EventLog.sha256.in_(asked)))
    return found | {one for one in logs if one is not None}


def _note(session: Session, day: str, counts: _Counts, at: datetime) -> None:
    sweep = session.get(FileSweep, date.fromisoformat(day), with_for_update=True)
    if sweep is None:
        return
    sweep.swept_at = at
    sweep.looked = counts.looked
    sweep.put_aside += counts.put_aside
    sweep.taken_back += counts.taken_back
    sweep.removed += counts.removed
    sweep.removed_bytes += counts.removed_bytes


def _some(names: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(names, _AT_ONCE)):
        yield some
