"""Several cases moved in one transaction: what they write is gathered, and written in a few statements at the end."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from engine.models import Event, Incident, Job, Task, TaskKey

_EVENTS: Table = Event.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_JOBS: Table = Job.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_KEYS: Table = TaskKey.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
_TASKS: Table = Task.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
# Made once, and on the tables: no Event, Job or TaskKey is in a session that moves a case.
_RECORD = insert(_EVENTS)
_ENQUEUE = insert(_JOBS)
_DROP = delete(_JOBS).where(_JOBS.c.key.in_(bindparam("keys", expanding=True)))
_STOP = _DROP.returning(_JOBS.c.case_id, _JOBS.c.token, _JOBS.c.is_dead)
_DEAD = select(_JOBS.c.key).where(
    _JOBS.c.case_id.in_(bindparam("case_ids", expanding=True)), _JOBS.c.is_dead
)
_FIND = insert(_KEYS)
_OPEN = insert(_TASKS)
_OF_TASKS = tuple(column.key for column in _TASKS.columns)
_LOSE = delete(_KEYS).where(
    _KEYS.c.case_id == bindparam("of_case"), _KEYS.c.token == bindparam("of_token")
)
_BATCH = "batch"
T = TypeVar("T")


@dataclass(slots=True)
class _Batch:
    dead: frozenset[str] | None  # keys of the jobs that were given up; None: nobody looked
    facts: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    known: dict[object, Any] = field(default_factory=dict)


@contextmanager
def batch(session: Session, *, of: Iterable[int] | None = None) -> Iterator[None]:
    """Inside, facts and jobs of cases are only gathered; they are written at the end, unless anything is raised.

    `of`: the ids of all cases that may stop waiting for jobs inside, whose rows are held. One look tells which of
    these jobs had been given up; without it, whatever is stopped is stopped at once, case by case.
    """
    gathered = session.info[_BATCH] = _Batch(None if of is None else _dead_jobs(session, of))
    try:
        yield
    finally:
        del session.info[_BATCH]
    session.flush()  # cases before their facts
    if gathered.facts:
        session.connection().execute(_RECORD, gathered.facts)
    drop_keys(session, gathered.lost)
    write_keys(session, gathered.keys)
    # A timer set anew has the key of the one before.
    drop_jobs(session, gathered.dropped)
    write_jobs(session, gathered.jobs)


def asked_once(session: Session, question: object, ask: Callable[[], T]) -> T:
    """What `ask` reads; inside a batch it is read once for each `question`."""
    gathered = _gathered(session)
    if gathered is None:
        return ask()
    if question not in gathered.known:
        gathered.known[question] = ask()
    answer: T = gathered.known[question]
    return answer


def write_facts(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write rows of facts, after the case they belong to."""
    gathered = _gathered(session)
    if gathered is not None:
        gathered.facts += rows
        return
    session.flush()  # the case must be there, and its row held, before its facts
    session.connection().execute(_RECORD, rows)


def write_tasks(session: Session, tasks: list[Task]) -> None:
    """Write rows of new tasks, after the case they belong to. The objects themselves stay outside the session: its
    unit of work costs three times the statement, and nothing that moves a case changes what it has just opened.
    """
    if is_gathering(session):
        session.add_all(tasks)  # another move in the same batch may end them
    elif tasks:
        session.flush()  # a new case before its tasks
        rows = [{name: vars(task).get(name) for name in _OF_TASKS} for task in tasks]
        session.connection().execute(_OPEN, rows)


def drop_keys(session: Session, tasks: list[tuple[int, int]]) -> None:
    """Remove what tasks, by case and token, are found by."""
    gathered = _gathered(session)
    if gathered is not None:
        gathered.lost += tasks
        gone = set(tasks)
        gathered.keys = [k for k in gathered.keys if (k["case_id"], k["token"]) not in gone]
    elif tasks:
        rows = [{"of_case": case_id, "of_token": token} for case_id, token in tasks]
        session.connection().execute(_LOSE, rows if len(rows) > 1 else rows[0])


def write_keys(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write what tasks are found by; nothing checks that they are there."""
    gathered = _gathered(session)
    if gathered is not None:
        gathered.keys += rows
    elif rows:
        session.connection().execute(_FIND, rows)


def drop_jobs(session: Session, keys: list[str]) -> None:
    """Remove the jobs with these keys."""
    gathered = _gathered(session)
    if gathered is not None:
        gathered.dropped += keys
    elif keys:
        session.connection().execute(_DROP, {"keys": keys})


def stop_jobs(session: Session, keys: list[str], *, at: datetime) -> None:
    """Remove the jobs with these keys, of tokens that wait for them no more; what had been given up of them is no
    incident any more, as nothing is left to try again.
    """
    gathered = _gathered(session)
    if gathered is not None and gathered.dead is not None:
        # What was given up is settled before new incidents of the same tokens are looked for.
        gathered.dropped += [key for key in keys if key not in gathered.dead]
        keys = [key for key in keys if key in gathered.dead]
    if keys:
        for case_id, token, is_dead in session.connection().execute(_STOP, {"keys": keys}).all():
            if is_dead:
                session.execute(
                    update(Incident)
                    .where(
                        Incident.case_id == case_id,
                        Incident.token == token,
                        Incident.resolved_at.is_(None),
                    )
                    .values(resolved_at=at)
                )


def write_jobs(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write rows of jobs."""
    gathered = _gathered(session)
    if gathered is not None:
        gathered.jobs += rows
    elif rows:
        session.flush()  # a new case before what it waits for
        session.connection().execute(_ENQUEUE, rows)


def is_gathering(session: Session) -> bool:
    """Whether what cases write is only gathered for now."""
    return _BATCH in session.info


def _dead_jobs(session: Session, case_ids: Iterable[int]) -> frozenset[str]:
    found = session.connection().execute(_DEAD, {"case_ids": list(case_ids)})
    return frozenset(found.scalars())


def _gathered(session: Session) -> _Batch | None:
    found: _Batch | None = session.info.get(_BATCH)
    return found
