"""Who decides an appeal: the office that the sheet names, else the same one (reconsideration) or the one above it."""

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from engine.deployments import blueprint
from engine.errors import Refusal
from engine.models import (
    Case,
    ClockState,
    FiledAppeal,
    Office,
    Person,
    Procedure,
    Role,
    Task,
    TaskStatus,
)
from engine.people import offices_below
from engine.progress import Held
from engine.sheet import Appeal
from engine.terms.offered import RECONSIDERATION
from engine.visibility import managed_cases


class NotYourAppeal(Refusal):
    """Another office decides it."""

    sentence = "“{office}” decides this: a manager of that office, or of one above it, does so."
    status = 403


class OwnAct(Refusal):
    """Nobody judges what they decided themselves."""

    sentence = "You took part in the decision that is contested: another person of the office decides this."
    status = 403


def deciding_office(session: Session, held: Held, appeal: Appeal) -> Office | None:
    """The office that decides; None where no office is known: then whoever is in charge of the case."""
    if appeal.authority:
        named = session.scalar(select(Office).where(Office.name == appeal.authority))
        if named is not None:
            return named
    own = _office_of_the_act(session, held)
    if own is None or appeal.kind == RECONSIDERATION:
        return own
    return None if own.parent_id is None else session.get(Office, own.parent_id)


def may_decide(session: Session, person: Person, case: Case, appeal: FiledAppeal) -> bool:
    """Whether the person may decide it: a manager of the office, or above it, who had no part in the decision."""
    if case.applicant_id == person.id:
        return False
    if not _is_of_the_office(session, person, case, appeal):
        return False
    return appeal.kind == RECONSIDERATION or not took_part(session, person, case)


def check_may_decide(session: Session, person: Person, case: Case, appeal: FiledAppeal) -> None:
    """NotYourAppeal or OwnAct unless the person may decide it."""
    if case.applicant_id == person.id or not _is_of_the_office(session, person, case, appeal):
        office = None if appeal.office_id is None else session.get(Office, appeal.office_id)
        raise NotYourAppeal(office=office.name if office else appeal.authority or "—")
    if appeal.kind != RECONSIDERATION and took_part(session, person, case):
        raise OwnAct


def appeals_to_decide(
    session: Session, person: Person, limit: int = 100
) -> list[tuple[FiledAppeal, Case]]:
    """What waits to be decided by the person's offices and those below, the first due first, with its case."""
    rows = session.execute(
        select(FiledAppeal, Case)
        .join(Case, Case.id == FiledAppeal.case_id)
        .where(*_waiting_for(person))
        .order_by(FiledAppeal.decide_by, FiledAppeal.case_id, FiledAppeal.number)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def appeals_waiting(session: Session, person: Person, limit: int = 100) -> int:
    """How many wait to be decided by the person's offices, at most `limit`."""
    waiting = (
        select(FiledAppeal.case_id)
        .join(Case, Case.id == FiledAppeal.case_id)
        .where(*_waiting_for(person))
        .limit(limit)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def took_part(session: Session, person: Person, case: Case) -> bool:
    """Whether the person did a task that the sheet says decides the request."""
    marks = blueprint(session, case.version_id).sheet.clock.decided_by
    done = select(Task.token).where(
        Task.case_id == case.id,
        Task.ended_by_id == person.id,
        Task.status == TaskStatus.COMPLETED,
        Task.element_id.in_(marks),
    )
    return bool(marks) and session.scalar(done.limit(1)) is not None


def _waiting_for(person: Person) -> tuple[ColumnElement[bool], ...]:
    is_theirs: ColumnElement[bool] = false()
    if person.has_role(Role.MANAGER) and person.office_ids:
        is_theirs = or_(
            FiledAppeal.office_id.in_(offices_below(person.office_ids)),
            and_(FiledAppeal.office_id.is_(None), managed_cases(person)),
        )
    return (
        FiledAppeal.decided_on.is_(None),
        Case.clock != ClockState.APPROVED,  # silence has granted it
        Case.applicant_id.is_distinct_from(person.id),
        is_theirs,
    )


def _is_of_the_office(session: Session, person: Person, case: Case, appeal: FiledAppeal) -> bool:
    if appeal.office_id is None:
        found = session.scalar(select(Case.id).where(Case.id == case.id, managed_cases(person)))
        return found is not None
    if not person.has_role(Role.MANAGER) or not person.office_ids:
        return False
    below = offices_below(person.office_ids)
    return (
        session.scalar(select(Office.id).where(Office.id == appeal.office_id, Office.id.in_(below)))
        is not None
    )


def _office_of_the_act(session: Session, held: Held) -> Office | None:
    sheet = held.plan.sheet
    done = session.scalar(
        select(Task.office_id)
        .where(
            Task.case_id == held.case.id,
            Task.status == TaskStatus.COMPLETED,
            Task.element_id.in_(sheet.clock.decided_by),
            Task.office_id.is_not(None),
        )
        .order_by(Task.ended_at.desc())
        .limit(1)
    )
    if done is not None:
        return session.get(Office, done)
    if sheet.decides:
        name = sheet.deciding_office
        named = session.scalar(select(Office).where(Office.name == name))
        if named is not None:
            return named
    own = session.get_one(Procedure, held.case.procedure_id).office_id
    return None if own is None else session.get(Office, own)
