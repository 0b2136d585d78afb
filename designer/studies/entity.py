"""The other procedures of the entity, as far as shared costs go: energy is paid once and divided among all of them.

A procedure counts by its latest study: the table of how it is, and the services a year said there. What a log measures
changes by the day and takes seconds to read, so each study keeps its table as it was last worked on, with the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.amounts import amount
from designer.cost import CostedActivity, CostTable
from designer.models import Study
from engine.models import Procedure

KEPT = "costed"  # the name in a study's data
MOST = 500  # studies looked at


@dataclass(frozen=True, slots=True)
class Sharer:
    """Another procedure: its table, from which study, and since when it stands."""

    study_id: int
    table: CostTable
    at: str  # ISO instant


@dataclass(frozen=True, slots=True)
class Entity:
    """Who shares, and the published procedures that nobody has studied: they bear nothing yet."""

    sharers: tuple[Sharer, ...] = ()
    unstudied: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[CostTable, ...]:
        """Their cost tables."""
        return tuple(one.table for one in self.sharers)


ALONE = Entity()


def costed_json(activities: tuple[CostedActivity, ...], *, at: datetime) -> dict[str, Any]:
    """What a study keeps of its table for the others; amounts as texts."""
    return {
        "at": at.isoformat(),
        "activities": [
            {
                "name": one.name,
                "office": one.office,
                "minutes": str(one.minutes),
                "share": str(one.share),
                "resources": list(one.resources),
                "is_wait": one.is_wait,
            }
            for one in activities
        ],
    }


def entity(session: Session, study: Study) -> Entity:
    """Every other procedure that shares costs with the one of this study: each once, by its latest study."""
    found: dict[object, Sharer] = {}
    known = {study.procedure_id}
    own = _which(study)
    # not `Study.data` alone: two studies of one procedure are told apart by what they are of
    rows = session.scalars(
        select(Study).where(Study.id != study.id).order_by(Study.changed_at.desc()).limit(MOST)
    )
    for one in rows:
        which = _which(one)
        known.add(one.procedure_id)
        sharer = _sharer(one)
        if which != own and which not in found and sharer is not None:
            found[which] = sharer
    unstudied = session.execute(
        select(Procedure.id, Procedure.name)
        .where(Procedure.current_version_id.is_not(None))
        .order_by(Procedure.name)
    )
    return Entity(tuple(found.values()), tuple(name for key, name in unstudied if key not in known))


def _which(study: Study) -> object:
    """What two studies of the same procedure have in common."""
    return study.procedure_id or study.name.casefold()


def _sharer(study: Study) -> Sharer | None:
    said, services = study.data.get(KEPT), amount(study.data.get("services", 0))
    if not said or not services:
        return None
    table = CostTable(
        study.name, services, tuple(_activity(one) for one in said.get("activities", []))
    )
    return Sharer(study.id, table, str(said.get("at", "")))


def _activity(said: Mapping[str, Any]) -> CostedActivity:
    return CostedActivity(
        name=str(said["name"]),
        office=str(said["office"]),
        minutes=Decimal(said["minutes"]),
        resources=tuple(said.get("resources", ())),
        is_wait=bool(said.get("is_wait")),
        share=Decimal(said.get("share", "1")),
    )
