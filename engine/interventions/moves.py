"""Moving a token by hand, back, forward or past something: where it can go, what would happen, the command."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing, check_open
from engine.deployments import Blueprint
from engine.events import Happened
from engine.history import path
from engine.interventions.previews import Preview, hold_as_seen, look, what_if
from engine.models import Case, Incident, Person
from engine.progress import advance, hold
from engine.record.facts import Fact
from engine.spiff import NotWaiting, WaitKind


@dataclass(frozen=True, slots=True)
class Place:
    """An element that a token can be moved to."""

    element_id: str
    name: str
    kind: str  # engine.bpmn.model.Kind
    is_passed: bool  # the case has been there


@dataclass(frozen=True, slots=True)
class Movable:
    """A token that can be moved, and where to."""

    token: int
    element_id: str
    name: str
    kind: WaitKind
    places: tuple[Place, ...]


def movable_tokens(session: Session, case: Case, *, at: datetime) -> list[Movable]:
    """What waits in a case and can be moved; empty when the case is over.

    Boundary events and listeners go with what they watch. Tokens that wait at a join have no life of their own: the
    join is released instead (engine.incidents).
    """
    _, plan, execution = look(session, case.id, at=at)
    passed = path(session, case)
    found = []
    for wait in execution.waits():
        ids = [] if wait.host is not None else execution.places(wait.token)
        places = tuple(
            Place(id, _name(plan, id), _kind(plan, id), id in passed)
            for id in ids
            if id != wait.element_id and id in plan.nodes
        )
        if places:
            name = wait.name or _name(plan, wait.element_id)
            found.append(Movable(wait.token, wait.element_id, name, wait.kind, places))
    return found


def move_preview(session: Session, case: Case, token: int, to: str, *, at: datetime) -> Preview:
    """What moving the token would do. Raises NotWaiting, NoSuchElement, CaseOver, CaseEnded, CaseSuspended."""
    check_open(case)
    return what_if(session, case.id, lambda execution: execution.move(token, to, at), at=at)


def move_token(
    session: Session,
    case_id: int,
    token: int,
    to: str,
    reason: str,
    *,
    seen: int | None = None,
    by: Person | None,
    at: datetime,
) -> Case:
    """Take a token to another element: its task leaves the inbox, its timers stop, the case goes on from there.

    `seen` is the revision of the preview. Raises ReasonMissing, MovedMeanwhile, CaseEnded, CaseSuspended, NotWaiting,
    NoSuchElement.
    """
    if not reason.strip():
        raise ReasonMissing
    hold_as_seen(session, case_id, seen)
    held = hold(session, case_id, at=at)
    check_open(held.case)
    wait = held.before.get(token)
    if wait is None:
        raise NotWaiting(token=token)
    held.execution.move(token, to, at)
    data = {"to": to, "to_name": _name(held.plan, to), "reason": reason.strip()}
    main = Fact(Happened.TOKEN_MOVED, wait.element_id, token, data=data)
    advance(session, held, main, by=by, at=at)
    _settle_incidents(session, held.case, token, held.execution.status, reason, by, at)
    return held.case


def _settle_incidents(
    session: Session,
    case: Case,
    token: int,
    status: str,
    reason: str,
    by: Person | None,
    at: datetime,
) -> None:
    # What broke at the place that was left needs nobody any more; nor does a standstill that has ended.
    mended = [Incident.token == token]
    if status != "stuck":
        mended.append(Incident.kind == "stuck")
    session.execute(
        update(Incident)
        .where(Incident.case_id == case.id, Incident.resolved_at.is_(None), or_(*mended))
        .values(
            resolved_at=at,
            resolved_by_id=None if by is None else by.id,
            resolution=reason.strip(),
        )
        .execution_options(synchronize_session="fetch")
    )


def _name(plan: Blueprint, element_id: str) -> str:
    node = plan.nodes.get(element_id)
    return (node.name if node is not None else None) or element_id


def _kind(plan: Blueprint, element_id: str) -> str:
    return plan.nodes[element_id].kind.value
