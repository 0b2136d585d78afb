"""Warnings about tasks: a business day before one is due, and when it is overdue, to who has it and their managers."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.calendars import BusinessCalendar, office_calendar
from engine.calendars.offices import office_place
from engine.models import Case, CaseStatus, NotificationKind, Procedure, Task, TaskStatus
from engine.notifications import about_case, tell
from engine.terms.clock import STANDS
from engine.terms.warnings import managers_of

DAYS_BEFORE = 1  # business days
AT_ONCE = 200  # tasks warned of in one transaction


def first_warning(calendar: BusinessCalendar, due_at: datetime, *, at: datetime) -> datetime:
    """When a task opened now is first warned of: some business days before it is due, or then if they are gone."""
    before = calendar.business_day_after(calendar.day_of(due_at), -DAYS_BEFORE)
    soon = calendar.start_of_day(before)
    return soon if soon > at else max(due_at, at)


def warn_of_tasks(session: Session, *, at: datetime) -> int:
    """Warn of the tasks whose time has come; how many. Run by the worker until none is left.

    Before it is due: who has the task, and the managers of its office. Overdue: also those above, and the procedure's.
    While the clock of the case stands still nobody is warned.
    """
    found = session.execute(
        select(Task, Case, Procedure.office_id)
        .join(Case, Case.id == Task.case_id)
        .join(Procedure, Procedure.id == Task.procedure_id)
        .where(
            Task.status == TaskStatus.OPEN,
            Task.warn_at <= at,
            Case.status == CaseStatus.OPEN,
            or_(Case.clock.is_(None), Case.clock.not_in(STANDS)),
        )
        .order_by(Task.warn_at)
        .limit(AT_ONCE)
        .with_for_update(of=Task, skip_locked=True)
    ).all()
    for task, case, home_id in found:
        _warn(session, task, case, home_id, at=at)
    session.flush()
    return len(found)


def _warn(session: Session, task: Task, case: Case, home_id: int | None, *, at: datetime) -> None:
    if task.due_at is None:
        task.warn_at = None
        return
    is_overdue = task.due_at <= at
    # A worker that comes late warns once, of what is true now.
    task.warn_at = None if is_overdue else task.due_at
    calendar = office_calendar(session, task.office_id)
    words = calendar.day_of(task.due_at).isoformat()
    about = about_case(case, token=task.token, task=task.name, words=words)
    kind = NotificationKind.TASK_OVERDUE if is_overdue else NotificationKind.TASK_DUE
    tell(session, kind, _people(session, task, home_id, is_overdue), about, by=None, at=at)


def _people(session: Session, task: Task, home_id: int | None, is_overdue: bool) -> set[int]:
    offices = {one for one in (task.office_id,) if one is not None}
    if is_overdue:
        if home_id is not None:
            offices.add(home_id)
        offices |= {one for office in offices for one in office_place(session, office).above}
    people = set(managers_of(session, offices))
    return people if task.assignee_id is None else {*people, task.assignee_id}
