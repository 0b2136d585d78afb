"""A second pair of eyes: what one person proposes, another one reviews; only then the task is completed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing
from engine.database import own_sql
from engine.errors import Refusal
from engine.events import Happened
from engine.forms import Form
from engine.inbox.keys import PROPOSED, renew_marks
from engine.models import AnswerDraft, Event, NotificationKind, Person, Proposal, Task
from engine.notifications import about_case, tell
from engine.record.facts import Fact, record

WANTED = "wanted"


class NothingProposed(Refusal):
    """There is nothing to return."""

    sentence = "Nobody has proposed anything for “{task}” yet."


class OwnProposal(Refusal):
    """Nobody returns to themselves."""

    sentence = "You proposed this yourself: change it, or wait for somebody else's review."


def propose(
    session: Session,
    task: Task,
    answers: dict[str, Any],
    choices: dict[str, list[str]] | None,
    data: dict[str, Any],
    *,
    by: Person,
    at: datetime,
) -> None:
    """Keep clean answers of a task, whose case is held, for somebody else to review; the task is free for them.

    `data` is what the record says of it.
    """
    row = {"answers": answers, "choices": choices, "by_id": by.id, "at": at}
    session.execute(
        own_sql(session)
        .insert(Proposal)
        .values(case_id=task.case_id, token=task.token, **row)
        .on_conflict_do_update(index_elements=[Proposal.case_id, Proposal.token], set_=row)
    )
    task.review = PROPOSED
    task.assignee_id = task.claimed_at = task.follow_up_on = None
    renew_marks(session, task)
    fact = Fact(Happened.TASK_PROPOSED, task.element_id, task.token, task.office_id, data)
    record(session, task.case, [fact], by=by, at=at)


def proposal_of(session: Session, task: Task) -> Proposal | None:
    """What is proposed for the task; no query unless something is."""
    if task.review != PROPOSED:
        return None
    return session.get(Proposal, (task.case_id, task.token))


def differs(
    proposed: Proposal,
    form: Form | None,
    answers: Mapping[str, Any],
    choices: Mapping[str, list[str]] | None,
) -> bool:
    """Whether a reviewer's clean answers are others than those proposed: then nobody else has seen them yet.

    What the form works out by itself does not count: it may be another on another day.
    """
    asked = {} if form is None else form.questions()

    def typed(said: Mapping[str, Any]) -> dict[str, Any]:
        return {key: one for key, one in said.items() if key not in asked or asked[key].is_input}

    def ways(said: Mapping[str, list[str]] | None) -> dict[str, list[str]]:
        return {gateway: sorted(chosen) for gateway, chosen in (said or {}).items()}

    return typed(answers) != typed(proposed.answers) or ways(choices) != ways(proposed.choices)


def why_returned(session: Session, task: Task) -> str | None:
    """Why what was proposed for the task came back; no query unless a review is wanted of it."""
    if task.review != WANTED:
        return None
    said = session.execute(
        select(Event.type, Event.data)
        .where(
            Event.case_id == task.case_id,
            Event.token == task.token,
            Event.type.in_((Happened.TASK_RETURNED.value, Happened.TASK_PROPOSED.value)),
        )
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()
    # Proposed again and accepted since, then undone: what it once came back for is settled.
    if said is None or said.type != Happened.TASK_RETURNED.value:
        return None
    reason: str | None = (said.data or {}).get("reason")
    return reason


def return_proposal(session: Session, task: Task, reason: str, *, by: Person, at: datetime) -> Task:
    """Give the task, whose case is held, back to who proposed, with the reason; their answers are kept as typed.

    Raises ReasonMissing, NothingProposed, OwnProposal.
    """
    found = proposal_of(session, task)
    if found is None:
        raise NothingProposed(task=task.name)
    if found.by_id == by.id:
        raise OwnProposal
    if not reason.strip():
        raise ReasonMissing
    session.merge(
        AnswerDraft(
            case_id=task.case_id,
            token=task.token,
            person_id=found.by_id,
            answers=found.answers,
            saved_at=at,
        )
    )
    forget_proposal(session, task)
    task.review = WANTED
    task.assignee_id, task.claimed_at = found.by_id, max(at, task.opened_at)
    renew_marks(session, task)
    data = {"reason": reason.strip()[:500], "to": found.by_id}
    fact = Fact(Happened.TASK_RETURNED, task.element_id, task.token, task.office_id, data)
    record(session, task.case, [fact], by=by, at=at)
    about = about_case(task.case, token=task.token, task=task.name, words=reason.strip())
    tell(session, NotificationKind.TASK_RETURNED, [found.by_id], about, by=by, at=at)
    return task


def propose_again(session: Session, task: Task, answers: Mapping[str, Any]) -> bool:
    """What an undone completion had accepted is proposed as before, by who proposed it, and waits for the review of who
    has the task; False where nothing had been.
    """
    if task.review != WANTED:
        return False
    said = session.execute(
        select(Event.type, Event.at, Event.data)
        .where(
            Event.case_id == task.case_id,
            Event.token == task.token,
            Event.type.in_((Happened.TASK_COMPLETED.value, Happened.TASK_PROPOSED.value)),
        )
        .order_by(Event.seq)
    ).all()
    last = {one.type: one for one in said}
    accepted, proposed = (
        last.get(one.value) for one in (Happened.TASK_COMPLETED, Happened.TASK_PROPOSED)
    )
    by_id = None if accepted is None else (accepted.data or {}).get("proposed_by")
    if accepted is None or proposed is None or by_id is None:
        return False
    row = {
        "answers": dict(answers),
        "choices": accepted.data.get("choices"),
        "by_id": by_id,
        "at": proposed.at,
    }
    session.add(Proposal(case_id=task.case_id, token=task.token, **row))
    task.review = PROPOSED
    renew_marks(session, task)
    return True


def forget_proposal(session: Session, task: Task) -> None:
    """Nothing is proposed any more."""
    session.execute(
        delete(Proposal).where(Proposal.case_id == task.case_id, Proposal.token == task.token)
    )
