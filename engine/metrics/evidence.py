"""What the simplification method asks of the log: touch and wait per task, ways taken, what was found deficient.

Read from the latest completed work, enough for any median and bounded however old a procedure is.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from engine.events import Happened
from engine.metrics.question import Question
from engine.metrics.spread import percentile
from engine.metrics.sql import seconds_between
from engine.models import Case, CaseStatus, Event, Task, TaskStatus
from engine.terms.lacking import lacking
from engine.visibility import counted_cases

MOST_TASKS = 50_000
MOST_CASES = 5_000
QUICK_SECONDS = 5 * 60.0


@dataclass(frozen=True, slots=True)
class TaskEvidence:
    """Completed executions of one task. `touch` is claim → completion, `wait` ready → claim: medians in seconds.

    `quick` is how many took at most QUICK_SECONDS of touch.
    """

    count: int
    touch: float
    wait: float
    quick: int
    mean_wait: float = 0.0  # what simulations say of waiting is a mean as well


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """`cases` completed ones looked at; tasks and share by element, flows by how often they were taken."""

    cases: int
    tasks: Mapping[str, TaskEvidence] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)  # executions per case
    flows: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(
        default_factory=dict
    )  # requirement → cases with a notice of it
    ended: int = 0  # cases among which that was seen, however they ended


def evidence(session: Session, question: Question) -> LogEvidence:
    """What the latest MOST_CASES completed cases of the procedure (and version) tell, as far as the asker may count."""
    of_version = true() if question.version_id is None else Case.version_id == question.version_id
    recent = (
        select(Case.id)
        .where(
            Case.procedure_id == question.procedure_id,
            of_version,
            counted_cases(question.person),
            Case.status == CaseStatus.COMPLETED,
            *question.within(Case.ended_at),
        )
        .order_by(Case.ended_at.desc())
        .limit(MOST_CASES)
        .subquery()
    )
    over = (
        select(Case.id)
        .where(
            Case.procedure_id == question.procedure_id,
            of_version,
            counted_cases(question.person),
            Case.status.in_((CaseStatus.COMPLETED, CaseStatus.CANCELLED)),
            *question.within(Case.ended_at),
        )
        .order_by(Case.ended_at.desc())
        .limit(MOST_CASES)
        .subquery()
    )
    cases = session.scalar(select(func.count()).select_from(recent)) or 0
    tasks = _tasks(session, recent)
    return LogEvidence(
        cases=cases,
        tasks=tasks,
        shares={name: seen.count / cases for name, seen in tasks.items()} if cases else {},
        flows=Counter(_taken(session, recent)),
        missing=lacking(session, over),
        ended=session.scalar(select(func.count()).select_from(over)) or 0,
    )


def _tasks(session: Session, recent: Any) -> dict[str, TaskEvidence]:
    begun = func.coalesce(Task.claimed_at, Task.ended_at)
    rows = session.execute(
        select(
            Task.element_id,
            seconds_between(Task.opened_at, begun),
            seconds_between(begun, Task.ended_at),
        )
        .join(recent, recent.c.id == Task.case_id)
        .where(Task.status == TaskStatus.COMPLETED)
        .limit(MOST_TASKS)
    )
    waits: dict[str, array[float]] = {}
    touches: dict[str, array[float]] = {}
    for element_id, waited, touched in rows:
        waits.setdefault(element_id, array("d")).append(max(0.0, waited))
        touches.setdefault(element_id, array("d")).append(max(0.0, touched))
    return {
        name: TaskEvidence(
            count=len(touched),
            touch=percentile(array("d", sorted(touched)), 0.5),
            wait=percentile(array("d", sorted(waits[name])), 0.5),
            quick=sum(spent <= QUICK_SECONDS for spent in touched),
            mean_wait=sum(waits[name]) / len(touched),
        )
        for name, touched in touches.items()
    }


def _taken(session: Session, recent: Any) -> Iterator[str]:
    """Every element that a token passed, flows among them, as often as it did."""
    facts = session.scalars(
        select(Event.data)
        .join(recent, recent.c.id == Event.case_id)
        .where(
            Event.type.in_(
                (
                    Happened.CASE_STARTED,
                    Happened.TASK_COMPLETED,
                    Happened.TIMER_FIRED,
                    Happened.CONDITION_MET,
                    Happened.SERVICE_COMPLETED,
                    Happened.MESSAGE_RECEIVED,
                )
            )
        )
        .execution_options(yield_per=1000)
    )
    for data in facts:
        yield from (data or {}).get("path", ())
        for element, number in (data or {}).get("passed", {}).items():
            for _ in range(number):
                yield element
