"""Counts and times per procedure and month for everyone: no persons, no small groups, nothing to subtract them from.

Protection: a month's figures are told only when at least FEWEST cases are in each of them. What is left out is joined
with the following months until there are enough, and no total is told beside the parts; so no difference of published
figures shows a group under FEWEST. Durations are rounded to hours. Source: Eurostat, Handbook on Statistical Disclosure
Control, 2024 (primary and complementary suppression, here by merging cells).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.metrics.days import ZONE, as_date, as_day
from engine.metrics.kinds import Kind, middle_of
from engine.metrics.numbers import counts_all
from engine.metrics.spread import Ranked
from engine.metrics.summing import summing
from engine.metrics.targets import NotYourProcedure
from engine.models import OpenFigures, Person, Procedure, Slice

FEWEST = 5


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Cases ended from one month to another (“2026-01”, both included); hours rounded."""

    procedure: str
    from_month: str
    to_month: str
    ended: int
    half_within_hours: int
    nine_of_ten_within_hours: int

    def as_dict(self) -> dict[str, object]:
        """By the names that stand in the files."""
        return asdict(self)


def open_figures(
    session: Session, procedure: Procedure, is_open: bool, *, by: Person, at: datetime
) -> None:
    """Open a procedure's figures to everyone, or close them. Raises NotYourProcedure."""
    if not counts_all(session, by, procedure.id):
        raise NotYourProcedure(procedure=procedure.name)
    found = session.get(OpenFigures, procedure.id)
    if is_open and found is None:
        session.add(OpenFigures(procedure_id=procedure.id, opened_by_id=by.id, opened_at=at))
    elif not is_open and found is not None:
        session.delete(found)
    session.flush()


def opened_procedures(session: Session) -> list[Procedure]:
    """The procedures whose figures are open, by name."""
    return list(
        session.scalars(
            select(Procedure)
            .join(OpenFigures, OpenFigures.procedure_id == Procedure.id)
            .order_by(Procedure.name)
        )
    )


def open_rows(session: Session, procedure: Procedure, *, at: datetime) -> list[OpenRow]:
    """Whole months up to the last one, small ones joined with those after; the last small rest is left out.

    Weeks belong to the month of their Thursday (ISO 8601), and percentiles err by 2 % at most.
    """
    slices = session.scalars(
        select(Slice.id).where(Slice.procedure_id == procedure.id, ~Slice.is_fine)
    ).all()
    if not slices:
        return []
    this_month = at.astimezone(ZONE).date().replace(day=1)
    months: dict[date, list[tuple[float, int]]] = {}
    for _, week, bucket, n, _total in session.execute(
        summing([Kind.CYCLE], slices, ("period", "bucket"), since=None, last=as_day(this_month))
    ):
        month = as_date(week + 3).replace(day=1)
        if month < this_month and n > 0:
            months.setdefault(month, []).append((middle_of(bucket), int(n)))
    return joined(procedure, months)


def joined(
    procedure: Procedure, months: Mapping[date, Sequence[tuple[float, int]]]
) -> list[OpenRow]:
    """Rows of at least FEWEST cases out of months (their first days) with durations and how many each."""
    rows: list[OpenRow] = []
    first: date | None = None
    waiting: list[tuple[float, int]] = []
    for month in sorted(months):
        first = first or month
        waiting += months[month]
        ranked = Ranked(waiting)
        if ranked.count >= FEWEST:
            rows.append(_row(procedure, first, month, ranked))
            first, waiting = None, []
    return rows


def _row(procedure: Procedure, first: date, last: date, ranked: Ranked) -> OpenRow:
    return OpenRow(
        procedure=procedure.key,
        from_month=f"{first:%Y-%m}",
        to_month=f"{last:%Y-%m}",
        ended=ranked.count,
        half_within_hours=round(ranked.percentile(0.5) / 3600),
        nine_of_ten_within_hours=round(ranked.percentile(0.9) / 3600),
    )
