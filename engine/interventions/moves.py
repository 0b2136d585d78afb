"""Moving a token by hand, back, forward or past something: where it can go, what would happen, the command."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.orm import Session

from engine.cases import ReasonMissing, check_open
from engine.events import Happened
from engine.history import path
from engine.interventions.previews import Preview, hold_as_seen, look, what_if
from engine.models import Case, Incident, Person
from engine.progress import Held, advance, hold
from engine.record.facts import Fact
from engine.spiff import NotWaiting

CALLS = "call"  # waits for a called process to end: moved, it leaves that process


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
    kind: str  # WaitKind, or CALLS
    places: tuple[Place, ...]  # of its own process: a called one has its own diagram


def movable_tokens(session: Session, case: Case, *, at: datetime) -> list[Movable]:
    """What waits in a case and can be moved; empty when the case is over.

    Boundary events and listeners go with what they watch. Tokens that wait at a join have no life of their own: the
    join is released instead (engine.incidents).
    """
    _, _, execution = look(session, case.id, at=at)
    passed = path(session, case)
    waiting = [
        (wait.token, wait.name, wait.kind) for wait in execution.waits() if wait.host is None
    ]
    calling = [(token, None, CALLS) for token in execution.callers()]
    found = []
    for token, name, kind in waiting + calling:
        node = execution.node(token)
        places = tuple(
            Place(there.id, there.name or there.id, there.kind, there.id in passed)
            for there in execution.places(token)
            if there.id != node.id
        )
        if places:
            found.append(Movable(token, node.id, name or node.name or node.id, kind, places))
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
    if token not in held.before and token not in held.execution.callers():
        raise NotWaiting(token=token)
    left, there = held.execution.node(token), held.execution.place(token, to)
    held.execution.move(token, to, at)
    data = {"to": to, "to_name": there.name or to, "reason": reason.strip()}
    main = Fact(Happened.TOKEN_MOVED, left.id, token, data=data)
    # before `advance`, which settles what is left behind without saying by whom and why
    _settle_incidents(session, held, token, reason, by, at)
    advance(session, held, main, by=by, at=at)
    return held.case


def _settle_incidents(
    session: Session, held: Held, token: int, reason: str, by: Person | None, at: datetime
) -> None:
    # What broke at the place that was left, or inside it, needs nobody any more; nor does a standstill that has ended.
    gone = set(held.before) - {wait.token for wait in held.execution.waits()}
    mended: list[ColumnElement[bool]] = [Incident.token.in_({token, *gone})]
    if held.execution.status != "stuck":
        mended.append(Incident.kind == "stuck")
    session.execute(
        update(Incident)
        .where(Incident.case_id == held.case.id, Incident.resolved_at.is_(None), or_(*mended))
        .values(
            resolved_at=at,
            resolved_by_id=None if by is None else by.id,
            resolution=reason.strip(),
        )
        .execution_options(synchronize_session="fetch")
    )
