"""Who is in charge of a case: may move, suspend, resume and cancel it, and mend what breaks in it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import case_by_number
from engine.errors import Refusal
from engine.models import Case, Person
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
