"""A report, or a document of another entity, may need longer: once, with a reason, by the law's days (LPAG 132)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing, check_open
from engine.deployments import blueprint
from engine.errors import NotFound, Refusal
from engine.events import Happened
from engine.inbox.keys import follow_tasks
from engine.models import NEVER_DUE, Case, Event, Person, Task, TaskStatus
from engine.progress import hold
from engine.record.facts import Fact, record
from engine.terms.clock import calendar_of, term_of
from engine.terms.law import law_of
from engine.terms.task_terms import task_kind


class NoLonger(Refusal):
    """The law adds nothing to this task's term, or it was added already."""

    sentence = (
        "The term of “{task}” cannot be made longer: the law adds no days to it, "
        "or they were given already."
    )


@dataclass(frozen=True, slots=True)
class Extendable:
    """An open task whose term may be made longer, and by how many business days."""

    task: Task
    days: int


def extendable_tasks(session: Session, case: Case) -> list[Extendable]:
    """The open tasks of a case whose term may still be made longer, the oldest first."""
    term = term_of(session, case)
    if term is None:
        return []
    law = law_of(term.jurisdiction)
    tasks = session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.due_at.is_not(None))
        .order_by(Task.opened_at, Task.token)
    ).all()
    sheet = blueprint(session, case.version_id).sheet
    found = []
    for task in tasks:
        days = law.extensions.get(task_kind(sheet, law, task.element_id), 0)
        if days and not _is_extended(session, task):
            found.append(Extendable(task, days))
    return found


def extend_task(
    session: Session, case_id: int, token: int, reason: str, *, by: Person | None, at: datetime
) -> Task:
    """Give an open task the days the law adds to its term, once. NotFound, ReasonMissing, NoLonger, CaseEnded."""
    if not reason.strip():
        raise ReasonMissing
    held = hold(session, case_id, at=at)
    check_open(held.case)
    task = session.get(Task, (case_id, token), populate_existing=True)
    term = term_of(session, held.case)
    if task is None or task.status != TaskStatus.OPEN or term is None:
        raise NotFound(what="task", name=f"{case_id}-{token}")
    open_ones = {one.task.token: one.days for one in extendable_tasks(session, held.case)}
    days = open_ones.get(token)
    if days is None or task.due_at is None:
        raise NoLonger(task=task.name)
    calendar = calendar_of(session, term)
    due_on = calendar.day_of(task.due_at)
    later = calendar.business_day_after(due_on, days)
    task.due_at += calendar.start_of_day(later) - calendar.start_of_day(due_on)
    task.due_order = min(int(task.due_at.timestamp()), NEVER_DUE)
    follow_tasks(session, Task.case_id == case_id)
    data = {"days": days, "due_on": later.isoformat(), "reason": reason.strip()[:2000]}
    fact = Fact(Happened.TASK_EXTENDED, task.element_id, token, task.office_id, data)
    record(session, held.case, [fact], by=by, at=at)
    return task


def _is_extended(session: Session, task: Task) -> bool:
    given = select(Event.seq).where(
        Event.case_id == task.case_id,
        Event.token == task.token,
        Event.type == Happened.TASK_EXTENDED.value,
        Event.at >= task.opened_at,  # a task opened anew has its days anew
    )
    return session.scalar(given.limit(1)) is not None
