"""Measured cases as rows: written, read back as they were added, taken away again."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Table, bindparam, delete, select
from sqlalchemy.orm import Session

from engine.metrics.bulk import insert_rows
from engine.metrics.cells import CellRow, Cells, Done, Placed, add, number_of, place, slices_of
from engine.metrics.item import CAUSES, MOST_STEPS, Item, ItemKind, Measured
from engine.metrics.kinds import ALL_KINDS
from engine.models import (
    Activity,
    Audience,
    Cell,
    MeasuredCase,
    Recount,
    Resource,
    Slice,
    Variant,
    WorkItem,
)

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
CASE_COLUMNS = tuple(
    _CASES.c[name]
    for name in (
        "case_id", "procedure_id", "version_id", "audience_id", "variant_id", "channel", "status", "outcome",
        "filed_at", "started_at", "ended_at", "due_at", "answered_at", "answer_wait", "applicant", "legal_days",
        "rework", "handovers", "is_silent",
    )
)  # fmt: skip
ITEM_COLUMNS = tuple(
    _ITEMS.c[name]
    for name in (
        "case_id", "seq", "activity_id", "previous_id", "gap", "office_id", "person_id", "enabled_at", "ended_at",
        "is_completed", "round", *(cause.value for cause in CAUSES),
    )
)  # fmt: skip
_OLD_CASES = select(*CASE_COLUMNS).where(_CASES.c.case_id.in_(_IDS))
_OLD_ITEMS = (
    select(*ITEM_COLUMNS).where(_ITEMS.c.case_id.in_(_IDS)).order_by(_ITEMS.c.case_id, _ITEMS.c.seq)
)
_NEXT_CASES = (
    select(*CASE_COLUMNS)
    .where(_CASES.c.procedure_id == bindparam("procedure"), _CASES.c.case_id > bindparam("after"))
    .order_by(_CASES.c.case_id)
    .limit(bindparam("most"))
)
_NEXT_ITEMS = (
    select(*ITEM_COLUMNS)
    .where(_ITEMS.c.case_id.between(bindparam("first"), bindparam("last")))
    .order_by(_ITEMS.c.case_id, _ITEMS.c.seq)
)
_TASK = ItemKind.TASK


def keep(session: Session, cases: Iterable[Measured], zone: ZoneInfo) -> None:
    """Write cases that are not measured yet, and add them to the cells: what an importer of logs calls, in batches.

    Case ids come from engine.ids; the procedure must exist. Nothing is committed.
    """
    cells = Cells()
    write(session, placed_in(cells, cases, zone))
    write_cells(session, cells)


def placed_in(cells: Cells, cases: Iterable[Measured], zone: ZoneInfo) -> list[Done]:
    """Cases of a log ready to be written, added to `cells`, with numbers for the persons and groups it names."""
    done = []
    for case in cases:
        procedure_id = case.procedure_id
        for item in case.items:
            if item.resource:
                item.person_id = resource_number(procedure_id, item.resource)
            if item.group:
                item.office_id = resource_number(procedure_id, item.group)
        one = place(case)
        add(cells, one, slices_of(one), zone)
        done.append(one)
    return done


@lru_cache(maxsize=65_536)
def resource_number(procedure_id: int, name: str) -> int:
    """The number that stands for a person or group whom a log names."""
    return number_of("resource", procedure_id, name)


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
        session.execute(delete(Cell).where(Cell.kind.in_(ALL_KINDS), Cell.slice_id.in_(slices)))
        session.execute(delete(Recount).where(Recount.procedure_id == procedure_id))
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


def write(session: Session, done: list[Done], known: AbstractSet[int] = frozenset()) -> set[int]:
    """Insert rows of cases and items, and the names their numbers stand for unless they are `known`; the numbers that
    are known as well once this is committed."""
    new = _write_names(session, done, known)
    insert_rows(session, _CASES, [_case_row(one) for one in done])
    insert_rows(session, _ITEMS, [_item_row(one, placed) for one in done for placed in one.items])
    return new


def write_cells(session: Session, cells: Cells) -> None:
    """Add to the cells, always in the same order, so that two who do this never wait for each other."""
    write_cell_rows(session, list(cells.rows()))


def write_cell_rows(session: Session, rows: list[CellRow]) -> None:
    """The same for rows that come in their order."""
    insert_rows(session, _CELLS, rows, _ADDED)


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
    return as_added(cases, session.execute(_OLD_ITEMS, {"ids": case_ids})) if cases else {}


def stored_cases(session: Session, case_ids: list[int]) -> dict[int, Done]:
    """The same without the items: for what is counted of cases alone."""
    return as_added(session.execute(_OLD_CASES, {"ids": case_ids}), ()) if case_ids else {}


def stored_after(session: Session, procedure_id: int, case_id: int, most: int) -> dict[int, Done]:
    """The same of a procedure's next cases by their id, at most so many."""
    asked = {"procedure": procedure_id, "after": case_id, "most": most}
    cases = session.execute(_NEXT_CASES, asked).all()
    if not cases:
        return {}
    between = {"first": cases[0][0], "last": cases[-1][0]}
    return as_added(cases, session.execute(_NEXT_ITEMS, between))


def as_added(cases: Iterable[Any], items: Iterable[Any]) -> dict[int, Done]:
    """Cases by id, from rows of CASE_COLUMNS and, in order of case and seq, of ITEM_COLUMNS."""
    own: dict[int, list[Placed]] = {}
    for (
        case_id, seq, activity_id, previous_id, gap, office_id, person_id, enabled_at, ended_at, is_completed, number,
        *spent,
    ) in items:  # fmt: skip
        item = Item(seq, "", "", _TASK, enabled_at, ended_at, is_completed, office_id, person_id)
        if any(spent):
            item.spent = dict(zip(CAUSES, spent, strict=True))
        one = Placed(item, activity_id, previous_id, None, gap, number)
        if case_id in own:
            own[case_id].append(one)
        else:
            own[case_id] = [one]
    found = {}
    for (
        case_id, procedure_id, version_id, audience_id, variant_id, channel, status, outcome, filed_at, started_at,
        ended_at, due_at, answered_at, answer_wait, applicant, legal_days, rework, handovers, is_silent,
    ) in cases:  # fmt: skip
        case = Measured(case_id, procedure_id, "", started_at, [], status, ended_at, filed_at)
        case.due_at, case.version_id, case.channel, case.outcome = (
            due_at,
            version_id,
            channel,
            outcome,
        )
        case.answered_at, case.answer_wait = answered_at, answer_wait
        case.legal_days, case.is_silent = legal_days, is_silent
        placed = _in_order(own.get(case_id, []))
        found[case_id] = Done(
            case, placed, audience_id, variant_id, (), rework, handovers, applicant
        )
    return found


def _in_order(items: list[Placed]) -> tuple[Placed, ...]:
    """Each item with the one completed before it, as `place` has it: who handed over is read there."""
    done = [one for one in items if one.item.is_completed]
    done.sort(key=lambda one: (one.item.ended_at or 0, one.item.seq))
    before = {one.item.seq: earlier.item for earlier, one in pairwise(done)}
    return tuple(one._replace(previous=before.get(one.item.seq)) for one in items)


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
        case.answered_at,
        case.answer_wait,
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
    item, activity_id, previous_id, _, gap, number = placed
    spent = item.spent
    return (
        done.case.case_id,
        item.seq,
        activity_id,
        previous_id,
        gap,
        item.token,
        item.office_id,
        item.person_id,
        item.enabled_at,
        item.assigned_at,
        item.started_at,
        item.ended_at,
        item.due_at,
        item.is_completed,
        number,
        *([spent.get(cause, 0) for cause in CAUSES] if spent else _NOTHING),
    )


_NOTHING = (0,) * len(CAUSES)


def _write_names(session: Session, done: list[Done], known: AbstractSet[int]) -> set[int]:
    """What numbers stand for; a number that somebody else wrote meanwhile says the same."""
    new: dict[Table, dict[Any, tuple[Any, ...]]] = {table: {} for table in _NAMED}
    activities, variants, audiences, slices, resources = new.values()
    told: set[int] = set()
    for one in done:
        case = one.case
        for placed in one.items:
            number, item = placed.activity_id, placed.item
            if number not in known and number not in activities:
                row = (number, case.procedure_id, item.element_id, item.name[:300])
                activities[number] = (*row, item.kind.value, item.office_id)
            if item.resource and (number := item.person_id) not in known:
                resources[number] = (number, case.procedure_id, item.resource[:200])
            if item.group and (number := item.office_id) not in known:
                resources[number] = (number, case.procedure_id, item.group[:200])
        number = one.variant_id
        if number not in known and number not in variants:
            steps = list(one.steps[:MOST_STEPS])
            variants[number] = (number, case.procedure_id, steps, len(one.steps))
        if one.audience_id not in known and one.audience_id not in told:
            told.add(one.audience_id)
            for office_id in case.offices or {placed.item.office_id for placed in one.items}:
                audiences[one.audience_id, office_id] = (one.audience_id, office_id)
        broad, fine = slices_of(one)
        if broad not in known and broad not in slices:
            slices[broad] = (broad, case.procedure_id, one.audience_id, False, 0, "", "")
        if fine not in known and fine not in slices:
            fine_row = (fine, case.procedure_id, one.audience_id, True, case.version_id)
            slices[fine] = (*fine_row, case.channel, case.outcome)
    for table, rows in new.items():
        insert_rows(session, table, list(rows.values()), "DO NOTHING")
    return told.union(activities, variants, slices, resources)
