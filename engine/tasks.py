"""Commands on a task: claim, release, assign, save what was typed, complete."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import Conflict, Refusal
from engine.models import Case, Person, Task

Answers = dict[str, Any]
Choices = dict[str, list[str]]  # element id of a gateway → ids of the flows chosen


@dataclass(frozen=True, slots=True)
class Completed:
    """What a completion led to; `next_task` is one of the same case that the same person may do."""

    case: Case
    task: Task
    next_task: Task | None


class AlreadyCompleted(Conflict):
    """Someone was faster."""

    sentence = "Task “{task}” was completed by {person} at {time}. Reload to see what comes next."


class TaskGone(Conflict):
    """An event, a cancellation or a move took the task away."""

    sentence = "Task “{task}” was withdrawn at {time}. Reload to see where the case stands."


class NotYours(Conflict):
    """Somebody else works on it."""

    sentence = "Task “{task}” is being done by {person}. Ask them to release it, or choose another."


class MayNotWork(Refusal):
    """The person it is given to does not belong to the office that does it."""

    sentence = (
        "{person} cannot be given task “{task}”: they do not belong to the office that does it."
    )


def claim_task(session: Session, task_id: str, *, by: Person, at: datetime) -> Task:
    """Take a task of one's office; claiming one's own again changes nothing. NotYours, AlreadyCompleted."""
    raise NotImplementedError


def release_task(session: Session, task_id: str, *, by: Person, at: datetime) -> Task:
    """Give a task back to its office; what was typed is kept."""
    raise NotImplementedError


def assign_task(session: Session, task_id: str, to: Person, *, by: Person, at: datetime) -> Task:
    """Give a task to someone of its office, whoever had it."""
    raise NotImplementedError


def complete_task(
    session: Session,
    task_id: str,
    answers: Answers,
    *,
    choices: Choices | None = None,
    by: Person,
    at: datetime,
) -> Completed:
    """Complete a task and take the case as far as it goes; an unclaimed task is claimed on the way.

    Raises AlreadyCompleted, TaskGone, NotYours, engine.forms.Unfit, engine.spiff's ChoiceNeeded.
    """
    raise NotImplementedError


def save_answers(
    session: Session, task_id: str, answers: Answers, *, by: Person, at: datetime
) -> None:
    """Keep what was typed so far, fit or not."""
    raise NotImplementedError


def saved_answers(session: Session, task_id: str, person: Person) -> Answers:
    """What this person has typed so far; empty when nothing."""
    raise NotImplementedError
