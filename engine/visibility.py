"""Who may see which case and task: conditions that every query of them carries. Evaluated when read."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import QueryableAttribute, Session, aliased

from engine.models import Case, Person, Procedure, Role, Task, TaskStatus
from engine.people import offices_below

_WORKING = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER)


def visible_tasks(person: Person) -> ColumnElement[bool]:
    """Condition on Task: an operator sees all; a manager those of the own offices and the ones below; a civil
    servant and an analyst those of the own offices, an analyst also those of no office; everyone those assigned to
    them.
    """
    if person.has_role(Role.OPERATOR):
        return true()
    return or_(Task.assignee_id == person.id, _is_task_of_office(Task.office_id, person))


def visible_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case: an operator sees all; a manager those of procedures or with a task of the own offices and
    the ones below; a civil servant and an analyst those with a task of theirs or of their offices, done or not,
    and those they started; an applicant only the own ones.
    """
    if person.has_role(Role.OPERATOR):
        return true()
    if not person.has_role(*_WORKING):
        return Case.applicant_id == person.id
    return _cases_of_work(person)


def _cases_of_work(person: Person) -> ColumnElement[bool]:
    task = aliased(Task)
    conditions = [
        Case.applicant_id == person.id,
        Case.started_by_id == person.id,
        exists().where(
            task.case_id == Case.id,
            or_(
                task.assignee_id == person.id,
                task.ended_by_id == person.id,
                _is_task_of_office(task.office_id, person),
            ),
        ),
    ]
    if person.has_role(Role.MANAGER) and person.office_ids:
        of_office = select(Procedure.id).where(
            Procedure.office_id.in_(offices_below(person.office_ids))
        )
        conditions.append(Case.procedure_id.in_(of_office))
    return or_(*conditions)


def counted_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case for figures that name nobody and rest on many cases: an analyst, who draws procedures for
    every office, counts all of them; whoever else counts those they may see.
    """
    return true() if person.has_role(Role.ANALYST) else visible_cases(person)


def knows_applicant(session: Session, person: Person, case: Case) -> bool:
    """Whether the person needs to know whose case it is: who has, had or manages work in it, and the applicant. Who
    only keeps the installation running, or only draws procedures, does not.
    """
    if case.applicant_id == person.id:
        return True
    if not person.has_role(Role.CIVIL_SERVANT, Role.MANAGER):
        return False
    asked = select(Case.id).where(Case.id == case.id, needed_cases(person))
    return session.scalar(asked) is not None


def needed_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case: those whose applicant the person needs to know (see knows_applicant)."""
    if not person.has_role(Role.CIVIL_SERVANT, Role.MANAGER):
        return Case.applicant_id == person.id
    return _cases_of_work(person)


def managed_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case: those the person may move, suspend or cancel. An operator all; a manager those of procedures
    of the own offices and the ones below, or with an open task there, but never a case of their own.
    """
    if person.has_role(Role.OPERATOR):
        return true()
    if not person.has_role(Role.MANAGER) or not person.office_ids:
        return false()
    below = offices_below(person.office_ids)
    task = aliased(Task)
    return and_(
        Case.applicant_id.is_distinct_from(person.id),
        or_(
            Case.procedure_id.in_(select(Procedure.id).where(Procedure.office_id.in_(below))),
            exists().where(
                task.case_id == Case.id,
                task.status == TaskStatus.OPEN,
                task.office_id.in_(below),
            ),
        ),
    )


def seen_offices(session: Session, person: Person) -> list[int] | None:
    """Ids of the offices whose tasks the person sees; None: all of them (an operator)."""
    if person.has_role(Role.OPERATOR):
        return None
    if not person.office_ids or not person.has_role(*_WORKING):
        return []
    if person.has_role(Role.MANAGER):
        return sorted(session.scalars(offices_below(person.office_ids)))
    return sorted(person.office_ids)


def sees_tasks_of_no_office(person: Person) -> bool:
    """Whether tasks that no lane gives to an office are shown: to those who can match the lane."""
    return person.has_role(Role.ANALYST, Role.OPERATOR)


def _is_task_of_office(
    office: QueryableAttribute[int | None], person: Person
) -> ColumnElement[bool]:
    if not person.has_role(*_WORKING):
        return false()
    homeless = office.is_(None) if sees_tasks_of_no_office(person) else false()
    if not person.office_ids:
        return homeless
    if person.has_role(Role.MANAGER):
        return or_(office.in_(offices_below(person.office_ids)), homeless)
    return or_(office.in_(person.office_ids), homeless)
