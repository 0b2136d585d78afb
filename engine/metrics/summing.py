"""Cells added up by the database: few rows come back, however many cases there are and however long the range."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from sqlalchemy import Integer, Select, func, literal_column, select
from sqlalchemy.orm import Session

from engine.metrics.days import BLOCK, block_of
from engine.metrics.kinds import HISTOGRAMS, IN_BLOCKS, Kind
from engine.models import Cell

Column = Literal["period", "a", "b", "bucket"]
COLUMNS: tuple[Column, ...] = ("period", "a", "b", "bucket")


class Sum(NamedTuple):
    """Cells added up; columns that were not asked for are 0."""

    period: int
    a: int
    b: int
    bucket: int
    n: int
    total: int


def summed(
    session: Session,
    kinds: Iterable[Kind],
    slices: Iterable[int],
    by: tuple[Column, ...],
    *,
    since: int | None,
    last: int | None,
    weeks: int = 1,
) -> Iterator[tuple[Kind, Sum]]:
    """Cells of the kinds and slices added up over all columns but those of `by`; periods from `since` to `last`, of
    which `weeks` weeks are told together, by their first Monday.

    Histograms that are not asked for week by week come from blocks of weeks, as far as whole ones lie in the range.
    """
    asked, slice_ids = list(kinds), list(slices)
    coarse = [] if "period" in by else [kind for kind in asked if kind in HISTOGRAMS]
    fine = [kind for kind in asked if kind not in coarse]
    kind_of = {int(kind): kind for kind in asked}
    period, a, b, bucket = (1 + by.index(name) if name in by else None for name in COLUMNS)

    def read(some: list[Kind], since: int | None, last: int | None, shift: int = 0) -> Any:
        numbers = [int(kind) + shift for kind in some]
        return session.execute(
            summing(numbers, slice_ids, by, since=since, last=last, weeks=weeks)
        ).all()

    def as_sum(row: Any) -> Sum:
        return Sum(
            0 if period is None else row[period],
            0 if a is None else row[a],
            0 if b is None else row[b],
            0 if bucket is None else row[bucket],
            int(row[-2]),
            int(row[-1]),
        )

    for row in read(fine, since, last) if fine else ():
        yield kind_of[row[0]], as_sum(row)
    found: dict[tuple[int, ...], list[int]] = {}
    for first, end, shift in _ranges(since, last) if coarse else ():
        for row in read(coarse, first, end, shift):
            _, *key, n, total = row
            sums = found.setdefault((row[0] - shift, *key), [0, 0])
            sums[0] += int(n)
            sums[1] += int(total)
    for keys, values in found.items():
        yield kind_of[keys[0]], as_sum((*keys, *values))


def _ranges(since: int | None, last: int | None) -> Iterator[tuple[int | None, int | None, int]]:
    """The weeks before the first whole block, the blocks, the weeks after the last: first and last period, and what
    their kinds are shifted by."""
    begin = None if since is None else block_of(since + BLOCK - 1)
    end = None if last is None else block_of(last + 1)
    if begin is not None and end is not None and begin >= end:
        yield since, last, 0
        return
    if begin is not None and begin != since:
        yield since, begin - 1, 0
    yield begin, None if end is None else end - 1, IN_BLOCKS
    if end is not None and last is not None and end <= last:
        yield end, last, 0


def summing(
    kinds: Iterable[int],
    slices: Iterable[int],
    by: tuple[Column, ...],
    *,
    since: int | None,
    last: int | None,
    weeks: int = 1,
) -> Select[Any]:
    """Cells added up, as a statement that every database understands: kind, the columns of `by`, count, seconds."""
    columns: list[Any] = [Cell.kind, *(getattr(Cell, name) for name in by)]
    if weeks > 1 and "period" in by:
        # constants, not parameters: a database must see that what is selected is what is grouped by
        thursday, days = (literal_column(str(number), Integer) for number in (3, 7 * weeks))
        columns[1 + by.index("period")] = Cell.period - (Cell.period + thursday) % days
    asked = select(*columns, func.sum(Cell.n), func.sum(Cell.total)).where(
        Cell.kind.in_([int(kind) for kind in kinds]), Cell.slice_id.in_(list(slices))
    )
    if since is not None:
        asked = asked.where(Cell.period >= since)
    if last is not None:
        asked = asked.where(Cell.period <= last)
    return asked.group_by(*columns)
