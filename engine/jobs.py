"""Work that waits for a time or for another machine: enqueue, lease, finish, fail with growing pauses, give up.

Delivery is at least once, under a stable key. What a job does inside the database happens once: it is done in the
transaction that removes the job, and only by who still holds the lease.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from engine.batches import write_jobs
from engine.errors import NotFound, Said
from engine.ids import new_id
from engine.models import Job, JobKind

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
# Another machine may be away for a day; with the pauses below that is about so many attempts.
MOST_ATTEMPTS_OUTSIDE = 32
_OUTSIDE = frozenset({JobKind.MAIL.value, JobKind.WEBHOOK.value})
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ERROR = 2000


class GiveUp(Exception):
    """Raised by what does a job: trying again is no use, it becomes an incident at once."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job about to be written. `key` is unique: the same key again is the same job."""

    kind: JobKind
    key: str
    run_at: datetime
    payload: dict[str, Any]
    case_id: int | None = None
    token: int | None = None


def timer_key(case_id: int, token: int) -> str:
    """Key of the job that fires a timer of a case."""
    return f"timer:{case_id}:{token}"


def enqueue(
    session: Session,
    kind: JobKind,
    key: str,
    payload: dict[str, Any],
    *,
    run_at: datetime,
    case_id: int | None = None,
    token: int | None = None,
    at: datetime,
) -> None:
    """Leave one job for the worker."""
    enqueue_all(session, [NewJob(kind, key, run_at, payload, case_id, token)], at=at)


def enqueue_all(session: Session, jobs: Iterable[NewJob], *, at: datetime) -> None:
    """Leave jobs for the worker, in one statement; those due together are taken in this order."""
    jobs = list(jobs)
    rows = [
        {
            "id": id,
            "kind": job.kind.value,
            "key": job.key,
            "case_id": job.case_id,
            "token": job.token,
            "payload": job.payload,
            "run_at": job.run_at,
            "attempts": 0,
            "is_dead": False,
        }
        for id, job in zip(sorted(new_id(at) for _ in jobs), jobs, strict=True)
    ]
    write_jobs(session, rows)


def take(
    session: Session,
    *,
    worker: str,
    at: datetime,
    limit: int = 50,
    kinds: Iterable[JobKind] = tuple(JobKind),
    lease: timedelta = LEASE,
) -> list[Job]:
    """Lease the jobs due longest; nobody else gets them until the lease ends.

    A lease that ends further away than a lease is long was given by a clock that ran ahead: it does not count.
    What a worker left that is no more is leased alone: it may be what ended that worker, and must not take the others
    along a second time.
    """
    due = session.execute(
        select(Job.id, Job.leased_until)
        .where(
            ~Job.is_dead,
            Job.run_at <= at,
            _is_free(at, lease),
            Job.kind.in_([kind.value for kind in kinds]),
        )
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if due and due[0].leased_until is not None:
        chosen = [due[0].id]
    else:
        chosen = [job.id for job in due if job.leased_until is None]
    if not chosen:
        return []
    leased = session.scalars(
        update(Job)
        .where(Job.id.in_(chosen))
        .values(leased_until=at + lease, leased_by=worker, attempts=Job.attempts + 1)
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(leased, key=lambda job: (job.run_at, job.id))


def give_back(session: Session, job_ids: Iterable[int], *, worker: str) -> None:
    """Let others have what was leased and not begun; it does not count as an attempt."""
    session.execute(
        update(Job)
        .where(Job.id.in_(list(job_ids)), Job.leased_by == worker)
        .values(leased_until=None, leased_by=None, attempts=Job.attempts - 1)
        .execution_options(synchronize_session=False)
    )


def is_used_up(job: Job) -> bool:
    """Whether a leased job was begun as often as any may be; whoever began it last came to no end, nor to an error."""
    return job.attempts > (MOST_ATTEMPTS if job.last_error is None else _most_attempts(job))


def finish(session: Session, job_id: int, *, worker: str) -> bool:
    """Remove a job that is done; False when the lease went to somebody else, whose work then counts."""
    gone = session.execute(
        delete(Job)
        .where(Job.id == job_id, Job.leased_by == worker)
        .execution_options(synchronize_session=False)
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def prolong(session: Session, job_id: int, until: datetime, *, worker: str) -> bool:
    """Keep a job longer than a lease, for work that reports as it goes; False when the lease went to somebody else."""
    kept = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.leased_by == worker)
        .values(leased_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(kept.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


def fail(
    session: Session,
    job_id: int,
    error: Said | str,
    *,
    worker: str,
    is_final: bool = False,
    at: datetime,
) -> Job | None:
    """Put a failed job off; after its last attempt, or when `is_final`, it is dead. The job; None when it is not ours.

    A mail or webhook is tried MOST_ATTEMPTS_OUTSIDE times, anything else MOST_ATTEMPTS. `error` is sound, as
    engine.errors.said_by gives it.

    Pauses double from FIRST_PAUSE up to LONGEST_PAUSE and vary by a half, so that what failed together does not
    come back together.
    """
    job = session.scalar(
        select(Job).where(Job.id == job_id, Job.leased_by == worker).with_for_update()
    )
    if job is None:
        return None
    text = str(error)
    job.last_error = text[:LONGEST_ERROR]
    is_whole = len(text) <= LONGEST_ERROR
    job.last_said = error.to_json() if isinstance(error, Said) and is_whole else None
    job.leased_until = job.leased_by = None
    job.is_dead = is_final or job.attempts >= _most_attempts(job)
    if not job.is_dead:
        job.run_at = at + pause(job.attempts)
    session.flush()
    return job


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts; varies by a half around the doubling."""
    wanted: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return wanted * random.uniform(0.75, 1.25)


def revive(session: Session, job_id: int, *, at: datetime) -> Job:
    """Let a dead job be tried again, now; NotFound."""
    job = session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound(what="job", name=job_id)
    job.is_dead, job.attempts, job.run_at = False, 0, at
    job.leased_until = job.leased_by = None
    session.flush()
    return job


def why_failed(job: Job) -> Said | str:
    """What went wrong last: words of ours, or another machine's; a dash where nobody said."""
    if job.last_said is not None:
        return Said.from_json(job.last_said)
    return job.last_error or "–"


def next_run_at(
    session: Session,
    *,
    kinds: Iterable[JobKind] = tuple(JobKind),
    lease: timedelta = LEASE,
    at: datetime,
) -> datetime | None:
    """When the next job that can be taken is due (or was); None when there is none."""
    return session.scalar(
        select(Job.run_at)
        .where(~Job.is_dead, _is_free(at, lease), Job.kind.in_([kind.value for kind in kinds]))
        .order_by(Job.run_at)
        .limit(1)
    )


def _most_attempts(job: Job) -> int:
    return MOST_ATTEMPTS_OUTSIDE if job.kind in _OUTSIDE else MOST_ATTEMPTS


def _is_free(at: datetime, lease: timedelta) -> ColumnElement[bool]:
    # A lease that ends further away than any lease is long was given by a clock that ran ahead.
    return or_(
        Job.leased_until.is_(None), Job.leased_until <= at, Job.leased_until > at + 2 * lease
    )
