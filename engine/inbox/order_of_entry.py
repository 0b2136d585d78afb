"""Order of entry: where the sheet asks for it, cases of a kind are taken as they came; skipping one needs a reason.

Ley 27444, 148.1: “guardar riguroso orden de ingreso”.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from engine.deployments import blueprint
from engine.errors import Refusal
from engine.inbox.keys import PROPOSED
from engine.models import Case, CaseStatus, Task, TaskStatus

MOST_COUNTED = 100


class OutOfOrder(Refusal):
    """An older case of the same kind waits."""

    sentence = (
        "Case {number} came before and waits as well: take that one, or say why this one goes first. "
        "The reason is kept with the case."
    )


def skipping(session: Session, task: Task, reason: str) -> dict[str, Any]:
    """What the record says of taking this task: nothing in its turn, else the reason and how many were skipped.

    Raises OutOfOrder without a reason. No query unless the sheet asks for order of entry and nobody has the task.
    Whoever proposed had their turn or said why: who reviews it does not answer for the order once more.
    """
    if task.assignee_id is not None or task.review == PROPOSED:
        return {}
    if not is_ordered(session, task.version_id):
        return {}
    first = oldest(session, task)
    if first.case_id == task.case_id:
        return {}
    if not reason.strip():
        raise OutOfOrder(number=session.get_one(Case, first.case_id).number)
    some = select(Task.token).where(*_before(task)).limit(MOST_COUNTED).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return {"reason": reason.strip()[:500], "skipped": count}


def is_ordered(session: Session, version_id: int) -> bool:
    """Whether cases of the version are taken in order of entry."""
    return blueprint(session, version_id).sheet.is_strict_order


def oldest(session: Session, task: Task) -> Task:
    """The task of the same kind and queue whose case came first, this one included."""
    found = session.scalar(select(Task).where(*_before(task)).order_by(Task.case_id).limit(1))
    return found or task


def _before(task: Task) -> list[ColumnElement[bool]]:
    # identifiers of cases grow with time
    return [
        Task.procedure_id == task.procedure_id,
        Task.element_id == task.element_id,
        Task.queue_id == task.queue_id,
        Task.status == TaskStatus.OPEN.value,
        Task.assignee_id.is_(None),
        func.coalesce(Task.review, "") != PROPOSED,  # it waits for a review, not for its turn
        Task.case_id < task.case_id,
        # a suspended case does not hold up those behind it
        exists().where(Case.id == Task.case_id, Case.status == CaseStatus.OPEN.value),
    ]
