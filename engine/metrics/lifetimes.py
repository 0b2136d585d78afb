"""How long the cases of a version took, and how long those have run that are not done: for an honest comparison."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Case, CaseStatus, Person, Version
from engine.visibility import counted_cases

MOST = 20_000  # cases, the latest to begin


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Seconds. `running` holds cases that are open or suspended, failed, or ended otherwise: longer than so far."""

    completed: tuple[float, ...]
    running: tuple[float, ...]
    since: datetime | None = None  # when the first of them began


def lifetimes(session: Session, version: Version, person: Person, *, at: datetime) -> Lifetimes:
    """Of the cases that began under a version, as far as the person may count them.

    A case that was moved here from an earlier version began before this one was published: it is left out, since it
    lived under both.
    """
    rows = session.execute(
        select(Case.status, Case.started_at, Case.ended_at)
        .where(
            Case.procedure_id == version.procedure_id,
            Case.version_id == version.id,
            Case.started_at >= version.published_at,
            counted_cases(person),
        )
        .order_by(Case.started_at.desc())
        .limit(MOST)
    )
    completed: list[float] = []
    running: list[float] = []
    since: datetime | None = None
    for status, started_at, ended_at in rows:
        spent = max(0.0, ((ended_at or at) - started_at).total_seconds())
        (completed if status == CaseStatus.COMPLETED else running).append(spent)
        since = started_at
    return Lifetimes(tuple(completed), tuple(running), since)
