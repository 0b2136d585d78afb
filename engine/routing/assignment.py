"""Who does a task: its office or pool, the person it goes to, when it is due; and who may work it.

The lane says the office; diagram and sheet (engine.routing.rules) may say other offices, people, roles and skills.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn.model import Node
from engine.calendars import office_calendar
from engine.deployments import Blueprint
from engine.errors import Refusal
from engine.forms.formula import bounded, phrase
from engine.forms.refusals import unnoted
from engine.models import Office, Person, Role, StandIn, Standing, Task
from engine.people import offices_below
from engine.resolver import PublishedVersions
from engine.routing.homes import Homes, homes_of
from engine.routing.pools import WORKING, Pool, pools_of
from engine.routing.rules import LANE, TaskRule, read_task_rule, rule_of
from engine.routing.said import names_said, one_said
from engine.search import fold
from engine.spiff import Wait
from engine.terms.law import law_of
from engine.terms.task_terms import law_term, own_term

DEFAULT_PRIORITY = 50


@dataclass(frozen=True, slots=True)
class Route:
    """Where a new task goes. `pool` is who may do it when that is not simply the office; `name` when it is not the
    diagram's.
    """

    office_id: int | None
    assignee_id: int | None
    priority: int
    due_at: datetime | None
    pool: Pool | None = None
    rule: TaskRule = LANE
    name: str | None = None
    element_id: str = ""

    @property
    def queue_id(self) -> int | None:
        """The office, or the pool."""
        return self.office_id if self.pool is None else self.pool.id


def routes(
    session: Session,
    plan: Blueprint,
    waits: Iterable[Wait],
    variables: dict[str, Any],
    *,
    homes: Homes | None = None,
    at: datetime,
) -> dict[int, Route]:
    """Token → where its task goes. One query unless `homes` are known; one more for each kind of name (person, office)
    a diagram uses.
    """
    waits = list(waits)
    if not waits:
        return {}
    homes = homes or homes_of(session, plan.procedure_id)
    said = [_asked(session, plan, wait, homes.rules, variables, at) for wait in waits]
    names = _Names(session, said)
    found = {}
    for one in said:
        around = plan.lane_names(one.wait.lane)
        lane = next((homes.lanes[n] for n in around if n in homes.lanes), homes.office_id)
        found[one.wait.token] = _route(session, plan, one, lane, names, homes, at)
    return found


def may_work(session: Session, person: Person, task: Task) -> bool:
    """Whether the person may claim and complete the task: it is theirs, of an office or pool they belong to, or of an
    office below one that they manage; a task of no office falls to analysts and operators; a delegate may what the
    person who is away may. Nobody may check what they did themselves.
    """
    if _is_excluded(person, task):
        return False
    return _may(session, person.standing, task) or standing_in(session, person, task) is not None


def on_behalf(session: Session, person: Person, task: Task) -> StandIn | None:
    """Who the person acts for when they work on the task; None: for themselves.

    What the absent had claimed is theirs, also for a delegate of the same office.
    """
    for absent in person.stands_in_for:
        if task.assignee_id == absent.person.id and absent.covers(task.procedure_id):
            return absent
    if not person.stands_in_for or _holds(session, person.standing, task):
        return None
    return standing_in(session, person, task)


def standing_in(session: Session, person: Person, task: Task) -> StandIn | None:
    """The first of those who are away whose delegate may work on the task."""
    for absent in person.stands_in_for:
        if task.queue_id is None and task.assignee_id != absent.person.id:
            continue  # it falls to who can match the lane, and to nobody in their place
        if absent.covers(task.procedure_id) and _may(session, absent.person, task):
            return absent
    return None


def _may(session: Session, person: Standing, task: Task) -> bool:
    if _is_excluded(person, task):
        return False
    return task.assignee_id == person.id or _holds(session, person, task)


def _holds(session: Session, person: Standing, task: Task) -> bool:
    """Whether one of the person's queues has it."""
    queue = task.queue_id
    if queue is None:
        return person.has_role(Role.ANALYST, Role.OPERATOR)
    if queue < 0:
        return queue in set(session.scalars(pools_of(person)))
    if not person.has_role(*WORKING, Role.OPERATOR):
        return False
    if queue in person.office_ids:
        return True
    return (
        person.has_role(Role.MANAGER)
        and bool(person.office_ids)
        and queue in list(session.scalars(offices_below(person.office_ids)))
    )


def _is_excluded(person: Person | Standing, task: Task) -> bool:
    return task.not_by is not None and f",{person.id}," in task.not_by


@dataclass(frozen=True, slots=True)
class _Asked:
    """A wait with everything said about who does it, by names."""

    wait: Wait
    node: Node | None
    rule: TaskRule
    scope: dict[str, Any]  # what the case knows there
    assignee: str | None
    groups: tuple[str, ...]  # of the diagram: offices and roles
    users: tuple[str, ...]


def _asked(
    session: Session,
    plan: Blueprint,
    wait: Wait,
    kept: dict[str, Any] | None,
    variables: dict[str, Any],
    at: datetime,
) -> _Asked:
    node = plan.nodes.get(wait.element_id)
    scope = {**variables, **wait.variables} if wait.variables else variables
    rule = rule_of(plan.sheet.raw, kept, wait.element_id)
    if rule.decision:
        rule = _decided(session, plan, rule, scope, at)
    if node is None:
        return _Asked(wait, None, rule, scope, None, (), ())
    said = node.extension
    users = tuple(name for user in said.candidate_users for name in names_said(user, scope))
    groups = tuple(name for group in said.candidate_groups for name in names_said(group, scope))
    return _Asked(wait, node, rule, scope, one_said(said.assignee, scope), groups, users)


def _decided(
    session: Session, plan: Blueprint, rule: TaskRule, scope: dict[str, Any], at: datetime
) -> TaskRule:
    """The rule with what its decision table says on top; where the table is silent, the rule alone."""
    resolver = PublishedVersions(session, plan, started_at=at, at=at)
    try:
        value = resolver.decide(rule.decision, scope, plan.compiled).value
    except (KeyError, Refusal):
        return rule
    if isinstance(value, str | list):
        value = {"offices": value}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]
    said = read_task_rule(value)
    known = {
        name: getattr(said, name)
        for name in ("offices", "roles", "persons", "skills", "priority", "same_as")
        if getattr(said, name) not in ((), None, "")
    }
    if said.strategy != LANE.strategy:
        known["strategy"] = said.strategy
    return replace(rule, **known)


class _Names:
    """Ids of the offices and people that routing names; a query for each kind that is named at all."""

    def __init__(self, session: Session, asked: list[_Asked]) -> None:
        offices = any(one.groups or one.rule.offices for one in asked)
        people = {one.assignee for one in asked if one.assignee}
        for one in asked:
            people |= {*one.users, *one.rule.persons}
        self.offices: dict[str, int] = {}
        self.people: dict[str, int] = {}
        if offices:
            rows = session.execute(select(Office.name, Office.id))
            self.offices = {fold(row.name): row.id for row in rows}
        if people:
            found = session.execute(
                select(Person.name, Person.id).where(Person.name.in_(people), Person.is_active)
            )
            self.people = {row.name: row.id for row in found}

    def offices_of(self, asked: _Asked, homes: Homes) -> Iterator[int]:
        """The offices that the rule names; else what its groups are matched with, as lanes are, or the office of the
        group's name.
        """
        groups = () if asked.rule.offices else asked.groups
        found = [self.offices.get(fold(name)) for name in asked.rule.offices]
        found += [homes.lanes.get(name) or self.offices.get(fold(name)) for name in groups]
        return (office for office in found if office is not None)


def _route(
    session: Session,
    plan: Blueprint,
    asked: _Asked,
    lane_office: int | None,
    names: _Names,
    homes: Homes,
    at: datetime,
) -> Route:
    rule, node = asked.rule, asked.node
    offices = tuple(dict.fromkeys(names.offices_of(asked, homes)))
    persons = tuple(names.people[one] for one in rule.persons or asked.users if one in names.people)
    roles = rule.roles or tuple(one for one in asked.groups if one in set(Role))
    # Where the lane's own office is among several, the work stays at home there.
    office_id = lane_office if lane_office in offices or not offices else offices[0]
    pool = None
    if len(offices) > 1 or persons or roles or rule.skills or rule.four_eyes:
        # Persons alone are meant alone; roles and skills narrow the office.
        of = offices or (() if persons or lane_office is None else (lane_office,))
        if of or persons:
            pool = Pool(of, persons, roles, rule.skills, office_id)
    priority = _priority(None if node is None else node.extension.priority)
    return Route(
        office_id=office_id,
        assignee_id=None if asked.assignee is None else names.people.get(asked.assignee),
        priority=priority if rule.priority is None else rule.priority,
        due_at=None
        if node is None
        else _due(
            session, plan, node.id, office_id, one_said(node.extension.due_date, asked.scope), at
        ),
        pool=pool,
        rule=rule,
        element_id=asked.wait.element_id,
        name=_name(rule.name or asked.wait.name or (node.name if node is not None else ""), asked),
    )


def _name(text: str | None, asked: _Asked) -> str | None:
    """The text with what the case knows in the place of `{{expression}}`; None where there is none in it."""
    if not text or "{{" not in text:
        return text if text and asked.rule.name else None
    with bounded():
        said = phrase(text, frozenset(asked.scope), unnoted).say(asked.scope)
    return " ".join(said.split()) or None


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
