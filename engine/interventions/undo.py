"""Undo a completion while nothing has followed: the case stands again as it stood, and the record says so.

The completed fact stays; a `task_reopened` fact after it says that it no longer holds.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine.case_fields import field_values
from engine.cases import check_open
from engine.colleagues.reviews import propose_again
from engine.deployments import blueprint
from engine.errors import Conflict, NotFound
from engine.events import BROUGHT_ABOUT, Happened
from engine.inbox.worklists import read_task_id
from engine.models import Case, CaseStatus, Event, Person, Role, Task, TaskStatus
from engine.progress import Held, advance
from engine.record.facts import Fact
from engine.resolver import PublishedVersions
from engine.spiff import Execution
from engine.tasks import save_answers
from engine.terms import clock
from engine.terms.silence import refuse_after_silence
from engine.visibility import managed_cases

# What a completion brings about inside the case, and can be taken back with it.
_WITHIN = BROUGHT_ABOUT.union(clock.TAKEN_BACK)
# What may come after it without anything having followed from it.
_BESIDE = {Happened.CASE_READ, Happened.COMMENT_ADDED, Happened.TERM_WARNED}


class NothingToUndo(Conflict):
    """The task is not completed, or not by this person."""

    sentence = "Task “{task}” is not one you completed. Reload to see where the case stands."


class CaseWentOn(Conflict):
    """Something followed from the completion."""

    sentence = (
        "“{task}” can no longer be undone: the case went on since. "
        "Ask who is in charge of the case to move it, and say why."
    )


class LeftTheHouse(Conflict):
    """What the completion sent cannot be called back."""

    sentence = "“{task}” cannot be undone: it sent or issued something that cannot be called back."


def undo_completion(session: Session, task_id: str, *, by: Person, at: datetime) -> Task:
    """Take a completion back; what was answered is kept as typed so far, or proposed where another one had proposed
    it. The task, open again and still theirs.

    For who completed it, or who is in charge of the case. Raises NotFound, NothingToUndo, CaseEnded, CaseSuspended,
    SilenceOperated, CaseWentOn, LeftTheHouse.
    """
    case_id, token = read_task_id(task_id)
    case, task = _held(session, case_id, token, by)
    if task.status != TaskStatus.COMPLETED:
        raise NothingToUndo(task=task.name)
    check_open(case)
    refuse_after_silence(session, case, at=at)
    done, told = _check_nothing_followed(session, case, task)
    if case.state_before is None:
        raise CaseWentOn(task=task.name)
    plan = blueprint(session, case.version_id)
    resolver = PublishedVersions(session, plan, started_at=case.started_at, at=at)
    now = Execution.load(case.state, resolver)
    restored = Execution.load(case.state_before, resolver)
    restored.count_on_from(now)
    fields = field_values(session, plan, now.variables)
    answers = {name: now.variables[name] for name in done if name in now.variables}
    held = Held(case, plan, restored, {wait.token: wait for wait in now.waits()}, fields)
    clock.take_back(session, case, restored.variables, told, at=at)
    main = Fact(Happened.TASK_REOPENED, task.element_id, token, task.office_id)
    advance(session, held, main, by=by, at=at)
    session.flush()
    if propose_again(session, task, answers):
        return task
    owner = session.get(Person, task.assignee_id) if task.assignee_id is not None else None
    if answers and owner is not None:
        save_answers(session, task_id, answers, by=owner, at=at)
    return task


def is_undoable(session: Session, task_id: str) -> bool:
    """Whether nothing has followed from a completion so far: what cannot be taken back is not offered."""
    case_id, token = read_task_id(task_id)
    task, case = session.get(Task, (case_id, token)), session.get(Case, case_id)
    if task is None or case is None:
        return False
    if task.status != TaskStatus.COMPLETED or case.status != CaseStatus.OPEN:
        return False
    try:
        _check_nothing_followed(session, case, task)
    except Conflict:
        return False
    return True


def _held(session: Session, case_id: int, token: int, by: Person) -> tuple[Case, Task]:
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(undefer(Case.state), undefer(Case.state_before))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    task = session.get(Task, (case_id, token), populate_existing=True)
    if case is None or task is None:
        raise NotFound(what="task", name=f"{case_id}-{token}")
    task.case = case
    if by.id not in (task.ended_by_id, task.assignee_id):
        is_in_charge = by.has_role(Role.MANAGER, Role.OPERATOR) and session.scalar(
            select(Case.id).where(Case.id == case_id, managed_cases(by))
        )
        if not is_in_charge:
            raise NotFound(what="task", name=f"{case_id}-{token}")
    return case, task


def _check_nothing_followed(session: Session, case: Case, task: Task) -> tuple[list[str], set[str]]:
    """Names of the answers given, and the facts that the completion brought about; CaseWentOn or LeftTheHouse when
    there is no way back.
    """
    completed = session.scalar(
        select(Event)
        .where(
            Event.case_id == case.id,
            Event.token == task.token,
            Event.type == Happened.TASK_COMPLETED.value,
        )
        .order_by(Event.seq.desc())
        .limit(1)
    )
    if completed is None:
        raise NothingToUndo(task=task.name)
    after = session.execute(
        select(Event.type, Event.at, Event.by_id)
        .where(Event.case_id == case.id, Event.seq > completed.seq)
        .order_by(Event.seq)
    ).all()
    for fact in after:
        if fact.type in _BESIDE:
            continue
        if fact.at != completed.at or fact.by_id != completed.by_id:
            raise CaseWentOn(task=task.name)
        if fact.type not in _WITHIN:
            raise LeftTheHouse(task=task.name)
    told = {fact.type for fact in after if fact.type not in _BESIDE}
    return list((completed.data or {}).get("answers", ())), told
