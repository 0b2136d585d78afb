"""Messages between cases and with the world, and signals that everyone hears."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import buffer
from engine.bpmn.model import EventKind, Kind, Node
from engine.cases import Applicant, check_open, start_case
from engine.correlation import ANY, awaited_key, correlation_key
from engine.deployments import Blueprint
from engine.events import Happened
from engine.jobs import NewJob, enqueue_all
from engine.models import (
    Case,
    CaseStatus,
    JobKind,
    Person,
    Procedure,
    StartTrigger,
    Subscription,
    Version,
)
from engine.progress import advance, hold
from engine.record.facts import Fact
from engine.spiff import message_name
from engine.spiff.values import sane
from engine.told import shortened

CASE_KEY = "case"  # this correlation key is the number of the case a message is for
MOST_CANDIDATES = 20


class Outcome(StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"  # a case waited for it and has gone on
    STARTED = "started"  # a case began with it
    KEPT = "kept"  # for the first that waits for it, until its time to live ends
    NOBODY = "nobody"  # nobody waits for it, and it was not to be kept: it is gone


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a message went: to a waiting case, into a new case, or nowhere (yet)."""

    outcome: Outcome
    case_id: int | None = None
    case_number: str | None = None
    kept_until: datetime | None = None


def publish(
    session: Session,
    name: str,
    correlation: dict[str, Any],
    payload: dict[str, Any],
    *,
    by: Person | None,
    at: datetime,
    ttl: timedelta | None = None,
    sender: Case | None = None,
) -> Delivery:
    """Hand a message to the one case that waits for it, else start a case by it, else keep it for `ttl`.

    A case waits for it when the name is the same and so are the correlation values, or when it asks for none. The key
    “case” names a case by its number. Of several the one in conversation with `sender` is first, then the one
    that waits longest. A case that would begin in a suspended procedure begins when that is resumed.
    Raises ProcedureSuspended and CaseSuspended where the message is not to be kept so long, and engine.spiff's
    ValueRefused: whoever sends what no case may hold is told now, not the case that will wait for it.
    """
    payload = sane(payload)
    values = dict(correlation)
    number = values.pop(CASE_KEY, None)
    key = correlation_key(values)
    for case_id, token in _waiting(session, name, key, number, sender):
        asked = key if number is None else None
        case = deliver(session, case_id, token, name, payload, key=asked, by=by, at=at)
        if case is not None:
            return Delivery(Outcome.DELIVERED, case.id, case.number)
    if number is None:
        is_kept = ttl is not None and ttl > timedelta(0)
        started = _start(session, name, payload, sender, is_kept=is_kept, by=by, at=at)
        if started is not None:
            return Delivery(Outcome.STARTED, started.id, started.number)
    if ttl is not None and ttl > timedelta(0) and number is None:
        sender_id = None if sender is None else sender.id
        until = at + ttl
        buffer.keep(session, name, key, payload, until=until, sender_id=sender_id, by=by, at=at)
        return Delivery(Outcome.KEPT, kept_until=until)
    halted = _waiting(session, name, key, number, sender, status=CaseStatus.SUSPENDED)
    first = next(iter(halted), None)
    if first is not None:
        check_open(session.get_one(Case, first[0]))  # it can be sent again when that one goes on
    return Delivery(Outcome.NOBODY)


def deliver(
    session: Session,
    case_id: int,
    token: int,
    name: str,
    payload: dict[str, Any],
    *,
    key: str | None = None,
    by: Person | None,
    at: datetime,
) -> Case | None:
    """Hand a message to one waiting token; None when it does not wait for it any more.

    `key`: the message's correlation, where it is not for this very case: what the case knows may have changed.
    """
    held = hold(session, case_id, at=at)
    wait = held.before.get(token)
    if held.case.status != CaseStatus.OPEN or wait is None:
        return None
    if key is not None and awaited_key(wait.correlation) not in (ANY, key):
        return None
    if not held.execution.deliver(name, payload, at, token=token):
        return None
    main = Fact(
        Happened.MESSAGE_RECEIVED,
        wait.element_id,
        token,
        data={"name": name, "payload": shortened(payload)},
    )
    advance(session, held, main, by=by, at=at)
    return held.case


def publish_again(
    session: Session,
    name: str,
    key: str,
    payload: dict[str, Any],
    *,
    sent_at: datetime,
    until: datetime,
    sender_id: int | None = None,
    at: datetime,
) -> None:
    """Hand on a message that was kept, or whose receiver went away before it came, by the correlation key it had.

    Where nobody waits for it now, it is kept again `until` its time to live ends.
    """
    sender = None if sender_id is None else session.get(Case, sender_id)
    for case_id, token in _waiting(session, name, key, None, sender):
        if deliver(session, case_id, token, name, payload, key=key, by=None, at=at) is not None:
            return
    if _start(session, name, payload, sender, is_kept=True, by=None, at=at) is None and until > at:
        buffer.keep(
            session,
            name,
            key,
            payload,
            until=until,
            sender_id=sender_id,
            sent_at=sent_at,
            by=None,
            at=at,
        )


def broadcast(
    session: Session,
    name: str,
    payload: dict[str, Any],
    *,
    but_case: int | None = None,
    by: Person | None,
    at: datetime,
) -> int:
    """Tell every case that listens for the signal, each by a job of its own, and start those that begin by it.

    How many cases hear it; `but_case` has heard it already.
    """
    listening = session.scalars(
        select(Subscription.case_id)
        .where(
            Subscription.kind == "signal",
            Subscription.name == name,
            Subscription.case_id != (but_case or 0),
        )
        .distinct()
    )
    jobs = [
        NewJob(
            JobKind.SIGNAL,
            f"signal:{case_id}:{name[:60]}:{int(at.timestamp() * 1_000_000)}",
            at,
            {"name": name, "payload": payload, "to": case_id},
            case_id,
        )
        for case_id in listening
    ]
    enqueue_all(session, jobs, at=at)
    # a signal is not kept: a procedure that is suspended does not hear it
    starts = [start for start, is_suspended in _starts(session, "signal", name) if not is_suspended]
    for start in starts:
        _begin(session, start, payload, None, by=by, at=at)
    return len(jobs) + len(starts)


def hear(
    session: Session, case_id: int, name: str, payload: dict[str, Any], *, at: datetime
) -> bool:
    """Give a signal to one case; False when it does not listen any more."""
    held = hold(session, case_id, at=at)
    if held.case.status != CaseStatus.OPEN or not held.execution.broadcast(name, payload, at):
        return False
    main = Fact(Happened.SIGNAL_RECEIVED, data={"name": name})
    advance(session, held, main, by=None, at=at)
    return True


def receiving_name(plan: Blueprint, element_id: str, name: str | None) -> str:
    """The name that a message thrown at an element is awaited by: the receiver's, where a message flow leads to one."""
    for flow in plan.compiled.model.message_flows:
        if flow.source == element_id:
            target = plan.nodes.get(flow.target)
            if target is not None:
                return _awaited(plan, target)
    return name or element_id


def _awaited(plan: Blueprint, node: Node) -> str:
    reference = node.message if node.kind == Kind.RECEIVE_TASK else None
    for event in node.events:
        if event.kind == EventKind.MESSAGE:
            reference = event.reference
    return message_name(plan.compiled.model, node, reference)


def _waiting(
    session: Session,
    name: str,
    key: str,
    number: object,
    sender: Case | None,
    *,
    status: CaseStatus = CaseStatus.OPEN,
) -> Iterable[tuple[int, int]]:
    same = or_(Subscription.correlation == key, Subscription.correlation == ANY)
    asked = (
        select(Subscription, Case.conversation_id)
        .join(Case, Case.id == Subscription.case_id)
        .where(
            Subscription.kind == "message",
            Subscription.name == name,
            Case.status == status.value,
        )
        .order_by(Subscription.since, Subscription.case_id, Subscription.token)
        .limit(MOST_CANDIDATES)
    )
    # A message meant for one case needs no further key.
    asked = asked.where(same) if number is None else asked.where(Case.number == str(number))
    rows = session.execute(asked).all()
    talk = None if sender is None else (sender.conversation_id or sender.id)
    found = [
        (
            talk is None or talk not in (conversation_id, subscription.case_id),
            subscription.correlation != key,
            index,
            subscription,
        )
        for index, (subscription, conversation_id) in enumerate(rows)
    ]
    return [(entry[3].case_id, entry[3].token) for entry in sorted(found, key=lambda e: e[:3])]


def _starts(session: Session, kind: str, name: str) -> list[tuple[StartTrigger, bool]]:
    """What begins by it, and whether its procedure is suspended; those that are not come first."""
    rows = session.execute(
        select(StartTrigger, Procedure.is_suspended)
        .join(Procedure, Procedure.id == StartTrigger.procedure_id)
        .where(StartTrigger.kind == kind, StartTrigger.name == name)
        .order_by(Procedure.is_suspended, StartTrigger.procedure_id, StartTrigger.element_id)
    )
    return [(start, is_suspended) for start, is_suspended in rows]


def _start(
    session: Session,
    name: str,
    payload: dict[str, Any],
    sender: Case | None,
    *,
    is_kept: bool,
    by: Person | None,
    at: datetime,
) -> Case | None:
    starts = _starts(session, "message", name)
    if not starts or (is_kept and starts[0][1]):
        return None
    return _begin(session, starts[0][0], payload, sender, by=by, at=at)


def _begin(
    session: Session,
    start: StartTrigger,
    payload: dict[str, Any],
    sender: Case | None,
    *,
    by: Person | None,
    at: datetime,
) -> Case:
    applicant = Applicant("")
    if sender is not None:
        applicant = Applicant(
            sender.applicant_name,
            sender.applicant_document,
            sender.applicant_email,
            sender.applicant_id,
        )
    return start_case(
        session,
        session.get_one(Version, start.version_id),
        payload,
        applicant=applicant,
        channel="message" if start.kind == "message" else "signal",
        start_event=start.element_id,
        conversation_id=None if sender is None else (sender.conversation_id or sender.id),
        by=by,
        at=at,
    )
