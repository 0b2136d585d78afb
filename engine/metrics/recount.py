"""Roll-ups thrown away and added up again from the raw rows: what repairs them, and what they are checked against."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.orm import Session

from engine.database import own_sql
from engine.metrics.cells import Kind
from engine.metrics.days import ZONE
from engine.metrics.rollups import (
    COUNTED_CASES,
    COUNTED_ITEMS,
    broad_cells,
    counted_cases,
    counted_items,
    fine_cells,
)
from engine.models import Cell, MeasuredCase, Slice


def recount(session: Session, procedure_id: int, *, zone: ZoneInfo = ZONE) -> int:
    """Add the rows of a procedure or log up again; how many cases they are. One transaction; nothing is committed.

    Whoever measures a case meanwhile waits, so that it is neither missed nor counted twice.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE measure_cell IN SHARE ROW EXCLUSIVE MODE"))
    slices = select(Slice.id).where(Slice.procedure_id == procedure_id)
    kinds = [int(kind) for kind in Kind]  # the key of a cell begins with its kind
    own = delete(Cell).where(Cell.kind.in_(kinds), Cell.slice_id.in_(slices))
    session.execute(own.execution_options(synchronize_session=False))
    case = MeasuredCase
    since, until, total = session.execute(
        select(
            func.min(case.started_at),
            func.max(func.coalesce(case.ended_at, case.started_at)),
            func.count(),
        ).where(case.procedure_id == procedure_id)
    ).one()
    if not total:
        return 0
    connection = session.connection()
    # Clocks that were set back, and logs that name an end before an event, reach a little beyond.
    around = (since - _AROUND, until + _AROUND)
    for table in (COUNTED_CASES, COUNTED_ITEMS):
        table.create(connection)
    after: int | None = -1
    while after is not None:
        some = counted_cases(procedure_id, zone, *around, after=after, most=_AT_ONCE)
        connection.execute(some)
        connection.execute(counted_items(zone, *around))
        for sums in fine_cells():
            connection.execute(_added(session, sums))
        after = connection.scalar(select(func.max(COUNTED_CASES.c.case_id)))
        for table in (COUNTED_CASES, COUNTED_ITEMS):
            connection.execute(delete(table))
    connection.execute(broad_cells(procedure_id))
    for table in (COUNTED_CASES, COUNTED_ITEMS):
        table.drop(connection)
    return int(total)


def _added(session: Session, sums: Select[Any]) -> Any:
    """Write sums as cells, added to those that pieces before have written."""
    cells = Cell.__table__
    added = own_sql(session).insert(Cell).from_select([column.name for column in cells.c], sums)
    new = added.excluded
    return added.on_conflict_do_update(
        index_elements=list(cells.primary_key),
        set_={"n": Cell.n + new.n, "total": Cell.total + new.total},
    )


_AT_ONCE = 200_000  # cases: SQLite may keep temporary tables in memory
_AROUND = 10 * 366 * 86_400
