"""Uploaded logs and the worker that reads and deletes them, outside of any person's request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.database import Database
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.jobs import LEASE, enqueue, prolong
from engine.logs.importing import LeaseLost, LogBusy, Stopped, delete_log, end_stopped, fill
from engine.models import EventLog, Job, JobKind, LogState


def ask_to_read(session: Session, log: EventLog, *, at: datetime) -> None:
    """Leave the log to the worker."""
    log.state, log.error = LogState.WAITING.value, None
    _ask(session, log, "read", at)


def ask_to_stop(session: Session, log: EventLog) -> None:
    """Have the reading of a log stopped: nothing of it is kept. One that is over already stays as it is."""
    if log.state in (LogState.WAITING, LogState.READING):
        log.state = LogState.STOPPING.value


def ask_to_delete(session: Session, log: EventLog, *, at: datetime) -> None:
    """Leave the undoing of an import to the worker; one that is being read stops at its next batch. Raises LogBusy."""
    if log.state == LogState.LEAVING:
        raise LogBusy(name=log.file_name)
    log.state = LogState.LEAVING.value
    _ask(session, log, "delete", at)


def _ask(session: Session, log: EventLog, what: str, at: datetime) -> None:
    key = f"{JobKind.LOG.value}:{what}:{log.id}:{int(at.timestamp())}"
    enqueue(session, JobKind.LOG, key, {"log": log.id, "what": what}, run_at=at, at=at)


@dataclass(frozen=True, slots=True)
class LogDesk:
    """What does such a job: `Worker(…, senders={JobKind.LOG: LogDesk(…)})`. Done again, it begins anew."""

    database: Database
    files: FileStore
    clock: Callable[[], datetime]
    zone: ZoneInfo

    def __call__(self, job: Job) -> None:
        """Read or delete. A refusal is kept with the log for whoever uploaded it; anything else is tried again."""
        log_id = int(job.payload["log"])
        with self.database.reading() as session:
            log = session.get(EventLog, log_id)
        if log is None:
            return
        if job.payload["what"] == "delete":
            delete_log(self.database, log_id)
            return
        if log.state == LogState.STOPPING:
            end_stopped(self.database, log_id)
            return
        if log.state not in (LogState.WAITING, LogState.READING) or log.sha256 is None:
            return

        def still_ours(session: Session) -> None:
            until = self.clock() + LEASE
            if not prolong(session, job.id, until, worker=job.leased_by or ""):
                raise LeaseLost

        try:
            fill(
                self.database,
                log_id,
                self.files.path(log.sha256),
                zone=self.zone,
                went_on=still_ours,
            )
        except (LeaseLost, NotFound):
            raise
        except Stopped:
            # before its first batch nobody has said so in its entry yet
            self._end_stopped(log_id)
        except Refusal:
            return  # it is kept with the log

    def _end_stopped(self, log_id: int) -> None:
        with self.database.reading() as session:
            log = session.get(EventLog, log_id)
        if log is not None and log.state == LogState.STOPPING:
            end_stopped(self.database, log_id)
