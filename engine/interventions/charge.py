"""Who is in charge of a case: may move, suspend, cancel and mend it; and who has it at hand, working on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import case_by_number
from engine.errors import Refusal
from engine.models import Case, Person, Task, TaskStatus
from engine.routing.assignment import may_work
from engine.visibility import managed_cases


class NotInCharge(Refusal):
    """The person may see the case, and no more."""

    sentence = (
        "Case {number} is not with your offices now. Ask the manager of the office that has it, "
        "or an operator."
    )
    status = 403


def is_in_charge(session: Session, person: Person, case: Case) -> bool:
    """Whether the person may intervene in the case (engine.visibility.managed_cases)."""
    found = session.scalar(select(Case.id).where(Case.id == case.id, managed_cases(person)))
    return found is not None


def case_in_charge(session: Session, person: Person, number: str) -> Case:
    """The case with this number; NotFound unless the person may see it, NotInCharge unless they may intervene."""
    case = case_by_number(session, person, number)
    if not is_in_charge(session, person, case):
        raise NotInCharge(number=case.number)
    return case


class NotAtHand(Refusal):
    """The person may see the case, and does no work in it now."""

    sentence = "Case {number} is not at hand: only who works on it now, or is in charge of it, may do this."
    status = 403


def is_at_hand(session: Session, person: Person, case: Case) -> bool:
    """Whether the person works on the case now (may do one of its open tasks), or is in charge of it."""
    tasks = session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN).limit(50)
    )
    if case.applicant_id == person.id:
        return False  # nobody judges their own request
    return any(may_work(session, person, task) for task in tasks) or is_in_charge(
        session, person, case
    )


def case_at_hand(session: Session, person: Person, number: str) -> Case:
    """The case with this number; NotFound unless the person may see it, NotAtHand unless it is at hand."""
    case = case_by_number(session, person, number)
    if not is_at_hand(session, person, case):
        raise NotAtHand(number=case.number)
    return case
