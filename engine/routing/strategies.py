"""Who gets a new task, of those who may do it: nobody, the next in turn, who has least work, who did an earlier one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.database import own_sql
from engine.deployments import Blueprint, blueprint
from engine.models import Case, Person, Procedure, Task, TaskStatus, Turn
from engine.routing.absence import away
from engine.routing.assignment import Route
from engine.routing.pools import keep_pools, members
from engine.routing.rules import Strategy, rule_of

MOST_EXCLUDED = 20  # people who did what a task checks; the latest count


@dataclass(frozen=True, slots=True)
class Given:
    """To whom a new task goes, and who may not do it, as Task.not_by says it."""

    assignee_id: int | None
    not_by: str | None = None


def give(
    session: Session,
    case: Case,
    plan: Blueprint,
    way: Mapping[int, Route],
    *,
    done: tuple[str, Person] | None,
    at: datetime,
) -> dict[int, Given]:
    """Token → who gets each new task. `done` is the element being completed just now, and by whom.

    No statement for tasks that wait for whoever claims them and check nobody's work.
    """
    plain = {token: Given(route.assignee_id) for token, route in way.items() if _is_plain(route)}
    rest = {token: route for token, route in way.items() if token not in plain}
    if not rest:
        return plain
    keep_pools(session, [route.pool for route in rest.values() if route.pool is not None])
    doers = _doers(session, case, rest, done)
    now: Counter[int] = Counter()  # person → weight of what this very step gave them
    given = dict(plain)
    for token, route in rest.items():
        given[token] = _given(session, case, plan, route, doers, now, at)
        if (who := given[token].assignee_id) is not None:
            now[who] += route.rule.weight
    return given


def open_work(session: Session, people: list[int]) -> dict[int, int]:
    """Person → weighted open work that is theirs: each task counts as its procedure's rule says, 1 unless it does."""
    rows = session.execute(
        select(
            Task.assignee_id,
            Task.version_id,
            Task.element_id,
            Procedure.task_rules,
            func.count().label("tasks"),
        )
        .join(Procedure, Procedure.id == Task.procedure_id)
        .where(Task.status == TaskStatus.OPEN.value, Task.assignee_id.in_(people))
        .group_by(Task.assignee_id, Task.version_id, Task.element_id, Procedure.id)
    )
    work = dict.fromkeys(people, 0)
    for row in rows:
        sheet = blueprint(session, row.version_id).sheet.raw
        work[row.assignee_id] += row.tasks * rule_of(sheet, row.task_rules, row.element_id).weight
    return work


def _is_plain(route: Route) -> bool:
    return route.pool is None and route.rule.strategy == Strategy.POOL


def _given(
    session: Session,
    case: Case,
    plan: Blueprint,
    route: Route,
    doers: Mapping[str, list[int]],
    now: Mapping[int, int],
    at: datetime,
) -> Given:
    rule = route.rule
    did = [one for element in rule.four_eyes for one in doers.get(element, [])]
    excluded = list(dict.fromkeys(did))[:MOST_EXCLUDED]
    not_by = f",{','.join(map(str, excluded))}," if excluded else None
    if route.assignee_id is not None:
        return Given(None if route.assignee_id in excluded else route.assignee_id, not_by)
    if rule.strategy == Strategy.POOL or route.queue_id is None:
        return Given(None, not_by)
    could = members(session, route.queue_id, route.pool)
    gone = away(session, could, at=at)
    fit = [one.id for one in could if one.id not in excluded and one.id not in gone]
    if rule.strategy == Strategy.SAME_AS:
        earlier = doers.get(rule.same_as, [])
        return Given(earlier[0] if earlier and earlier[0] in fit else None, not_by)
    if not fit:
        return Given(None, not_by)
    if rule.strategy == Strategy.LEAST_LOADED:
        session.flush()  # what was given a moment ago counts
        work = open_work(session, fit)
        return Given(min(fit, key=lambda one: (work[one] + now.get(one, 0), one)), not_by)
    return Given(_next_in_turn(session, plan.procedure_id, route.element_id, fit), not_by)


def _doers(
    session: Session,
    case: Case,
    way: Mapping[int, Route],
    done: tuple[str, Person] | None,
) -> dict[str, list[int]]:
    """Element → who completed its tasks of this case, the latest first."""
    asked = {one for route in way.values() for one in route.rule.four_eyes}
    asked |= {route.rule.same_as for route in way.values() if route.rule.same_as}
    if not asked:
        return {}
    rows = session.execute(
        select(Task.element_id, Task.ended_by_id)
        .where(
            Task.case_id == case.id,
            Task.element_id.in_(asked),
            Task.status == TaskStatus.COMPLETED.value,
            Task.ended_by_id.is_not(None),
        )
        .order_by(Task.ended_at.desc(), Task.token.desc())
    )
    found: dict[str, list[int]] = {}
    if done is not None and done[0] in asked:  # its row is written with the new tasks
        found[done[0]] = [done[1].id]
    for row in rows:
        found.setdefault(row.element_id, []).append(row.ended_by_id)
    return found


def _next_in_turn(session: Session, procedure_id: int, element_id: str, fit: list[int]) -> int:
    """The one after who had the last turn. Two cases that ask at once wait for each other here."""
    key = {"procedure_id": procedure_id, "element_id": element_id}
    first = own_sql(session).insert(Turn).on_conflict_do_nothing()
    session.execute(first, {**key, "person_id": 0})
    of = (Turn.procedure_id == procedure_id, Turn.element_id == element_id)
    last = session.scalar(select(Turn.person_id).where(*of).with_for_update()) or 0
    chosen = next((one for one in fit if one > last), fit[0])
    session.execute(
        update(Turn)
        .where(*of)
        .values(person_id=chosen)
        .execution_options(synchronize_session=False)
    )
    return chosen
