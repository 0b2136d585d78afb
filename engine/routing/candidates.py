"""Who could do the next task of an element if a case came to it now: so that a rule is seen before it is needed."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.deployments import Blueprint
from engine.models import Person
from engine.people import person_by_id
from engine.routing.assignment import routes
from engine.routing.homes import homes_of
from engine.routing.pools import members
from engine.routing.rules import rule_of
from engine.routing.said import is_worked_out
from engine.spiff import Wait, WaitKind


def candidates(
    session: Session, plan: Blueprint, element_id: str, *, at: datetime
) -> list[Person] | None:
    """Those who may do it, by id; None where each case says who: by a decision table, or in a variable.

    Who did an earlier task is not taken away: that too each case says. Nor is who is away: `engine.routing.absence`.
    """
    node = plan.nodes[element_id]
    kept = homes_of(session, plan.procedure_id).rules
    said = node.extension
    named = [one for one in (said.assignee, *said.candidate_users, *said.candidate_groups) if one]
    if rule_of(plan.sheet.raw, kept, element_id).decision or any(map(is_worked_out, named)):
        return None
    wait = Wait(0, WaitKind.TASK, element_id, lane=node.lane)
    route = routes(session, plan, [wait], {}, at=at)[0]
    if route.assignee_id is not None:
        return [person_by_id(session, route.assignee_id)]
    return [] if route.queue_id is None else members(session, route.queue_id, route.pool)
