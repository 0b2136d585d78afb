"""Where the work of a procedure is at home: its own office, the office of each lane, and what was said of its tasks
since it was drawn (engine.routing.rules).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, bindparam, cast, func, literal_column, select
from sqlalchemy.orm import Session

from engine.batches import asked_once
from engine.models import LaneOffice, Procedure

# In no name of a lane: XML knows neither.
_WITHIN, _BETWEEN = "\x1f", "\x1e"
# Said, not bound: SQLAlchemy would write it into the statement's text anew at every use.
_SAID: Any = literal_column(f"'{_BETWEEN}'", String)


@dataclass(frozen=True, slots=True)
class Homes:
    """Offices by id: the procedure's own, and by name of the lane."""

    office_id: int | None
    rules: dict[str, Any] | None
    lanes: Mapping[str, int]


_LANES = (
    select(
        func.aggregate_strings(
            LaneOffice.lane + _WITHIN + cast(LaneOffice.office_id, String), _SAID
        )
    )
    .where(LaneOffice.procedure_id == Procedure.id)
    .correlate(Procedure)
    .scalar_subquery()
)
# For any statement about one case, so that moving it need not ask.
HOMES = (Procedure.office_id, Procedure.task_rules, _LANES.label("lanes"))
_ASK = select(*HOMES).where(Procedure.id == bindparam("procedure_id"))


def homes_of(session: Session, procedure_id: int) -> Homes:
    """The homes of a procedure; inside a batch asked once."""
    asked = {"procedure_id": procedure_id}
    return asked_once(
        session,
        ("homes", procedure_id),
        lambda: read_homes(*session.execute(_ASK, asked).one()),
    )


def read_homes(office_id: int | None, rules: dict[str, Any] | None, lanes: str | None) -> Homes:
    """The homes that the columns HOMES of a row say."""
    pairs = [one.rpartition(_WITHIN) for one in lanes.split(_BETWEEN)] if lanes else []
    return Homes(office_id, rules, {lane: int(office) for lane, _, office in pairs})
