"""What a report may be narrowed to: the offices, channels and outcomes that the procedure's cases have."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.directory import office_names
from engine.metrics.kinds import Kind
from engine.models import Activity, Cell, MeasuredCase, Resource, Slice, Variant


@dataclass(frozen=True, slots=True)
class Choices:
    """Offices by id, those of imported logs as well; channels and outcomes in order."""

    offices: dict[int, str]
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """How much there is of a log: different activities, ways (of open cases as well), people who completed something,
    and cases that ended."""

    activities: int
    ways: int
    people: int
    ended: int


def content(session: Session, procedure_id: int) -> Content:
    """What is in the measures of a procedure, whoever may see its cases: numbers, and nothing of anybody."""
    slices = select(Slice.id).where(Slice.procedure_id == procedure_id, ~Slice.is_fine)
    people = select(func.count(Cell.a.distinct())).where(
        Cell.kind == int(Kind.PERSON), Cell.slice_id.in_(slices)
    )
    of_log = Activity.procedure_id == procedure_id
    ended = select(func.count()).where(
        MeasuredCase.procedure_id == procedure_id, MeasuredCase.ended_at.is_not(None)
    )
    ways = select(func.count()).where(Variant.procedure_id == procedure_id)
    return Content(
        activities=session.scalar(select(func.count(Activity.element_id.distinct())).where(of_log))
        or 0,
        ways=session.scalar(ways) or 0,
        people=session.scalar(people) or 0,
        ended=session.scalar(ended) or 0,
    )


def choices(session: Session, procedure_id: int) -> Choices:
    """What the procedure's cases differ in."""
    ids = session.scalars(
        select(Activity.office_id)
        .where(Activity.procedure_id == procedure_id, Activity.office_id != 0)
        .distinct()
    ).all()
    offices = office_names(session, ids)
    logged = session.execute(
        select(Resource.id, Resource.name).where(
            Resource.id.in_([id for id in ids if id not in offices])
        )
    )
    offices |= {row.id: row.name for row in logged}
    pairs = session.execute(
        select(Slice.channel, Slice.outcome)
        .where(Slice.procedure_id == procedure_id, Slice.is_fine)
        .distinct()
    ).all()
    return Choices(
        offices=dict(sorted(offices.items(), key=lambda pair: pair[1])),
        channels=tuple(sorted({row.channel for row in pairs if row.channel})),
        outcomes=tuple(sorted({row.outcome for row in pairs if row.outcome})),
    )
