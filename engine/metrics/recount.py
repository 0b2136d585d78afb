"""Roll-ups added up again from the raw rows: what repairs them, and what they are checked against.

Nobody waits for it. Rows are added up from one moment's view of the database, beside the cells that pages read; what
differs is then added to these, some thousand cells in a transaction. Whoever measures a case meanwhile adds and takes
away what changed, which comes to the same before or after.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from secrets import randbits
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, Select, delete, func, select, update
from sqlalchemy.orm import Session

from engine.database import Database, own_sql
from engine.errors import Conflict
from engine.metrics.cells import CellRow
from engine.metrics.days import ZONE
from engine.metrics.keeping import write_cell_rows
from engine.metrics.rollups import (
    COUNTED_CASES,
    COUNTED_ITEMS,
    RECOUNTED,
    blocks,
    broad_cells,
    counted_cases,
    counted_items,
    differences,
    fine_cells,
)
from engine.models import EventLog, LogState, MeasuredCase, Recount

Told = Callable[[int, int], object]  # cases added up so far, and in all


class RecountOvertaken(Conflict):
    """Two at once with the cells of one procedure."""

    sentence: ClassVar[str] = (
        "Somebody else adds up the figures of this procedure by now, or deletes it. Theirs are right; yours stop here."
    )


class LogInMotion(Conflict):
    """A log that is not whole."""

    sentence: ClassVar[str] = "This log is being read or deleted. Wait until that is over."


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many cases were added up, and how many cells said something else."""

    cases: int
    mended: int


def recount(
    database: Database,
    procedure_id: int,
    *,
    zone: ZoneInfo = ZONE,
    told: Told | None = None,
    pieces: int = 50_000,
) -> Recounted:
    """Add the rows of a procedure or log up again and mend its cells, while everyone works on.

    Raises RecountOvertaken, LogInMotion. What was mended until then, or until a crash, is right.
    """
    number = database.write(partial(_begin, procedure_id=procedure_id))
    mended = 0
    with database.reading() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        cases = _add_up(session, procedure_id, zone, pieces, told)
        with closing(_different(session, procedure_id)) as found:
            for rows in found:
                database.write(partial(_mend, procedure_id=procedure_id, number=number, rows=rows))
                mended += len(rows)
    database.write(partial(_end, procedure_id=procedure_id, number=number))
    return Recounted(cases, mended)


def recount_within(session: Session, procedure_id: int, *, zone: ZoneInfo = ZONE) -> Recounted:
    """The same inside one transaction of the caller's."""
    cases, mended = _add_up(session, procedure_id, zone, 50_000, None), 0
    for rows in list(_different(session, procedure_id)):
        write_cell_rows(session, rows)
        mended += len(rows)
    for table in _BESIDE:
        table.drop(session.connection())
    return Recounted(cases, mended)


def _begin(session: Session, *, procedure_id: int) -> int:
    state = session.scalar(select(EventLog.state).where(EventLog.procedure_id == procedure_id))
    if state not in (None, LogState.DONE.value):
        raise LogInMotion
    number = randbits(53)
    row = {"procedure_id": procedure_id, "number": number}
    started = own_sql(session).insert(Recount).values(row)
    session.execute(
        started.on_conflict_do_update(
            index_elements=[Recount.procedure_id], set_={"number": number}
        )
    )
    return number


def _mend(session: Session, *, procedure_id: int, number: int, rows: list[CellRow]) -> None:
    # Also waits for who takes over, and makes them wait: they look at the cells after this, or this is not written.
    own = update(Recount).where(Recount.procedure_id == procedure_id, Recount.number == number)
    done = cast("CursorResult[Any]", session.execute(own.values(number=number)))
    if not done.rowcount:
        raise RecountOvertaken
    write_cell_rows(session, rows)


def _end(session: Session, *, procedure_id: int, number: int) -> None:
    own = delete(Recount).where(Recount.procedure_id == procedure_id, Recount.number == number)
    session.execute(own)


def _add_up(
    session: Session, procedure_id: int, zone: ZoneInfo, pieces: int, told: Told | None
) -> int:
    """Fill RECOUNTED, a temporary table, from the rows; how many cases they are."""
    case = MeasuredCase
    since, until, total, first, end = session.execute(
        select(
            func.min(case.started_at),
            func.max(func.coalesce(case.ended_at, case.started_at)),
            func.count(),
            func.min(case.case_id),
            func.max(case.case_id),
        ).where(case.procedure_id == procedure_id)
    ).one()
    connection = session.connection()
    for table in _BESIDE:
        table.create(connection)
    if not total:
        return 0
    # Clocks that were set back, and logs that name an end before an event, reach a little beyond.
    around = (since - _AROUND, until + _AROUND)
    after, done, is_postgres = first - 1, 0, connection.dialect.name == "postgresql"
    while after < end:
        # pieces of the table, whichever procedure a case is of: their ends are found without looking at all the rest
        ids = select(case.case_id).where(case.case_id > after, case.case_id <= end)
        some_ids = ids.order_by(case.case_id).limit(pieces).subquery()
        last = connection.execute(select(func.max(some_ids.c.case_id))).scalar_one()
        some = counted_cases(procedure_id, zone, *around, after=after, last=last)
        connection.execute(some)
        connection.execute(counted_items(zone, *around))
        if is_postgres and not done:
            # nobody else looks into temporary tables: without this it takes them for a few rows each, and compares
            # every case with every item
            for table in (COUNTED_CASES, COUNTED_ITEMS):
                connection.exec_driver_sql(f"ANALYZE {table.name}")
        for sums in fine_cells():
            connection.execute(_added(session, sums))
        done += connection.execute(select(func.count()).select_from(COUNTED_CASES)).scalar_one()
        after = last
        for table in (COUNTED_CASES, COUNTED_ITEMS):
            if is_postgres:  # where what is deleted stays in the way
                connection.exec_driver_sql(f"TRUNCATE {table.name}")
            else:
                connection.execute(delete(table))
        if told is not None:
            told(min(done, total), total)
    connection.execute(blocks())
    connection.execute(broad_cells(procedure_id))
    return int(total)


def _different(session: Session, procedure_id: int) -> Generator[list[CellRow]]:
    asked = differences(procedure_id).execution_options(yield_per=_CELLS_AT_ONCE)
    with closing(session.execute(asked)) as rows:
        for some in rows.partitions(_CELLS_AT_ONCE):
            yield [cast("CellRow", tuple(map(int, row))) for row in some]


def _added(session: Session, sums: Select[Any]) -> Any:
    """Write sums as cells, added to those that pieces before have written."""
    added = own_sql(session).insert(RECOUNTED).from_select([one.name for one in RECOUNTED.c], sums)
    new, old = added.excluded, RECOUNTED.c
    return added.on_conflict_do_update(
        index_elements=list(RECOUNTED.primary_key),
        set_={"n": old.n + new.n, "total": old.total + new.total},
    )


_BESIDE = (COUNTED_CASES, COUNTED_ITEMS, RECOUNTED)
_CELLS_AT_ONCE = 4_000  # some tens of milliseconds for who waits to write
_AROUND = 10 * 366 * 86_400
