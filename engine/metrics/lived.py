"""What people did in completed cases, piece by piece, for whoever fits a simulation on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from engine.metrics.item import ItemKind
from engine.metrics.question import Question
from engine.models import (
    Activity,
    Case,
    CaseStatus,
    MeasuredCase,
    Person,
    Role,
    Task,
    TaskStatus,
    WorkItem,
)
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


def lived_so_far(
    session: Session, question: Question, *, at: datetime
) -> list[tuple[datetime, float]]:
    """Of the latest cases that have not ended: when each began, and the seconds it has run."""
    of_version = true() if question.version_id is None else Case.version_id == question.version_id
    began = session.scalars(
        select(Case.started_at)
        .where(
            Case.procedure_id == question.procedure_id,
            Case.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED)),
            of_version,
            counted_cases(question.person),
            *question.within(Case.started_at),
        )
        .order_by(Case.started_at.desc())
        .limit(MOST_CASES)
    )
    return [(one, max(0.0, (at - one).total_seconds())) for one in began]


@dataclass(frozen=True, slots=True)
class LoggedWork:
    """One completed activity of an imported log. What the log does not say is None; instants are aware."""

    case: str
    activity: str
    person: str
    enabled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime


def logged_work(session: Session, procedure_id: int, person: Person) -> Iterator[LoggedWork]:
    """What happened in the latest ended cases of an imported log; for analysts and managers, who may mine it.

    A case that the log declares open is left out: how long it takes is not known yet (logged_so_far).
    """
    if not _may_mine(person):
        return
    recent = (
        select(MeasuredCase.case_id, MeasuredCase.number)
        .where(
            MeasuredCase.procedure_id == procedure_id,
            MeasuredCase.is_imported,
            MeasuredCase.status == CaseStatus.COMPLETED,
        )
        .order_by(MeasuredCase.ended_at.desc())
        .limit(MOST_CASES)
        .subquery()
    )
    # of which activities the log tells when they were begun, at least once
    begun = set(
        session.scalars(
            select(WorkItem.activity_id)
            .join(recent, recent.c.case_id == WorkItem.case_id)
            .where(WorkItem.is_completed, WorkItem.started_at < WorkItem.ended_at)
            .distinct()
        )
    )
    rows = session.execute(
        select(
            recent.c.number,
            Activity.id,
            Activity.name,
            Activity.element_id,
            Activity.kind,
            WorkItem.person_id,
            WorkItem.enabled_at,
            WorkItem.started_at,
            WorkItem.ended_at,
        )
        .join(recent, recent.c.case_id == WorkItem.case_id)
        .join(Activity, Activity.id == WorkItem.activity_id)
        .where(WorkItem.is_completed, WorkItem.ended_at.is_not(None))
        .execution_options(yield_per=1000)
    )
    for number, activity, name, element_id, kind, who, enabled, started, ended in rows:
        if kind == ItemKind.EVENT and activity not in begun:
            # An event says only when it was over; what else stands in its row was reckoned from its neighbours.
            enabled = started = None
        elif kind == ItemKind.EVENT and started is not None and enabled >= started:
            enabled = None  # the log tells when it was begun, and of no moment before that
        yield LoggedWork(
            number,
            name or element_id,
            str(who or ""),
            None if enabled is None else _instant(enabled),
            None if started is None else _instant(started),
            _instant(ended),
        )


def logged_so_far(
    session: Session, procedure_id: int, person: Person
) -> list[tuple[datetime, float]]:
    """Of the cases that an imported log declares open: when each began, and the seconds until the log ends."""
    if not _may_mine(person):
        return []
    here = MeasuredCase.procedure_id == procedure_id, MeasuredCase.is_imported
    last = session.scalar(
        select(func.max(WorkItem.ended_at))
        .join(MeasuredCase, MeasuredCase.case_id == WorkItem.case_id)
        .where(*here)
    )
    if last is None:
        return []
    began = session.scalars(
        select(MeasuredCase.started_at)
        .where(*here, MeasuredCase.status == CaseStatus.OPEN)
        .order_by(MeasuredCase.started_at.desc())
        .limit(MOST_CASES)
    )
    return [(_instant(one), float(max(0, last - one))) for one in began]


def _may_mine(person: Person) -> bool:
    return person.has_role(Role.ANALYST) or person.has_role(Role.MANAGER)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
