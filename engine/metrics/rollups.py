"""What rows add to the cells, said a second time, in SQL that every database understands: whole procedures at once.

`cells.py` adds case by case as they go on; this adds up all there are, some hundred thousand events a second. Neither
knows the other, and the tests hold them against each other.
"""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)

from engine.metrics.days import BLOCK, DAY, changes_of
from engine.metrics.kinds import ALL_KINDS, CAUSE_KINDS, HISTOGRAMS, IN_BLOCKS, WIDTH, Kind
from engine.models import Cell, MeasuredCase, Slice, WorkItem

_CELLS: Table = Cell.__table__  # type: ignore[assignment]  # the stubs say FromClause
_CASES: Table = MeasuredCase.__table__  # type: ignore[assignment]  # the stubs say FromClause
_ITEMS: Table = WorkItem.__table__  # type: ignore[assignment]  # the stubs say FromClause
_SLICES: Table = Slice.__table__  # type: ignore[assignment]  # the stubs say FromClause
_NAMES_OF_CAUSES = tuple(kind.name.lower() for kind in CAUSE_KINDS)
_Number = ColumnElement[int]


def _temporary(name: str, *columns: str) -> Table:
    typed = (Column(column, BigInteger) for column in columns)
    return Table(name, MetaData(), *typed, prefixes=["TEMPORARY"])


# A case or item a row, in the words of cells: days, weeks and buckets instead of instants and durations.
COUNTED_CASES = _temporary(
    "counted_case", "slice_id", "started", "ended", "week", "is_completed", "lead", "lead_bucket", "cycle",
    "cycle_bucket", "office", "office_bucket", "answer", "answer_bucket",
    "replied", "replied_bucket", "legal", "legal_bucket", "kept", "silent", "is_right", "variant_id",
    "case_id",
)  # fmt: skip
COUNTED_ITEMS = _temporary(
    "counted_item", "case_id", "slice_id", "activity_id", "previous_id", "gap", "person_id", "before_id", "office_id",
    "arrived", "departed", "week", "is_completed", "is_last", "ended_at", "round", "touch", "touch_bucket", "waiting",
    "waiting_bucket", "whole", "whole_bucket", *_NAMES_OF_CAUSES,
)  # fmt: skip

# Cells as they are when everything is added up once more.
RECOUNTED = Table(
    "recounted_cell",
    MetaData(),
    *(Column(column.name, column.type, primary_key=column.primary_key) for column in _CELLS.c),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def counted_cases(
    procedure_id: int, zone: ZoneInfo, since: int, until: int, *, after: int, last: int
) -> Insert:
    """Fill COUNTED_CASES with a procedure's cases whose ids are above `after`, up to `last`; all instants lie between
    `since` and `until`."""
    row, fine = _CASES.c, _SLICES.c
    cycle = _positive(row.ended_at - row.started_at)
    day = _day(row.ended_at, zone, since, until)
    lead = _positive(row.ended_at - row.filed_at)
    office = _positive(cycle - row.applicant)
    legal = row.legal_days * DAY
    is_before = row.answered_at < row.ended_at
    answered = case((is_before, row.answered_at), else_=row.ended_at)
    kept = case((row.due_at.is_(None), 3), (answered <= row.due_at, 1), else_=2)
    answer = _positive(answered - row.started_at)
    waited = case((is_before, row.answer_wait), else_=row.applicant)
    replied = _positive(answer - waited)
    of_fine = and_(
        fine.is_fine,
        fine.procedure_id == row.procedure_id,
        fine.audience_id == row.audience_id,
        fine.version_id == row.version_id,
        fine.channel == row.channel,
        fine.outcome == row.outcome,
    )
    asked = (
        select(
            fine.id,
            _day(row.started_at, zone, since, until),
            day,
            _monday(day),
            _flag(row.status == "completed"),
            lead,
            _bucket(lead),
            cycle,
            _bucket(cycle),
            office,
            _bucket(office),
            answer,
            _bucket(answer),
            replied,
            _bucket(replied),
            legal,
            _bucket(legal),
            kept,
            _flag(row.is_silent),
            _flag(and_(row.rework == 0, row.applicant == 0)),
            row.variant_id,
            row.case_id,
        )
        .join_from(_CASES, _SLICES, of_fine)
        # plus nothing: an index of procedures would find all their cases, for every piece anew
        .where(row.procedure_id + 0 == procedure_id, row.case_id > after, row.case_id <= last)
    )
    return insert(COUNTED_CASES).from_select(list(COUNTED_CASES.c), asked)


def counted_items(zone: ZoneInfo, since: int, until: int) -> Insert:
    """Fill COUNTED_ITEMS with the items of COUNTED_CASES."""
    row, of = _ITEMS.c, COUNTED_CASES.c
    whole = _positive(row.ended_at - row.enabled_at)
    waiting = _positive(whole - row.touch)
    day = _day(row.ended_at, zone, since, until)
    # of completed items only: who did the one before, and whether it was the last
    order: dict[str, Any] = {
        "partition_by": [row.case_id, row.is_completed],
        "order_by": [row.ended_at, row.seq],
    }
    asked = select(
        row.case_id,
        of.slice_id,
        row.activity_id,
        row.previous_id,
        row.gap,
        row.person_id,
        func.coalesce(func.lag(row.person_id).over(**order), 0),
        row.office_id,
        _day(row.enabled_at, zone, since, until),
        day,
        _monday(day),
        _flag(row.is_completed),
        _flag(func.lead(row.seq).over(**order).is_(None)),
        row.ended_at,
        row.round,
        row.touch,
        _bucket(row.touch),
        waiting,
        _bucket(waiting),
        whole,
        _bucket(whole),
        *(row[name] for name in _NAMES_OF_CAUSES),
    ).join_from(COUNTED_CASES, _ITEMS, row.case_id == of.case_id)
    return insert(COUNTED_ITEMS).from_select(list(COUNTED_ITEMS.c), asked)


def fine_cells() -> Iterator[Select[Any]]:
    """COUNTED_CASES and COUNTED_ITEMS added up to the columns of cells of fine slices, a kind at a time."""
    yield from _of_cases()
    yield from _of_items()


def blocks() -> Insert:
    """Add the histograms of RECOUNTED up in blocks of weeks."""
    cell = RECOUNTED.c
    shift, length = literal_column(str(IN_BLOCKS), Integer), literal_column(str(BLOCK), Integer)
    kind, block = cell.kind + shift, cell.period - (cell.period + _THURSDAY) % length
    keys = (kind, cell.slice_id, block, cell.a, cell.b, cell.bucket)
    asked = (
        select(*keys, func.sum(cell.n), func.sum(cell.total))
        .where(cell.kind.in_([int(kind) for kind in HISTOGRAMS]))
        .group_by(*keys)
    )
    return insert(RECOUNTED).from_select(list(RECOUNTED.c), asked)


def broad_cells(procedure_id: int) -> Insert:
    """Add what RECOUNTED has of a procedure's fine slices up to its broad ones."""
    cell, fine, broad = RECOUNTED.c, _SLICES.alias("fine"), _SLICES.alias("broad")
    whole = and_(
        ~broad.c.is_fine,
        broad.c.procedure_id == fine.c.procedure_id,
        broad.c.audience_id == fine.c.audience_id,
    )
    keys = (cell.kind, broad.c.id, cell.period, cell.a, cell.b, cell.bucket)
    asked = (
        select(*keys, func.sum(cell.n), func.sum(cell.total))
        .join_from(RECOUNTED, fine, and_(fine.c.id == cell.slice_id, fine.c.is_fine))
        .join(broad, whole)
        .where(fine.c.procedure_id == procedure_id)
        .group_by(*keys)
    )
    return insert(RECOUNTED).from_select(list(RECOUNTED.c), asked)


def differences(procedure_id: int) -> Select[Any]:
    """Columns of Cell: what has to be added to a procedure's cells so that they are those of RECOUNTED, in the order
    in which cells are written."""
    kept, again = _CELLS.c, RECOUNTED.c
    slices = select(_SLICES.c.id).where(_SLICES.c.procedure_id == procedure_id)
    names = ("kind", "slice_id", "period", "a", "b", "bucket")
    both = union_all(
        select(*again),
        select(*(kept[name] for name in names), -kept.n, -kept.total).where(
            kept.kind.in_(ALL_KINDS), kept.slice_id.in_(slices)
        ),
    ).subquery()
    of, keys = both.c, [both.c[name] for name in names]
    n, total = func.sum(of.n), func.sum(of.total)
    return (
        select(*keys, n, total)
        .group_by(*keys)
        .having(or_(n != 0, total != 0))
        .order_by(of.kind >= IN_BLOCKS, of.slice_id, *keys)
    )


def _of_cases() -> Iterator[Select[Any]]:
    of = COUNTED_CASES.c
    over, done = of.ended.is_not(None), of.is_completed == 1
    yield _sums(Kind.STARTED, of.started, total=_ZERO)
    yield _sums(Kind.ENDED, of.ended, a=2 - of.is_completed, total=of.cycle, where=over)
    yield _sums(Kind.LEAD, of.week, bucket=of.lead_bucket, total=of.lead, where=done)
    yield _sums(Kind.CYCLE, of.week, bucket=of.cycle_bucket, total=of.cycle, where=done)
    yield _sums(Kind.OFFICE, of.week, bucket=of.office_bucket, total=of.office, where=done)
    yield _sums(Kind.ANSWER, of.week, bucket=of.answer_bucket, total=of.answer, where=done)
    yield _sums(Kind.OFFICE_ANSWER, of.week, bucket=of.replied_bucket, total=of.replied, where=done)
    of_law = and_(done, of.legal.is_not(None))
    yield _sums(Kind.LEGAL, of.week, bucket=of.legal_bucket, total=of.legal, where=of_law)
    yield _sums(Kind.TERM, of.week, a=of.kept, b=of.silent, total=of.cycle, where=done)
    yield _sums(Kind.FIRST_TIME, of.week, a=of.is_right, total=of.cycle, where=done)
    yield _sums(Kind.VARIANT, of.week, a=of.variant_id, total=of.cycle, where=done)
    # each activity once a case, however often it was done there
    item = COUNTED_ITEMS.c
    visits = (
        select(of.slice_id, of.week, item.activity_id, of.cycle)
        .join_from(COUNTED_ITEMS, COUNTED_CASES, item.case_id == of.case_id)
        .where(done, item.is_completed == 1)
        .group_by(item.case_id, of.slice_id, of.week, item.activity_id, of.cycle)
        .subquery()
        .c
    )
    yield _sums(Kind.VISITED, visits.week, a=visits.activity_id, total=visits.cycle)
    ends = (
        select(
            of.slice_id,
            of.ended,
            item.activity_id,
            _positive(_CASES.c.ended_at - item.ended_at).label("gap"),
        )
        .join_from(COUNTED_ITEMS, COUNTED_CASES, item.case_id == of.case_id)
        .join(_CASES, _CASES.c.case_id == of.case_id)
        .where(done, item.is_completed == 1, item.is_last == 1)
        .subquery()
        .c
    )
    # the way out: from here to nowhere
    yield _sums(Kind.FLOW, ends.ended, a=ends.activity_id, b=_ZERO, total=ends.gap)


def _of_items() -> Iterator[Select[Any]]:
    of = COUNTED_ITEMS.c
    done, own = of.is_completed == 1, of.activity_id
    gone = and_(of.is_completed == 0, of.departed.is_not(None))
    yield _sums(Kind.ARRIVED, of.arrived, a=own, total=_ZERO)
    yield _sums(Kind.DEPARTED, of.departed, a=own, total=_ZERO, where=gone)
    yield _sums(Kind.TOUCH, of.week, a=own, bucket=of.touch_bucket, total=of.touch, where=done)
    yield _sums(
        Kind.WAITING, of.week, a=own, bucket=of.waiting_bucket, total=of.waiting, where=done
    )
    yield _sums(Kind.WHOLE, of.week, a=own, bucket=of.whole_bucket, total=of.whole, where=done)
    yield _sums(Kind.FLOW, of.departed, a=of.previous_id, b=own, total=of.gap, where=done)
    again = and_(done, of.round > 1)
    yield _sums(Kind.REWORK, of.week, a=own, total=of.whole, where=again)
    for kind, name in zip(CAUSE_KINDS, _NAMES_OF_CAUSES, strict=True):
        waited = and_(done, of[name] != 0)
        yield _sums(kind, of.week, a=own, total=of[name], where=waited)
    by_whom = and_(done, of.person_id != 0)
    yield _sums(Kind.PERSON, of.week, a=of.person_id, b=of.office_id, total=of.touch, where=by_whom)
    handed = and_(done, of.person_id != 0, of.before_id != 0, of.person_id != of.before_id)
    yield _sums(Kind.HANDOVER, of.week, a=of.before_id, b=of.person_id, total=of.gap, where=handed)


# constants, not parameters: a database must see that what is selected is what is grouped by
_ZERO: _Number = literal_column("0", Integer)
_THURSDAY: _Number = literal_column("3", Integer)  # with which 1970 began, counted from Monday


def _sums(
    kind: Kind,
    period: Any,
    *,
    total: Any,
    a: Any = _ZERO,
    b: Any = _ZERO,
    bucket: Any = _ZERO,
    where: ColumnElement[bool] | None = None,
) -> Select[Any]:
    source = period.table
    keys = [source.c.slice_id, period, a, b, bucket]
    return (
        select(literal_column(str(int(kind)), Integer), *keys, func.count(), func.sum(total))
        .where(true() if where is None else where)
        .group_by(*(key for key in keys if key is not _ZERO))
    )


def _positive(seconds: ColumnElement[Any]) -> _Number:
    return case((seconds > 0, seconds), (seconds.is_(None), null()), else_=0)


def _flag(condition: ColumnElement[Any]) -> _Number:
    return case((condition, 1), else_=0)


def _bucket(seconds: ColumnElement[Any]) -> _Number:
    return cast(func.round(func.ln(1.0 + seconds) / WIDTH), Integer)


def _day(at: ColumnElement[Any], zone: ZoneInfo, since: int, until: int) -> _Number:
    first, *others = changes_of(zone, since, until)
    offset: Any = first[1]
    if others:
        later = [(at >= change, seconds) for change, seconds in reversed(others)]
        offset = case(*later, else_=first[1])
    day: _Number = (at + offset) // literal_column(str(DAY), BigInteger)
    return day


def _monday(day: _Number) -> _Number:
    since: _Number = (day + 3) % 7
    return day - since
