"""Work: what is open and with whom, what has been open longest, and where time goes inside tasks."""

from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.metrics.question import Question
from engine.metrics.spread import percentile
from engine.metrics.sql import seconds_between
from engine.models import Case, Office, Person, Task, TaskStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cases there are: started and ended within the range, and open at this moment."""

    started: int
    ended: int
    open: int


@dataclass(frozen=True, slots=True)
class TaskTime:
    """Completed executions of one task in the range; seconds. Waiting is opened → claimed, working claimed → done."""

    element_id: str
    name: str
    count: int
    waiting_median: float
    waiting_p85: float
    working_median: float
    working_p85: float
    waiting_total: float
    working_total: float


@dataclass(frozen=True, slots=True)
class Load:
    """Open tasks of an office or person: all, not yet claimed by anybody, and past their due date."""

    name: str
    open: int
    unclaimed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case and what it stands at."""

    number: str
    applicant: str
    started_at: datetime
    tasks: tuple[str, ...]


def standing(session: Session, question: Question) -> Standing:
    """How many cases were started and ended in the range, and how many are open now."""

    def number(*terms: ColumnElement[bool]) -> int:
        return (
            session.scalar(
                select(func.count()).select_from(Case).where(question.of_procedure, *terms)
            )
            or 0
        )

    return Standing(
        started=number(*question.within(Case.started_at)),
        ended=number(Case.ended_at.is_not(None), *question.within(Case.ended_at)),
        open=number(Case.ended_at.is_(None)),
    )


def oldest_open(session: Session, question: Question, *, limit: int = 10) -> list[OpenCase]:
    """The open cases that were started first."""
    cases = session.scalars(
        select(Case)
        .where(question.of_procedure, Case.ended_at.is_(None))
        .order_by(Case.started_at, Case.id)
        .limit(limit)
    ).all()
    standing_at: dict[int, list[str]] = {case.id: [] for case in cases}
    for case_id, name in session.execute(
        select(Task.case_id, Task.name)
        .where(Task.case_id.in_(standing_at), Task.status == TaskStatus.OPEN)
        .order_by(Task.case_id, Task.token)
    ):
        standing_at[case_id].append(name)
    return [
        OpenCase(case.number, case.applicant_name, case.started_at, tuple(standing_at[case.id]))
        for case in cases
    ]


def task_times(session: Session, question: Question) -> list[TaskTime]:
    """Per task, where the time went, those with most time in all first.

    A task completed without having been claimed counts all its time as waiting.
    """
    rows = session.execute(
        select(
            Task.element_id,
            Task.name,
            seconds_between(Task.opened_at, func.coalesce(Task.claimed_at, Task.ended_at)),
            seconds_between(func.coalesce(Task.claimed_at, Task.ended_at), Task.ended_at),
        )
        .join(Case, Case.id == Task.case_id)
        .where(
            question.of_procedure,
            Task.status == TaskStatus.COMPLETED,
            *question.within(Task.ended_at),
        )
    )
    waiting: dict[str, array[float]] = {}
    working: dict[str, array[float]] = {}
    names: dict[str, str] = {}
    for element_id, name, waited, worked in rows:
        waiting.setdefault(element_id, array("d")).append(waited)
        working.setdefault(element_id, array("d")).append(worked)
        names[element_id] = name
    times = [
        _task_time(element_id, names[element_id], waiting[element_id], working[element_id])
        for element_id in waiting
    ]
    return sorted(times, key=lambda time: -(time.waiting_total + time.working_total))


def _task_time(
    element_id: str, name: str, waiting: "array[float]", working: "array[float]"
) -> TaskTime:
    waiting, working = array("d", sorted(waiting)), array("d", sorted(working))
    return TaskTime(
        element_id=element_id,
        name=name,
        count=len(waiting),
        waiting_median=percentile(waiting, 0.5),
        waiting_p85=percentile(waiting, 0.85),
        working_median=percentile(working, 0.5),
        working_p85=percentile(working, 0.85),
        waiting_total=sum(waiting),
        working_total=sum(working),
    )


def load_of_offices(session: Session, question: Question, *, at: datetime) -> list[Load]:
    """Open work per office, most first; tasks that belong to none come under an empty name."""
    return _load(session, question, at, Office, Task.office_id, Office.name)


def load_of_people(session: Session, question: Question, *, at: datetime) -> list[Load]:
    """Open work per person, most first; what nobody has claimed comes under an empty name."""
    return _load(session, question, at, Person, Task.assignee_id, Person.full_name)


def _load(
    session: Session,
    question: Question,
    at: datetime,
    owner: type[Office] | type[Person],
    owner_id: InstrumentedAttribute[Any],
    name: InstrumentedAttribute[str],
) -> list[Load]:
    many = func.count()
    rows = session.execute(
        select(
            func.coalesce(name, ""),
            many,
            func.count().filter(Task.assignee_id.is_(None)),
            func.count().filter(Task.due_at < at),
        )
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .outerjoin(owner, owner.id == owner_id)
        .where(question.of_procedure, Task.status == TaskStatus.OPEN)
        .group_by(name)
        .order_by(many.desc(), name)
    )
    return [Load(*row) for row in rows]
