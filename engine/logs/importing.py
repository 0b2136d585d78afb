"""Import a log: batch by batch, each a transaction of its own, so nobody waits; what fails leaves nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.errors import Conflict, NotFound, Refusal
from engine.ids import new_id, run_of_ids
from engine.logs.formats import read_log
from engine.logs.log import LogCase, Progress
from engine.logs.measuring import are_completions, as_whole, measured
from engine.logs.refusals import NoEvents
from engine.metrics import keeping
from engine.metrics.bulk import calm_collector
from engine.metrics.cells import CellRow, Cells, Done
from engine.metrics.completions import Completions, Written
from engine.metrics.days import ZONE
from engine.metrics.item import Measured
from engine.models import EventLog, LogState, Person, Procedure

BATCH = 8_000  # events written in one transaction
# Cells are added up in memory and written when there are so many: most come again in every batch.
MOST_CELLS = 40_000
CELLS_AT_ONCE = 4_000
MOST_KNOWN = 100_000  # numbers whose names are known to be written


class LogBusy(Conflict):
    """Two things at once with one log."""

    sentence: ClassVar[str] = "“{name}” is being read or deleted already. Wait until that is over."


class LeaseLost(Conflict):
    """Somebody else reads the log by now."""

    sentence: ClassVar[str] = "Another worker has taken over the reading of this log."


class Interrupted(Refusal):
    """An import that broke for no reason of the file's."""

    sentence: ClassVar[str] = "The import of “{name}” was interrupted. Try again."


class Stopped(Refusal):
    """An import that was taken back while it ran."""

    sentence: ClassVar[str] = "The import of “{name}” was stopped. Nothing of it was kept."


def register_log(
    session: Session,
    file_name: str,
    *,
    key: str,
    name: str,
    format: str,
    mapping: dict[str, Any] | None = None,
    office_id: int | None = None,
    sha256: str | None = None,
    state: LogState = LogState.WAITING,
    by: Person | None,
    at: datetime,
) -> EventLog:
    """A log about to be read: a procedure that takes no cases, under `key` or the next that is free, and its entry."""
    procedure = Procedure(
        id=new_id(at),
        key=_free_key(session, key),
        name=name[:300],
        office_id=office_id,
        is_suspended=True,
        created_at=at,
    )
    log = EventLog(
        id=procedure.id,
        procedure_id=procedure.id,
        file_name=file_name[:300],
        format=format,
        sha256=sha256,
        mapping=mapping or {},
        state=state.value,
        cases=0,
        events=0,
        empty_cases=0,
        bytes_read=0,
        bytes_whole=0,
        imported_by_id=None if by is None else by.id,
        imported_at=at,
    )
    session.add(procedure)
    session.flush()
    session.add(log)
    session.flush()
    return log


def fill(
    database: Database,
    log_id: int,
    path: Path,
    *,
    zone: ZoneInfo = ZONE,
    progress: Progress | None = None,
    went_on: Callable[[Session], None] | None = None,
) -> EventLog:
    """Read the file into the registered log; the log as it is then.

    A refusal (with the line of what is bad) undoes what had come in, is kept with the log and raised. What an earlier
    attempt left, cut off by a crash, is taken out first. `went_on` is called in every transaction: it may raise.
    """
    empty(database, log_id)
    log = database.write(lambda session: _begin(session, log_id, path.stat().st_size))
    done = [0, 0]

    def note(read: int, whole: int) -> None:
        done[:] = (read, whole)
        if progress is not None:
            progress(read, whole)

    cases = read_log(path, log.file_name, log.format, log.mapping, zone, note)
    try:
        with closing(cases), calm_collector():
            cells, known = Cells(), set[int]()
            short = Completions(log.procedure_id, cells, zone)
            for batch in _batches(cases, log, zone, cells, short):
                batch.read = done[0]
                known |= database.write(
                    partial(_add, log=log, batch=batch, known=known, went_on=went_on)
                )
                if len(known) > MOST_KNOWN:
                    known.clear()  # a name that is written twice is written once
                if len(cells) + len(short) > MOST_CELLS:
                    short.settle()
                    _add_up(database, log, cells, went_on)
            short.settle()
            _add_up(database, log, cells, went_on)
        return database.write(partial(_end, log=log))
    except LeaseLost:
        raise  # what is in the log now is somebody else's
    except BaseException as error:
        # Whatever it was, half a log is no log.
        empty(database, log_id)
        refusal = error if isinstance(error, Refusal) else Interrupted(name=log.file_name)
        database.write(lambda session: _fail(session, log_id, refusal))
        raise


def empty(database: Database, log_id: int) -> None:
    """Take everything of a log out of the measures, piece by piece; its entry stays, with nothing counted."""
    while database.write(lambda session: keeping.forget_some(session, log_id)):
        pass
    database.write(lambda session: _uncount(session, log_id))


def end_stopped(database: Database, log_id: int) -> None:
    """Take out what is left of a log whose reading somebody stopped, and say so in its entry."""
    with database.reading() as session:
        name = session.get_one(EventLog, log_id).file_name
    empty(database, log_id)
    database.write(lambda session: _fail(session, log_id, Stopped(name=name)))


def delete_log(database: Database, log_id: int) -> None:
    """Undo an import: rows, cells, entry and procedure."""

    def leave(session: Session) -> None:
        log = session.get(EventLog, log_id, with_for_update=True)
        if log is None:
            raise NotFound(what="log", name=log_id)
        log.state = LogState.LEAVING.value

    database.write(leave)
    empty(database, log_id)

    def go(session: Session) -> None:
        session.execute(delete(EventLog).where(EventLog.id == log_id))
        session.execute(delete(Procedure).where(Procedure.id == log_id))

    database.write(go)


def logs(session: Session) -> list[tuple[EventLog, Procedure]]:
    """Every imported log with its procedure, newest first."""
    rows = session.execute(
        select(EventLog, Procedure)
        .join(Procedure, Procedure.id == EventLog.procedure_id)
        .order_by(EventLog.imported_at.desc(), EventLog.id.desc())
    )
    return [(row.EventLog, row.Procedure) for row in rows]


def log_by_key(session: Session, key: str) -> EventLog:
    """The log of a procedure's key; NotFound."""
    found = session.scalar(
        select(EventLog)
        .join(Procedure, Procedure.id == EventLog.procedure_id)
        .where(Procedure.key == key)
    )
    if found is None:
        raise NotFound(what="log", name=key)
    return found


def _free_key(session: Session, key: str) -> str:
    wanted = key[:76]
    taken = set(
        session.scalars(
            select(Procedure.key).where(Procedure.key.startswith(wanted, autoescape=True))
        )
    )
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _begin(session: Session, log_id: int, size: int) -> EventLog:
    log = session.get(EventLog, log_id, with_for_update=True)
    if log is None:
        raise NotFound(what="log", name=log_id)
    if log.state == LogState.LEAVING:
        raise LogBusy(name=log.file_name)
    if log.state == LogState.STOPPING:
        raise Stopped(name=log.file_name)
    log.state, log.error = LogState.READING.value, None
    log.bytes_read, log.bytes_whole = 0, size
    return log


@dataclass(slots=True)
class _Batch:
    """Cases to write, how many events they have, how many had none; and how far the file is read."""

    cases: list[Done]
    short: Written
    events: int = 0
    empties: int = 0
    read: int = 0


def _batches(
    cases: Iterator[LogCase], log: EventLog, zone: ZoneInfo, cells: Cells, short: Completions
) -> Iterator[_Batch]:
    long: list[Measured] = []
    found: list[Done] = []
    events = empties = 0
    ids = run_of_ids()
    for case in cases:
        if not case.events:
            empties += 1
            continue
        groups = {event.group for event in case.events}
        offices = _HOME
        if groups != _NONE:
            numbers = (
                keeping.resource_number(log.procedure_id, one[:200]) for one in groups if one
            )
            offices = _HOME.union(numbers)
        of_case = (case, next(ids), log.procedure_id, offices, zone)
        if are_completions(case.events):
            found.append(short.add(as_whole(*of_case), case.events))
        else:
            long.append(measured(*of_case))
        events += len(case.events)
        if events >= BATCH:
            found += keeping.placed_in(cells, long, zone)
            yield _Batch(found, short.taken(), events, empties)
            found, long, events, empties = [], [], 0, 0
    if events or empties:
        found += keeping.placed_in(cells, long, zone)
        yield _Batch(found, short.taken(), events, empties)


_NONE = {None}
_HOME = frozenset({0})


def _add(
    session: Session,
    log: EventLog,
    batch: _Batch,
    known: set[int],
    went_on: Callable[[Session], None] | None,
) -> set[int]:
    held = _held(session, log, went_on)
    new = keeping.write(session, batch.cases, known)
    batch.short.write(session)
    held.cases += len(batch.cases)
    held.events += batch.events
    held.empty_cases += batch.empties
    held.bytes_read = batch.read
    return new


def _add_up(
    database: Database, log: EventLog, cells: Cells, went_on: Callable[[Session], None] | None
) -> None:
    """Write the cells piece by piece, so that nobody waits long, and forget them."""

    def add(session: Session, rows: list[CellRow]) -> None:
        _held(session, log, went_on)
        keeping.write_cell_rows(session, rows)

    rows = cells.rows()
    while piece := list(islice(rows, CELLS_AT_ONCE)):
        database.write(partial(add, rows=piece))
    cells.clear()


def _held(
    session: Session, log: EventLog, went_on: Callable[[Session], None] | None = None
) -> EventLog:
    held = session.get(EventLog, log.id, with_for_update=True)
    if held is None or held.state != LogState.READING:
        raise Stopped(name=log.file_name)
    if went_on is not None:
        went_on(session)
    return held


def _end(session: Session, log: EventLog) -> EventLog:
    held = _held(session, log)
    if not held.cases:
        raise NoEvents(name=log.file_name)
    held.state = LogState.DONE.value
    held.bytes_read = held.bytes_whole
    return held


def _fail(session: Session, log_id: int, refusal: Refusal) -> None:
    log = session.get(EventLog, log_id, with_for_update=True)
    if log is not None and log.state in (LogState.READING, LogState.STOPPING):
        said = {name: str(value) for name, value in refusal.values.items()}
        told = orjson.dumps([type(refusal).sentence, said]).decode()
        log.state, log.error = LogState.FAILED.value, told


def is_stopped(log: EventLog) -> bool:
    """Whether somebody had it stopped: nothing is wrong with the file."""
    return log.error is not None and orjson.loads(log.error)[0] == Stopped.sentence


def _uncount(session: Session, log_id: int) -> None:
    log = session.get(EventLog, log_id, with_for_update=True)
    if log is not None:
        log.cases = log.events = log.empty_cases = log.bytes_read = 0
