"""Queries about procedures: which there are, which a person can start, which have work or cases they may see."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from engine.models import Case, CaseStatus, LaneOffice, Person, Procedure, Task, TaskStatus, Version
from engine.visibility import visible_cases, visible_tasks


def procedures(session: Session) -> list[Procedure]:
    """Every procedure, by name."""
    return list(session.scalars(select(Procedure).order_by(Procedure.name)))


def callable_names(session: Session) -> list[str]:
    """What a call activity may say to run a procedure published here: their keys and process ids."""
    rows = session.execute(
        select(Procedure.key, Version.process_id)
        .join(Version, Version.procedure_id == Procedure.id)
        .distinct()
    )
    return sorted({name for row in rows for name in row})


def startable_procedures(session: Session) -> list[Procedure]:
    """Procedures that take new cases at present, by name."""
    return list(
        session.scalars(
            select(Procedure)
            .where(Procedure.current_version_id.is_not(None), Procedure.is_suspended.is_(False))
            .order_by(Procedure.name)
        )
    )


def procedures_with_tasks(session: Session, person: Person) -> list[Procedure]:
    """Procedures in which the person sees an open task, by name."""
    has_task = exists().where(
        Task.procedure_id == Procedure.id,
        Task.status == TaskStatus.OPEN,
        visible_tasks(person),
    )
    return list(session.scalars(select(Procedure).where(has_task).order_by(Procedure.name)))


def procedures_with_cases(session: Session, person: Person) -> list[Procedure]:
    """Procedures in which the person sees a case, open or not, by name."""
    has_case = exists().where(Case.procedure_id == Procedure.id, visible_cases(person))
    return list(session.scalars(select(Procedure).where(has_case).order_by(Procedure.name)))


def versions_of(session: Session, procedure: Procedure) -> list[Version]:
    """The published versions of a procedure, newest first."""
    return list(
        session.scalars(
            select(Version)
            .where(Version.procedure_id == procedure.id)
            .order_by(Version.number.desc())
        )
    )


def open_cases_by_version(session: Session) -> dict[int, int]:
    """How many cases are not over, by the version they follow. Numbers only: they tell nothing about anyone's case."""
    rows = session.execute(
        select(Case.version_id, func.count().label("number"))
        .where(Case.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED)))
        .group_by(Case.version_id)
    )
    return {row.version_id: row.number for row in rows}


def lanes_without_office(session: Session, procedure: Procedure, lanes: list[str]) -> list[str]:
    """Those of the lanes that no office is matched with."""
    matched = set(
        session.scalars(select(LaneOffice.lane).where(LaneOffice.procedure_id == procedure.id))
    )
    return [lane for lane in lanes if lane not in matched]
