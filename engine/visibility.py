"""Who may see which case and task: conditions that every query of them carries. Evaluated when read."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from engine.models import (
    Case,
    FiledAppeal,
    Opinion,
    Person,
    Procedure,
    Role,
    Standing,
    Task,
    TaskStatus,
)
from engine.people import offices_below
from engine.routing.pools import WORKING, pools_of

# Made once: an alias is a copy of the table's columns.
_TASK: Any = aliased(Task)
# Putting a condition together costs more than the database takes to check it. What one person may see is the same
# until their standing is another.
_KEPT = 64


def visible_tasks(person: Person | Standing) -> ColumnElement[bool]:
    """Condition on Task: an operator sees all; everybody else those assigned to them and those their queues hold: a
    manager those of the own offices and the ones below, a civil servant and an analyst those of the own offices and
    pools, an analyst also those of no office; and, of who is away, those that a delegate does meanwhile.
    """
    if person.has_role(Role.OPERATOR):
        return true()
    return _visible_tasks(person.standing)


def visible_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case: an operator sees all; a manager those of procedures or with a task of the own offices and
    the ones below; a civil servant and an analyst those with a task of theirs or of their offices, done or not,
    those they started and those their office was asked an opinion on or decides an appeal in; an applicant only the
    own ones.
    """
    if person.has_role(Role.OPERATOR):
        return true()
    if not person.has_role(*WORKING):
        return Case.applicant_id == person.id
    return _cases_of_work(person.standing)


@lru_cache(_KEPT)
def _visible_tasks(person: Standing) -> ColumnElement[bool]:
    return or_(_own_tasks(Task, person), *_stand_in_tasks(Task, person))


@lru_cache(_KEPT)
def _cases_of_work(person: Standing) -> ColumnElement[bool]:
    task = _TASK
    conditions = [
        Case.applicant_id == person.id,
        Case.started_by_id == person.id,
        exists().where(
            task.case_id == Case.id,
            or_(
                task.ended_by_id == person.id,
                _own_tasks(task, person),
                *_stand_in_tasks(task, person),
            ),
        ),
        exists().where(Opinion.case_id == Case.id, Opinion.office_id.in_(person.office_ids)),
        exists().where(FiledAppeal.case_id == Case.id, FiledAppeal.office_id.in_(_seen(person))),
    ]
    if person.has_role(Role.MANAGER) and person.office_ids:
        of_office = select(Procedure.id).where(
            Procedure.office_id.in_(offices_below(person.office_ids))
        )
        conditions.append(Case.procedure_id.in_(of_office))
    return or_(*conditions)


def _seen(person: Standing) -> Any:
    """The offices whose appeals the person sees: the own ones, and a manager those below."""
    is_above = person.has_role(Role.MANAGER) and bool(person.office_ids)
    return offices_below(person.office_ids) if is_above else person.office_ids


def counted_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case for figures that name nobody and rest on many cases: an analyst, who draws procedures for
    every office, counts all of them; whoever else counts those they may see.
    """
    return true() if person.has_role(Role.ANALYST) else visible_cases(person)


def shown_case(case_id: int) -> ColumnElement[bool]:
    """Condition on Case: the one whose code or mail somebody outside has shown (webapp.security.holding)."""
    return Case.id == case_id


def knows_applicant(session: Session, person: Person, case: Case) -> bool:
    """Whether the person needs to know whose case it is: who has, had or manages work in it, and the applicant. Who
    only keeps the installation running, or only draws procedures, does not.
    """
    if case.applicant_id == person.id:
        return True
    if not person.has_role(Role.CIVIL_SERVANT, Role.MANAGER):
        return False
    if case.started_by_id == person.id:  # one of needed_cases, known without asking
        return True
    return session.scalar(_is_needed_by(person.standing), {"case_id": case.id}) is not None


@lru_cache(_KEPT)
def _is_needed_by(person: Standing) -> Select[int]:
    return select(Case.id).where(Case.id == bindparam("case_id"), _cases_of_work(person))


def needed_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case: those whose applicant the person needs to know (see knows_applicant)."""
    if not person.has_role(Role.CIVIL_SERVANT, Role.MANAGER):
        return Case.applicant_id == person.id
    return _cases_of_work(person.standing)


def needs_applicants(session: Session, person: Person, case_ids: list[int]) -> set[int]:
    """Of these cases, which have a task that the person sees, those whose applicant they need to know."""
    if person.has_role(Role.CIVIL_SERVANT, Role.MANAGER) and not person.has_role(Role.OPERATOR):
        return set(case_ids)  # to see a task of a case is to work on it
    if not case_ids:
        return set()
    asked = select(Case.id).where(Case.id.in_(case_ids), needed_cases(person))
    return set(session.scalars(asked))


def managed_cases(person: Person) -> ColumnElement[bool]:
    """Condition on Case: those the person may move, suspend or cancel. An operator all; a manager those of procedures
    of the own offices and the ones below, or with an open task there, but never a case of their own.
    """
    if person.has_role(Role.OPERATOR):
        return true()
    if not person.has_role(Role.MANAGER) or not person.office_ids:
        return false()
    below = offices_below(person.office_ids)
    task = _TASK
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


Sources = dict[int, frozenset[int] | None]  # person → the procedures that count; None: all


@dataclass(frozen=True, slots=True)
class Seen:
    """Where the open tasks of somebody are: queues (offices and, negative, pools), each by whose it is, and people.

    `own` are the queues that do not come from being in charge.
    """

    queues: dict[int, Sources]
    own: dict[int, Sources]
    people: Sources


def seen_queues(session: Session, person: Person) -> Seen | None:
    """Where the open tasks are that the person sees; None: everywhere (an operator)."""
    if person.has_role(Role.OPERATOR):
        return None
    seen = Seen({}, {}, {person.id: None})
    _look(session, person.standing, None, seen)
    for absent in person.stands_in_for:
        _look(session, absent.person, absent.procedure_ids, seen)
        seen.people[absent.person.id] = absent.procedure_ids
    return seen


def seen_offices(session: Session, person: Person) -> list[int] | None:
    """Ids of the offices whose tasks the person sees, pools and delegations apart; None: all of them (an operator)."""
    if person.has_role(Role.OPERATOR):
        return None
    if not person.office_ids or not person.has_role(*WORKING):
        return []
    if person.has_role(Role.MANAGER):
        return sorted(session.scalars(offices_below(person.office_ids)))
    return sorted(person.office_ids)


def sees_tasks_of_no_office(person: Person | Standing) -> bool:
    """Whether tasks that no lane gives to an office are shown: to those who can match the lane."""
    return person.has_role(Role.ANALYST, Role.OPERATOR)


def is_excluded(person_id: int) -> ColumnElement[bool]:
    """Condition on Task: the person did what the task checks, and so may not do it."""
    return _is_excluded(Task, person_id)


def _own_tasks(task: Any, person: Standing) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = task.assignee_id == person.id
    if not person.has_role(*WORKING):
        return mine
    held = [
        and_(
            task.queue_id < 0,
            task.queue_id.in_(pools_of(person)),
            ~_is_excluded(task, person.id),
        )
    ]
    if sees_tasks_of_no_office(person):
        held.append(task.queue_id.is_(None))
    if person.has_role(Role.MANAGER) and person.office_ids:
        held.append(task.queue_id.in_(offices_below(person.office_ids)))
    elif person.office_ids:
        held.append(task.queue_id.in_(person.office_ids))
    return or_(mine, *held)


def _stand_in_tasks(task: Any, person: Standing) -> list[ColumnElement[bool]]:
    found = []
    for absent in person.stands_in_for:
        # Tasks of no office fall to who can match the lane, and to nobody in their place.
        homed = or_(task.queue_id.is_not(None), task.assignee_id == absent.person.id)
        theirs = and_(_own_tasks(task, absent.person), homed, ~_is_excluded(task, person.id))
        if absent.procedure_ids is not None:
            theirs = and_(theirs, task.procedure_id.in_(absent.procedure_ids))
        found.append(theirs)
    return found


def _is_excluded(task: Any, person_id: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = func.coalesce(task.not_by, "").contains(f",{person_id},")
    return found


@lru_cache(_KEPT)
def _below(person: Standing) -> Select[int]:
    return offices_below(person.office_ids)


@lru_cache(_KEPT)
def _pools(person: Standing) -> Select[int]:
    return pools_of(person)


def _look(
    session: Session, person: Standing, procedures: frozenset[int] | None, found: Seen
) -> None:
    if not person.has_role(*WORKING):
        return
    mine = list(person.office_ids)
    seen = mine
    if person.has_role(Role.MANAGER) and person.office_ids:
        seen = list(session.scalars(_below(person)))
    pools = list(session.scalars(_pools(person)))
    for queues, held in ((found.queues, seen), (found.own, mine)):
        for queue in sorted({*held, *pools}):
            queues.setdefault(queue, {})[person.id] = procedures
