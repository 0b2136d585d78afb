"""Targets of a procedure and of its tasks: set, taken back, and whether they are met."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Refusal
from engine.metrics.kinds import Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers
from engine.models import Person, Procedure, Target

LONGEST_HOURS = 87_600.0


@dataclass(frozen=True, slots=True)
class Aim:
    """A target and how it is met: the share done in time of `count`; None without any."""

    element_id: str  # empty: the whole procedure
    name: str
    seconds: int
    share: float
    count: int
    met: float | None

    @property
    def is_missed(self) -> bool:
        return self.met is not None and self.count >= 5 and self.met < self.share


class TargetUnreadable(Refusal):
    """A target that nobody could meet or miss."""

    sentence = "A target is a number of hours above zero, at most ten years, and a share between 1 and 100 per cent."


class NotYourProcedure(Refusal):
    """Targets are set by those who answer for the procedure."""

    sentence = "Targets of “{procedure}” are set by managers of its office and by operators."
    status = 403


def set_target(
    session: Session,
    procedure: Procedure,
    element_id: str,
    hours: float | None,
    share: float = 0.85,
    *,
    by: Person,
    at: datetime,
) -> None:
    """Set the target of a procedure (empty element) or task; None takes it back. Raises TargetUnreadable."""
    found = session.get(Target, (procedure.id, element_id))
    if hours is None:
        if found is not None:
            session.delete(found)
            session.flush()
        return
    if not 0 < hours <= LONGEST_HOURS or not 0 < share <= 1:
        raise TargetUnreadable
    if found is None:
        found = Target(procedure_id=procedure.id, element_id=element_id)
        session.add(found)
    found.seconds, found.share = round(hours * 3600), share
    found.set_by_id, found.set_at = by.id, at
    found.checked_at, found.is_missed = None, False
    session.flush()


@measure("Service level expectation: The Kanban Guide, 2020")
def aims(numbers: Numbers) -> list[Aim]:
    """A target says within which time which share is to be done, of whole cases or of one task; it is missed when,
    of at least five done in these days, fewer were."""
    targets = numbers.session.scalars(
        select(Target).where(Target.procedure_id == numbers.question.procedure_id)
    )
    names = {one.element_id: one.name for one in numbers.activities.values()}
    found = []
    for target in targets:
        if target.element_id:
            ids = [
                one.id for one in numbers.activities.values() if one.element_id == target.element_id
            ]
            durations = numbers.durations(Kind.WHOLE, ids)
        else:
            durations = numbers.durations(Kind.CYCLE)
        count = sum(n for _, n in durations)
        kept = sum(n for seconds, n in durations if seconds <= target.seconds)
        found.append(
            Aim(
                target.element_id,
                names.get(target.element_id, target.element_id),
                target.seconds,
                target.share,
                count,
                kept / count if count else None,
            )
        )
    return sorted(found, key=lambda aim: (aim.element_id != "", aim.name))
