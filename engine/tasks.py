"""Commands on a task: claim, release, assign, save what was typed, complete."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, select
from sqlalchemy.orm import Session, contains_eager, undefer

from engine.cases import check_open
from engine.colleagues.reviews import (
    differs,
    forget_proposal,
    proposal_of,
    propose,
    return_proposal,
)
from engine.database import own_sql
from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.files.documents import attach_files
from engine.files.store import StoredFile
from engine.held_rows import write_task
from engine.inbox.keys import follow_tasks, renew_marks
from engine.inbox.order_of_entry import skipping
from engine.inbox.worklists import read_task_id, task_by_id
from engine.models import AnswerDraft, Case, NotificationKind, Person, Role, Task, TaskStatus
from engine.notifications import about_case, tell
from engine.progress import advance, load
from engine.record.facts import Fact, record
from engine.routing.assignment import may_work, on_behalf
from engine.routing.homes import HOMES, Homes, read_homes
from engine.spiff import Wait
from engine.task_forms import task_form, with_stores
from engine.terms.silence import refuse_after_silence
from engine.told import shortened

Answers = dict[str, Any]
Choices = dict[str, list[str]]  # element id of a gateway → ids of the flows chosen


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task, its row and its case's held by this transaction."""

    task: Task
    is_typed: bool  # whether somebody has begun to answer
    homes: Homes


@dataclass(frozen=True, slots=True)
class Completed:
    """What a completion led to; `next_task` is one of the same case that the same person may do.

    Where the sheet asks for a second pair of eyes, the first person's answers are only proposed: the task stays open.
    """

    case: Case
    task: Task
    next_task: Task | None
    is_proposed: bool = False


class AlreadyCompleted(Conflict):
    """Someone was faster."""

    sentence = "Task “{task}” was completed by {person} at {time}. Reload to see what comes next."


class TaskGone(Conflict):
    """An event, a cancellation or a move took the task away."""

    sentence = "Task “{task}” was withdrawn at {time}. Reload to see where the case stands."


class NotYours(Conflict):
    """Somebody else works on it."""

    sentence = "Task “{task}” is being done by {person}. Ask them to release it, or choose another."


class OtherOffice(Refusal):
    """Whoever keeps the installation running does not do the office's work."""

    sentence = (
        "Task “{task}” is for the people of its office. "
        "You may give it to one of them, or ask to join the office."
    )
    status = 403


class MayNotWork(Refusal):
    """The person it is given to does not belong to the office that does it."""

    sentence = (
        "{person} cannot be given task “{task}”: they do not belong to the office that does it."
    )


def claim_task(
    session: Session, task_id: str, *, reason: str = "", by: Person, at: datetime
) -> Task:
    """Take a task of one's office or pool, or of who is away; claiming one's own again changes nothing.

    `reason` is why it comes before older ones, where the sheet asks for order of entry, and is kept.
    Raises NotFound, NotYours, AlreadyCompleted, TaskGone, CaseSuspended, OutOfOrder.
    """
    task = open_task(session, task_id, by=by).task
    if task.assignee_id != by.id:
        data = skipping(session, task, reason) | acting_for(session, by, task)
        task.assignee_id, task.claimed_at = by.id, max(at, task.opened_at)
        record(session, task.case, [_fact(Happened.TASK_CLAIMED, task, data)], by=by, at=at)
    return task


def release_task(session: Session, task_id: str, *, by: Person, at: datetime) -> Task:
    """Give a task back to its office; what was typed is kept. The same refusals as claim_task."""
    task = open_task(session, task_id, by=by, is_assigning=True).task
    if task.assignee_id is not None:
        task.assignee_id = task.claimed_at = None
        _look_again(session, task, None)
        record(session, task.case, [_fact(Happened.TASK_RELEASED, task)], by=by, at=at)
    return task


def assign_task(session: Session, task_id: str, to: Person, *, by: Person, at: datetime) -> Task:
    """Give a task to someone of its office, whoever had it: a colleague's only as manager of the office or operator.

    The same refusals as claim_task; MayNotWork when `to` does not belong to the office.
    """
    task = open_task(session, task_id, by=by, is_assigning=True).task
    if not to.is_active or not may_work(session, to, task):
        raise MayNotWork(task=task.name, person=to.full_name)
    if task.assignee_id != to.id:
        task.assignee_id, task.claimed_at = to.id, max(at, task.opened_at)
        _look_again(session, task, None)  # the day was another person's
        fact = _fact(Happened.TASK_ASSIGNED, task, {"to": to.id})
        record(session, task.case, [fact], by=by, at=at)
        about = about_case(task.case, token=task.token, task=task.name)
        tell(session, NotificationKind.TASK_ASSIGNED, [to.id], about, by=by, at=at)
    return task


def return_task(session: Session, task_id: str, reason: str, *, by: Person, at: datetime) -> Task:
    """Return what somebody proposed, with the reason. As claim_task; ReasonMissing, NothingProposed, OwnProposal."""
    task = open_task(session, task_id, by=by).task
    return return_proposal(session, task, reason, by=by, at=at)


def set_priority(
    session: Session, task_id: str, priority: int, *, by: Person, at: datetime
) -> Task:
    """Let a task come sooner or later, 0 to 100; for managers and operators. The same refusals as claim_task."""
    task = open_task(session, task_id, by=by, is_assigning=True).task
    if not by.has_role(Role.MANAGER, Role.OPERATOR):
        raise NotFound(what="task", name=task_id)
    before, task.priority = task.priority, max(0, min(priority, 100))
    if before != task.priority:
        data = {"priority": task.priority, "before": before}
        follow_tasks(session, and_(Task.case_id == task.case_id, Task.token == task.token))
        record(session, task.case, [_fact(Happened.PRIORITY_CHANGED, task, data)], by=by, at=at)
    return task


def follow_up(session: Session, task_id: str, on: date | None, *, by: Person, at: datetime) -> Task:
    """Say when one wants to look at a task of one's own again; None: whenever. No fact: it is nobody else's matter.

    The same refusals as claim_task; NotYours also for a task nobody has.
    """
    task = open_task(session, task_id, by=by).task
    if task.assignee_id != by.id:
        raise NotYours(task=task.name, person="—")
    _look_again(session, task, on)
    return task


def _look_again(session: Session, task: Task, on: date | None) -> None:
    if task.follow_up_on != on:
        task.follow_up_on = on
        renew_marks(session, task)


def complete_task(
    session: Session,
    task_id: str,
    answers: Answers,
    *,
    choices: Choices | None = None,
    files: Mapping[str, StoredFile] | None = None,
    reason: str = "",
    opened: OpenTask | None = None,
    by: Person,
    at: datetime,
) -> Completed:
    """Complete a task and take the case as far as it goes; an unclaimed task is claimed on the way.

    `answers` are raw when the task has a form, and cleaned by it; `files` are those the person may attach, by sha256;
    `reason` as in claim_task; `opened` is the task where the caller has opened it for the same person. Under review,
    who accepts completes it, and who changes what was proposed proposes in turn.
    Raises NotFound, AlreadyCompleted, TaskGone, NotYours, CaseSuspended, OutOfOrder, engine.forms.Unfit, and
    engine.spiff's ChoiceNeeded and ChoiceUnknown.
    """
    opened = opened or open_task(session, task_id, by=by)
    task, case = opened.task, opened.task.case
    refuse_after_silence(session, case, at=at)
    data = skipping(session, task, reason) | acting_for(session, by, task)
    held = load(session, case, homes=opened.homes, at=at)
    form = task_form(session, case.version_id, task.element_id)
    if form is not None:
        known = with_stores(
            session, form, {**held.execution.variables, **task.wait.get("variables", {})}
        )
        answers = form.clean(
            answers, context=known, files=files or {}, today=held.plan.place.day_of(at)
        )
    if answers:
        data["answers"] = shortened(answers)
    if choices:
        data["choices"] = choices
    if task.review is not None:
        proposed = proposal_of(session, task)
        if proposed is None or proposed.by_id == by.id or differs(proposed, form, answers, choices):
            with session.begin_nested() as trial:
                held.execution.complete(task.token, answers, at, choices=choices)  # would it go?
                trial.rollback()
            if opened.is_typed:
                _forget_drafts(session, task)
            propose(session, task, answers, choices, data, by=by, at=at)
            attach_files(
                session, case, answers, element_id=task.element_id, token=task.token, by=by, at=at
            )
            return Completed(case, task, None, is_proposed=True)
        data["proposed_by"] = proposed.by_id
        forget_proposal(session, task)
    held.execution.complete(task.token, answers, at, choices=choices)
    claimed_at = task.claimed_at if task.assignee_id == by.id else max(at, task.opened_at)
    write_task(
        session,
        task,
        {
            "assignee_id": by.id,
            "claimed_at": claimed_at,
            "status": TaskStatus.COMPLETED.value,
            "ended_at": max(at, claimed_at or task.opened_at),
            "ended_by_id": by.id,
            "wait": {},
        },
    )
    if opened.is_typed:
        _forget_drafts(session, task)
    new = advance(session, held, _fact(Happened.TASK_COMPLETED, task, data), by=by, at=at)
    if task.review is not None:  # by which inboxes found it until now
        task.review = None
    attach_files(session, case, answers, element_id=task.element_id, token=task.token, by=by, at=at)
    return Completed(case, task, _next_task(session, case, task, new, held.before, by))


def save_answers(
    session: Session, task_id: str, answers: Answers, *, by: Person, at: datetime
) -> None:
    """Keep what was typed so far, fit or not; NotFound, AlreadyCompleted, TaskGone."""
    task = task_by_id(session, by, task_id)
    if task.status != TaskStatus.OPEN:
        _refuse_ended(session, task)
    row = {
        "case_id": task.case_id,
        "token": task.token,
        "person_id": by.id,
        "answers": answers,
        "saved_at": at,
    }
    session.execute(
        own_sql(session)
        .insert(AnswerDraft)
        .values(row)
        .on_conflict_do_update(
            index_elements=[AnswerDraft.case_id, AnswerDraft.token, AnswerDraft.person_id],
            set_={"answers": answers, "saved_at": at},
        )
    )


def saved_answers(session: Session, task_id: str, person: Person) -> Answers:
    """What this person has typed so far; empty when nothing."""
    case_id, token = read_task_id(task_id)
    found = session.scalar(
        select(AnswerDraft.answers).where(
            AnswerDraft.case_id == case_id,
            AnswerDraft.token == token,
            AnswerDraft.person_id == person.id,
        )
    )
    return found or {}


_TYPED = exists().where(
    AnswerDraft.case_id == bindparam("case_id"), AnswerDraft.token == bindparam("token")
)
# Made once: putting a statement together costs more than the database takes to run it.
_OPEN_TASK = (
    select(Task, _TYPED, *HOMES)
    .join(Task.case)
    .join(Case.procedure)
    .where(Task.case_id == bindparam("case_id"), Task.token == bindparam("token"))
    .options(contains_eager(Task.case).undefer(Case.state), undefer(Task.wait))
    # Both rows: who waits here for the case must then read the task as it is, not as it was.
    .with_for_update(of=(Case, Task))
    .execution_options(populate_existing=True)
)


def open_task(
    session: Session, task_id: str, *, by: Person, is_assigning: bool = False
) -> OpenTask:
    """The open task and its case, both rows held, with what moving it asks for; in one statement."""
    case_id, token = read_task_id(task_id)
    row = session.execute(_OPEN_TASK, {"case_id": case_id, "token": token}).first()
    if row is None:
        raise NotFound(what="task", name=task_id)
    task, is_typed, *homes = row
    is_allowed = may_work(session, by, task)
    if not is_allowed and not (is_assigning and by.has_role(Role.OPERATOR)):
        if not by.has_role(Role.OPERATOR):
            raise NotFound(what="task", name=task_id)
        raise OtherOffice(task=task.name)  # an operator sees it anyway
    if task.status != TaskStatus.OPEN:
        _refuse_ended(session, task)
    check_open(task.case)
    absent = {absent.person.id for absent in by.stands_in_for if absent.covers(task.procedure_id)}
    others = task.assignee_id not in (None, by.id, *absent)
    if others and not (is_assigning and by.has_role(Role.MANAGER, Role.OPERATOR)):
        raise NotYours(task=task.name, person=_full_name(session, task.assignee_id))
    return OpenTask(task, is_typed, read_homes(*homes))


def acting_for(session: Session, by: Person, task: Task) -> dict[str, Any]:
    """What the record says of a delegate: for whom they act; nothing of who acts for themselves."""
    absent = on_behalf(session, by, task)
    return {} if absent is None else {"on_behalf_of": absent.person.id}


def _refuse_ended(session: Session, task: Task) -> None:
    ended = task.ended_at or task.opened_at
    if task.status == TaskStatus.COMPLETED:
        raise AlreadyCompleted(
            task=task.name,
            person=_full_name(session, task.ended_by_id),
            time=ended.strftime("%H:%M"),
            at=ended,
        )
    raise TaskGone(task=task.name, time=ended.strftime("%H:%M"), at=ended)


def _full_name(session: Session, person_id: int | None) -> str:
    name = session.scalar(select(Person.full_name).where(Person.id == person_id))
    return name or "—"


def _fact(happened: Happened, task: Task, data: dict[str, Any] | None = None) -> Fact:
    return Fact(happened, task.element_id, task.token, task.office_id, data)


def _forget_drafts(session: Session, task: Task) -> None:
    session.execute(
        delete(AnswerDraft)
        .where(AnswerDraft.case_id == task.case_id, AnswerDraft.token == task.token)
        .execution_options(synchronize_session=False)
    )


def _next_task(
    session: Session,
    case: Case,
    done: Task,
    opened: list[Task],
    before: Mapping[int, Wait],
    by: Person,
) -> Task | None:
    """The next one of the same case: of those just opened, else of those that were open already."""
    for task in opened:
        if task.assignee_id in (None, by.id) and may_work(session, by, task):
            return task
    others = [token for token in before if token != done.token]
    if not others:
        return None
    rest = session.scalars(
        select(Task)
        .where(
            Task.case_id == case.id,
            Task.token.in_(others),
            Task.status == TaskStatus.OPEN.value,
            (Task.assignee_id == by.id) | Task.assignee_id.is_(None),
        )
        .order_by(Task.due_order, Task.token)
        .limit(20)
    )
    return next((task for task in rest if may_work(session, by, task)), None)
