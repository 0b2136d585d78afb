"""Measured cases as rows: written, read back as they were added, taken away again."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Row, Table, bindparam, delete, select
from sqlalchemy.orm import Session

from engine.metrics.bulk import insert_rows
from engine.metrics.cells import Cells, Done, Kind, Placed, add, number_of, place, slices_of
from engine.metrics.item import CAUSES, MOST_STEPS, Cause, Item, ItemKind, Measured
from engine.models import Activity, Audience, Cell, MeasuredCase, Resource, Slice, Variant, WorkItem

_CASES: Table = MeasuredCase.__table__  # type: ignore[assignment]  # the stubs say FromClause
_ITEMS: Table = WorkItem.__table__  # type: ignore[assignment]  # the stubs say FromClause
_CELLS: Table = Cell.__table__  # type: ignore[assignment]  # the stubs say FromClause
_ADDED = (
    "(kind, slice_id, period, a, b, bucket) DO UPDATE"
    " SET n = measure_cell.n + excluded.n, total = measure_cell.total + excluded.total"
)
_NAMED: tuple[Table, ...] = tuple(
    model.__table__  # type: ignore[misc]  # the stubs say FromClause
    for model in (Activity, Variant, Audience, Slice, Resource)
)
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_OLD_CASES = select(_CASES).where(_CASES.c.case_id.in_(_IDS))
_OLD_ITEMS = (
    select(_ITEMS).where(_ITEMS.c.case_id.in_(_IDS)).order_by(_ITEMS.c.case_id, _ITEMS.c.seq)
)


def keep(session: Session, cases: Iterable[Measured], zone: ZoneInfo) -> None:
    """Write cases that are not measured yet, and add them to the cells: what an importer of logs calls, in batches.

    Case ids come from engine.ids; the procedure must exist. Nothing is committed.
    """
    done = []
    cells = Cells()
    for case in cases:
        for item in case.items:
            if item.resource:
                item.person_id = number_of("resource", case.procedure_id, item.resource)
            if item.group:
                item.office_id = number_of("resource", case.procedure_id, item.group)
        one = place(case)
        add(cells, one, slices_of(one), zone)
        done.append(one)
    write(session, done)
    write_cells(session, cells)


def forget(session: Session, case_ids: Iterable[int], zone: ZoneInfo) -> None:
    """Take measured cases away again, from their rows and from the cells, as when an import is undone."""
    ids = list(case_ids)
    cells = Cells()
    for one in stored(session, ids).values():
        add(cells, one, slices_of(one), zone, -1)
    erase(session, ids)
    write_cells(session, cells)


def forget_some(session: Session, procedure_id: int, most: int = 1000) -> bool:
    """Take a piece of a log's cases away, cells first; whether to call again. Its procedure has no cases of its own."""
    slices = session.scalars(
        select(Slice.id).where(Slice.procedure_id == procedure_id).limit(100)
    ).all()
    if slices:
        kinds = [int(kind) for kind in Kind]
        session.execute(delete(Cell).where(Cell.kind.in_(kinds), Cell.slice_id.in_(slices)))
        session.execute(delete(Slice).where(Slice.id.in_(slices)))
        return True
    of_log = MeasuredCase.procedure_id == procedure_id
    ids = session.scalars(
        select(MeasuredCase.case_id).where(of_log, MeasuredCase.is_imported).limit(most)
    ).all()
    if ids:
        erase(session, list(ids))
        return True
    for model in (Activity, Variant, Resource):
        session.execute(delete(model).where(model.procedure_id == procedure_id))
    return False


def write(session: Session, done: list[Done], known: set[tuple[str, int]] | None = None) -> None:
    """Insert rows of cases and items, and the names their numbers stand for unless they are `known`."""
    _write_names(session, done, set() if known is None else known)
    insert_rows(session, _CASES, [_case_row(one) for one in done])
    insert_rows(session, _ITEMS, [_item_row(one, placed) for one in done for placed in one.items])


def write_cells(session: Session, cells: Cells) -> None:
    """Add to the cells, always in the same order, so that two who do this never wait for each other."""
    insert_rows(session, _CELLS, list(cells.rows()), _ADDED)


def erase(session: Session, case_ids: list[int]) -> None:
    """Delete the rows of cases and items; their cells stay."""
    if case_ids:
        session.execute(delete(_ITEMS).where(_ITEMS.c.case_id.in_(_IDS)), {"ids": case_ids})
        session.execute(delete(_CASES).where(_CASES.c.case_id.in_(_IDS)), {"ids": case_ids})


def stored(session: Session, case_ids: list[int]) -> dict[int, Done]:
    """Cases as they were added, by id; those not measured yet are missing."""
    if not case_ids:
        return {}
    cases = session.execute(_OLD_CASES, {"ids": case_ids}).all()
    if not cases:
        return {}
    items: dict[int, list[Row[Any]]] = {}
    for row in session.execute(_OLD_ITEMS, {"ids": case_ids}):
        items.setdefault(row.case_id, []).append(row)
    return {row.case_id: as_added(row, items.get(row.case_id, [])) for row in cases}


def as_added(row: Row[Any], items: list[Row[Any]]) -> Done:
    """The case of a row of MeasuredCase and rows of WorkItem (all columns, in their order)."""
    case = Measured(
        case_id=row.case_id,
        procedure_id=row.procedure_id,
        number=row.number,
        started_at=row.started_at,
        items=[],
        status=row.status,
        ended_at=row.ended_at,
        filed_at=row.filed_at,
        due_at=row.due_at,
        version_id=row.version_id,
        channel=row.channel,
        outcome=row.outcome,
        suspended=row.suspended,
        legal_days=row.legal_days,
        is_silent=row.is_silent,
        is_imported=row.is_imported,
    )
    return Done(
        case=case,
        items=_placed(items),
        audience_id=row.audience_id,
        variant_id=row.variant_id,
        steps=(),
        rework=row.rework,
        handovers=row.handovers,
        applicant=row.applicant,
    )


def _placed(rows: list[Row[Any]]) -> tuple[Placed, ...]:
    completed = sorted(
        (row for row in rows if row.is_completed), key=lambda row: (row.ended_at, row.seq)
    )
    items = {row.seq: _item(row) for row in rows}
    before = {row.seq: items[earlier.seq] for earlier, row in pairwise(completed)}
    return tuple(
        Placed(
            items[row.seq],
            row.activity_id,
            row.previous_id,
            before.get(row.seq),
            row.gap,
            row.round,
        )
        for row in rows
    )


def _item(row: Row[Any]) -> Item:
    item = Item(row.seq, "", "", ItemKind.TASK, row.enabled_at, row.ended_at, row.is_completed)
    item.office_id, item.person_id = row.office_id, row.person_id
    item.spent = dict(zip(CAUSES, row[-7:], strict=True))
    return item


def _case_row(done: Done) -> tuple[Any, ...]:
    case = done.case
    return (
        case.case_id,
        case.procedure_id,
        case.version_id,
        case.number,
        done.audience_id,
        done.variant_id,
        case.channel,
        case.status,
        case.outcome,
        case.started_at if case.filed_at is None else case.filed_at,
        case.started_at,
        case.ended_at,
        case.due_at,
        case.suspended,
        done.applicant,
        case.legal_days,
        done.rework,
        done.handovers,
        case.is_silent,
        case.is_imported,
        case.attributes,
    )


def _item_row(done: Done, placed: Placed) -> tuple[Any, ...]:
    item = placed.item
    spent = item.spent.get
    return (
        done.case.case_id,
        item.seq,
        placed.activity_id,
        placed.previous_id,
        placed.gap,
        item.token,
        item.office_id,
        item.person_id,
        item.enabled_at,
        item.assigned_at,
        item.started_at,
        item.ended_at,
        item.due_at,
        item.is_completed,
        placed.round,
        spent(Cause.UNCLAIMED, 0),
        spent(Cause.TOUCH, 0),
        spent(Cause.APPLICANT, 0),
        spent(Cause.OTHER_OFFICE, 0),
        spent(Cause.TIMER, 0),
        spent(Cause.SUSPENDED, 0),
        spent(Cause.MACHINE, 0),
    )


def _write_names(session: Session, done: list[Done], known: set[tuple[str, int]]) -> None:
    """What numbers stand for; a number that somebody else wrote meanwhile says the same."""
    new: dict[Table, dict[Any, tuple[Any, ...]]] = {table: {} for table in _NAMED}
    activities, variants, audiences, slices, resources = _NAMED
    for one in done:
        case = one.case
        for placed in one.items:
            if _is_new(known, "activity", placed.activity_id):
                item = placed.item
                row = (placed.activity_id, case.procedure_id, item.element_id, item.name[:300])
                new[activities][placed.activity_id] = (*row, item.kind.value, item.office_id)
            for number, name in _named(placed.item):
                if _is_new(known, "resource", number):
                    new[resources][number] = (number, case.procedure_id, name[:200])
        if _is_new(known, "variant", one.variant_id):
            steps = list(one.steps[:MOST_STEPS])
            said = (one.variant_id, case.procedure_id, steps, len(one.steps))
            new[variants][one.variant_id] = said
        if _is_new(known, "audience", one.audience_id):
            for office_id in case.offices or {placed.item.office_id for placed in one.items}:
                new[audiences][one.audience_id, office_id] = (one.audience_id, office_id)
        broad, fine = slices_of(one)
        if _is_new(known, "slice", broad):
            new[slices][broad] = (broad, case.procedure_id, one.audience_id, False, 0, "", "")
        if _is_new(known, "slice", fine):
            fine_row = (fine, case.procedure_id, one.audience_id, True, case.version_id)
            new[slices][fine] = (*fine_row, case.channel, case.outcome)
    for table, rows in new.items():
        insert_rows(session, table, list(rows.values()), "DO NOTHING")


def _named(item: Item) -> list[tuple[int, str]]:
    pairs = ((item.person_id, item.resource), (item.office_id, item.group))
    return [(number, name) for number, name in pairs if name]


def _is_new(known: set[tuple[str, int]], what: str, number: int) -> bool:
    if (what, number) in known:
        return False
    known.add((what, number))
    return True
