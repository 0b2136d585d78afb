"""Who does a task: the office of its lane, the person the diagram names, when it is due; and who may work it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.batches import asked_once
from engine.calendars import office_calendar
from engine.deployments import Blueprint
from engine.models import LaneOffice, Office, Person, Procedure, Role, Task
from engine.people import offices_below
from engine.search import fold
from engine.spiff import Wait
from engine.terms.law import law_of
from engine.terms.task_terms import law_term, own_term

DEFAULT_PRIORITY = 50
# a variable by its name, as tools write it: ${clerk}, #{clerk}, =clerk
_VARIABLE = re.compile(r"(?:[$#]\{\s*(\w+)\s*\}|=\s*(\w+)\s*)")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a new task goes."""

    office_id: int | None
    assignee_id: int | None
    priority: int
    due_at: datetime | None


_HOME_AND_LANES = (
    select(Procedure.office_id.label("home"), LaneOffice.lane, LaneOffice.office_id)
    .outerjoin(LaneOffice, LaneOffice.procedure_id == Procedure.id)
    .where(Procedure.id == bindparam("procedure_id"))
)


def routes(
    session: Session,
    plan: Blueprint,
    waits: Iterable[Wait],
    variables: dict[str, Any],
    *,
    at: datetime,
) -> dict[int, Route]:
    """Token → where its task goes. One query; one more for each kind of name (person, office) a diagram uses."""
    waits = list(waits)
    if not waits:
        return {}
    asked = {"procedure_id": plan.procedure_id}
    rows = asked_once(
        session,
        ("home and lanes", plan.procedure_id),
        lambda: session.execute(_HOME_AND_LANES, asked).all(),
    )
    home = rows[0].home if rows else None
    lanes = {row.lane: row.office_id for row in rows if row.lane is not None}
    people = _people(session, plan, waits, variables)
    offices = _offices(session, plan, waits)
    return {
        wait.token: _route(session, plan, wait, home, lanes, people, offices, variables, at)
        for wait in waits
    }


def may_work(session: Session, person: Person, task: Task) -> bool:
    """Whether the person may claim and complete the task: it is theirs, of their office, or of one below it that they
    manage; a task of no office falls to analysts and operators.
    """
    if task.assignee_id == person.id:
        return True
    if not person.has_role(Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR):
        return False
    if task.office_id is None:
        return person.has_role(Role.ANALYST, Role.OPERATOR)
    if task.office_id in person.office_ids:
        return True
    return (
        person.has_role(Role.MANAGER)
        and bool(person.office_ids)
        and task.office_id in list(session.scalars(offices_below(person.office_ids)))
    )


def _route(
    session: Session,
    plan: Blueprint,
    wait: Wait,
    home: int | None,
    lanes: dict[str, int],
    people: dict[str, int],
    offices: dict[str, int],
    variables: dict[str, Any],
    at: datetime,
) -> Route:
    node = plan.nodes.get(wait.element_id)
    names = plan.lane_names(wait.lane)
    office_id = next((lanes[name] for name in names if name in lanes), home)
    if node is None:
        return Route(office_id, None, DEFAULT_PRIORITY, None)
    extension = node.extension
    for group in extension.candidate_groups:
        if fold(group) in offices:
            office_id = offices[fold(group)]
            break
    variables = {**variables, **wait.variables}
    assignee = _named(extension.assignee, variables)
    return Route(
        office_id=office_id,
        assignee_id=None if assignee is None else people.get(assignee),
        priority=_priority(extension.priority),
        due_at=_due(session, plan, node.id, office_id, _named(extension.due_date, variables), at),
    )


def _people(
    session: Session, plan: Blueprint, waits: list[Wait], variables: dict[str, Any]
) -> dict[str, int]:
    names = set()
    for wait in waits:
        node = plan.nodes.get(wait.element_id)
        seen = {**variables, **wait.variables}
        name = None if node is None else _named(node.extension.assignee, seen)
        if name is not None:
            names.add(name)
    if not names:
        return {}
    rows = session.execute(
        select(Person.name, Person.id).where(Person.name.in_(names), Person.is_active)
    )
    return {row.name: row.id for row in rows}


def _offices(session: Session, plan: Blueprint, waits: list[Wait]) -> dict[str, int]:
    nodes = (plan.nodes.get(wait.element_id) for wait in waits)
    if not any(node is not None and node.extension.candidate_groups for node in nodes):
        return {}
    return {fold(row.name): row.id for row in session.execute(select(Office.name, Office.id))}


def _named(text: str | None, variables: dict[str, Any]) -> str | None:
    """What a diagram's text stands for: itself, or the variable it names. Nothing is evaluated."""
    if not text:
        return None
    match = _VARIABLE.fullmatch(text.strip())
    value = text.strip() if match is None else variables.get(match[1] or match[2])
    return value.strip("\"'") if isinstance(value, str) else None


def _priority(text: str | None) -> int:
    if text is None or not text.strip().isascii() or not text.strip().isdigit():
        return DEFAULT_PRIORITY
    return min(int(text.strip()[:9]), 1000)


def _due(
    session: Session,
    plan: Blueprint,
    element_id: str,
    office_id: int | None,
    term: str | None,
    at: datetime,
) -> datetime | None:
    calendar = office_calendar(session, office_id, plan.place.code)
    if term is not None:
        return own_term(term, calendar, at)
    return law_term(plan.sheet, law_of(plan.place.code), element_id, calendar, at)
