"""What people did in completed cases, piece by piece, for whoever fits a simulation on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from engine.metrics.question import Question
from engine.models import Case, CaseStatus, Task, TaskStatus
from engine.visibility import counted_cases

MOST_CASES = 5000  # the latest


@dataclass(frozen=True, slots=True)
class Lived:
    """One completed task. `person` is a number that says nothing else; `claimed_at` None: nobody claimed it first."""

    case: str
    element_id: str
    person: str
    opened_at: datetime
    claimed_at: datetime | None
    ended_at: datetime


def lived_work(session: Session, question: Question) -> Iterator[Lived]:
    """Tasks completed in the latest completed cases, as far as the asker may count them."""
    of_version = true() if question.version_id is None else Case.version_id == question.version_id
    recent = (
        select(Case.id, Case.number)
        .where(
            Case.procedure_id == question.procedure_id,
            Case.status == CaseStatus.COMPLETED,
            of_version,
            counted_cases(question.person),
            *question.within(Case.ended_at),
        )
        .order_by(Case.ended_at.desc())
        .limit(MOST_CASES)
        .subquery()
    )
    rows = session.execute(
        select(
            recent.c.number,
            Task.element_id,
            Task.ended_by_id,
            Task.opened_at,
            Task.claimed_at,
            Task.ended_at,
        )
        .join(recent, recent.c.id == Task.case_id)
        .where(Task.status == TaskStatus.COMPLETED)
        .execution_options(yield_per=1000)
    )
    for number, element_id, person, opened_at, claimed_at, ended_at in rows:
        yield Lived(number, element_id, str(person or ""), opened_at, claimed_at, ended_at)
