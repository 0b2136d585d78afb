"""What a report may be narrowed to: the offices, channels and outcomes that the procedure's cases have."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory import office_names
from engine.models import Activity, Resource, Slice


@dataclass(frozen=True, slots=True)
class Choices:
    """Offices by id, those of imported logs as well; channels and outcomes in order."""

    offices: dict[int, str]
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]


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
