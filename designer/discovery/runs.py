"""What takes more than a moment to mine is left to the worker and kept: the same question of the same log is answered
once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic, thread_time
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session, undefer

from designer.discovery.asking import Asked, Hurried, asked_of, digest_of
from designer.discovery.graph import Log
from designer.models import MiningRun
from engine.database import Database
from engine.errors import Refusal
from engine.ids import new_id
from engine.jobs import enqueue
from engine.logs.ways import ways
from engine.metrics.question import Question
from engine.models import Job, JobKind, Person

AT_ONCE = 0.3  # seconds of computing in a person's request
KEPT = timedelta(days=30)
_LOOK_SECONDS = 0.5  # between two words of how far it is


class RunStatus(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # refused, with a sentence


OPEN = frozenset({RunStatus.WAITING, RunStatus.RUNNING})


def run_of(session: Session, asked: Asked, log: Log) -> MiningRun | None:
    """The run that answers this question of this log, whether it has an answer yet or not."""
    found = select(MiningRun).where(MiningRun.digest == digest_of(asked, log))
    return session.scalar(found.options(undefer(MiningRun.results)))


def answered_at_once(asked: Asked, log: Log) -> dict[str, Any] | None:
    """The answer if it takes no more than a moment, else None. Raises the question's refusals."""
    until = thread_time() + AT_ONCE

    def check(_done: int, _total: int) -> None:
        if thread_time() > until:
            raise Hurried

    try:
        return asked.answer(log, check, is_hurried=True)
    except Hurried:
        return None


def ask(
    session: Session, procedure_id: int, asked: Asked, log: Log, *, by: Person, at: datetime
) -> MiningRun:
    """Leave the question to the worker, unless that was done before; answers of last month are forgotten."""
    session.execute(delete(MiningRun).where(MiningRun.asked_at < at - KEPT))
    found = run_of(session, asked, log)
    if found is not None:
        return found
    run = MiningRun(
        id=new_id(at),
        digest=digest_of(asked, log),
        procedure_id=procedure_id,
        status=RunStatus.WAITING,
        settings=asked.settings(),
        done=0,
        total=0,
        results={},
        asked_by_id=by.id,
        asked_at=at,
    )
    session.add(run)
    session.flush()
    enqueue(session, JobKind.MINING, f"mining:{run.id}", {"run": run.id}, run_at=at, at=at)
    return run


def stop(session: Session, run_id: int, *, by: Person) -> bool:
    """Forget a run without an answer, so that the worker gives it up; whether there was one. Only who asked may."""
    gone = delete(MiningRun).where(
        MiningRun.id == run_id, MiningRun.asked_by_id == by.id, MiningRun.status.in_(OPEN)
    )
    return bool(cast("CursorResult[Any]", session.execute(gone)).rowcount)


class _Stopped(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class MiningDesk:
    """Does jobs of JobKind.MINING: `Worker(…, senders={JobKind.MINING: MiningDesk(…)})`. Done again it begins anew."""

    database: Database
    clock: Callable[[], datetime]
    zone: ZoneInfo

    def __call__(self, job: Job) -> None:
        """Answer one question; a refusal is kept for whoever asked, anything else is tried again."""
        run_id = int(job.payload["run"])
        begun = self.database.write(lambda session: self._begin(session, run_id))
        if begun is None:
            return
        asked, log = begun
        try:
            results = asked.answer(log, self._telling(run_id), is_hurried=False)
        except _Stopped:
            return
        except Refusal as refusal:
            said = {name: str(value) for name, value in refusal.values.items()}
            told = [type(refusal).sentence, said]
            self._end(run_id, status=RunStatus.FAILED, refusal=told)
            return
        self._end(run_id, status=RunStatus.DONE, results=results)

    def _begin(self, session: Session, run_id: int) -> tuple[Asked, Log] | None:
        run = session.get(MiningRun, run_id)
        if run is None or run.status not in OPEN:
            return None
        person = session.get(Person, run.asked_by_id)
        if person is None:
            session.delete(run)
            return None
        run.status, run.done, run.total = RunStatus.RUNNING, 0, 0
        asked = asked_of(run.settings)
        log = ways(session, Question(person, run.procedure_id, zone=self.zone))
        # cases may have ended since it was asked: then this is what the question is about now
        digest = digest_of(asked, log)
        if digest != run.digest:
            same = session.scalar(select(MiningRun.id).where(MiningRun.digest == digest))
            if same is not None:
                session.delete(run)
                return None
            run.digest = digest
        return asked, log

    def _telling(self, run_id: int) -> Callable[[int, int], None]:
        told = monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal told
            if monotonic() - told >= _LOOK_SECONDS:
                told = monotonic()
                if not self._set(run_id, done=done, total=total):
                    raise _Stopped

        return tell

    def _end(self, run_id: int, **values: Any) -> None:
        self._set(run_id, **values)

    def _set(self, run_id: int, **values: Any) -> bool:
        """Whether the run is still there."""
        change = update(MiningRun).where(MiningRun.id == run_id).values(**values)

        def write(session: Session) -> bool:
            return bool(cast("CursorResult[Any]", session.execute(change)).rowcount)

        return self.database.write(write)
