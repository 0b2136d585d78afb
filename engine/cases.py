"""Commands on a case as a whole: start, cancel, suspend, resume; and finding one by its number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import Conflict, Refusal
from engine.models import Case, Person, Version

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks; `person_id` when they can sign in themselves."""

    name: str
    document: str | None = None
    email: str | None = None
    person_id: int | None = None


class CaseEnded(Conflict):
    """The case is over."""

    sentence = "Case {number} is {status}: nothing can be done in it any more."


class CaseSuspended(Conflict):
    """The case waits for someone to resume it."""

    sentence = "Case {number} is suspended. Resume it before you go on with it."


class ProcedureSuspended(Refusal):
    """The procedure takes no new cases."""

    sentence = "“{procedure}” takes no new cases at present. Ask an operator to resume it."


class ReasonMissing(Refusal):
    """What is done to a case from outside needs a reason that is kept."""

    sentence = "Say why: the reason is kept with the case."


def start_case(
    session: Session,
    version: Version,
    answers: Answers,
    *,
    applicant: Applicant,
    channel: str = "counter",
    by: Person | None,
    at: datetime,
) -> Case:
    """Open a case and take it to its first wait states; its number is given out here."""
    raise NotImplementedError


def cancel_case(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """End a case from outside: its tasks leave every inbox, its timers never fire."""
    raise NotImplementedError


def suspend_case(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """Stop a case where it stands until it is resumed."""
    raise NotImplementedError


def resume_case(
    session: Session, case_id: int, reason: str, *, by: Person | None, at: datetime
) -> Case:
    """Let a suspended case go on; timers that came due meanwhile fire now."""
    raise NotImplementedError


def case_by_number(session: Session, person: Person, number: str) -> Case:
    """The case with this number, with its procedure and version; NotFound unless the person may see it."""
    raise NotImplementedError
