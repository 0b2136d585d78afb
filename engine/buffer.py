"""Messages that came before anyone waited for them: kept, handed out once, forgotten when they expire."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, true
from sqlalchemy.orm import Session

from engine.correlation import ANY, awaited_key
from engine.ids import new_id
from engine.jobs import NewJob, enqueue_all
from engine.models import (
    BufferedMessage,
    Case,
    CaseStatus,
    Halt,
    HaltStep,
    JobKind,
    Person,
    Procedure,
    StartTrigger,
    Subscription,
)
from engine.spiff import Wait


def keep(
    session: Session,
    name: str,
    correlation: str,
    payload: dict[str, Any],
    *,
    until: datetime,
    sender_id: int | None = None,
    sent_at: datetime | None = None,
    by: Person | None,
    at: datetime,
) -> None:
    """Keep a message; `sender_id` is the case that threw it, `sent_at` when it came first, if not now."""
    session.add(
        BufferedMessage(
            id=new_id(at),
            name=name,
            correlation=correlation,
            payload=payload,
            sent_by_id=None if by is None else by.id,
            sender_id=sender_id,
            sent_at=sent_at or at,
            expires_at=until,
        )
    )
    session.flush()


def hand_out(session: Session, case: Case, waits: Iterable[Wait], *, at: datetime) -> None:
    """Give what was kept to a case that has begun to wait for messages, by a job; the oldest message first."""
    for wait in waits:
        key = awaited_key(wait.correlation)
        kept = session.scalar(
            select(BufferedMessage)
            .where(
                BufferedMessage.name == wait.message,
                true() if key == ANY else BufferedMessage.correlation == key,
                BufferedMessage.expires_at > at,
            )
            .order_by(BufferedMessage.sent_at, BufferedMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if kept is not None:
            _hand(session, kept, (case.id, wait.token), at)


def hand_to_starts(session: Session, procedure_id: int, *, at: datetime) -> int:
    """Hand out kept messages by which cases of the procedure begin, by jobs; how many, 100 at most."""
    return _hand_to_starts(session, StartTrigger.procedure_id == procedure_id, at=at)


def hand_to_new_starts(session: Session, procedure_id: int, *, at: datetime) -> int:
    """The same for a version just published; where the procedure stands still, it is done when that is over."""
    return _hand_to_starts(session, StartTrigger.procedure_id == procedure_id, *_GOES_ON, at=at)


_GOES_ON = (
    ~exists().where(Procedure.id == StartTrigger.procedure_id, Procedure.is_suspended),
    # those that waited before it stood still come first (engine.halts.batches)
    ~exists().where(
        Halt.procedure_id == StartTrigger.procedure_id, Halt.step != HaltStep.OVER.value
    ),
)


def _hand_to_starts(session: Session, *only: ColumnElement[bool], at: datetime) -> int:
    begins = select(StartTrigger.name).where(StartTrigger.kind == "message", *only)
    found = session.scalars(
        select(BufferedMessage)
        .where(BufferedMessage.name.in_(begins), BufferedMessage.expires_at > at)
        .order_by(BufferedMessage.sent_at, BufferedMessage.id)
        .limit(100)
        .with_for_update(skip_locked=True)
    ).all()
    for kept in found:
        _hand(session, kept, None, at)
    return len(found)


def kept(session: Session, *, at: datetime, limit: int = 100) -> list[BufferedMessage]:
    """Messages that wait for who will wait for them, those that expire first in front."""
    return list(
        session.scalars(
            select(BufferedMessage)
            .where(BufferedMessage.expires_at > at)
            .order_by(BufferedMessage.expires_at, BufferedMessage.id)
            .limit(limit)
        )
    )


def sweep(session: Session, *, at: datetime) -> int:
    """Forget expired messages, and hand out those whose receiver began to wait, or was published, as they came."""
    session.execute(delete(BufferedMessage).where(BufferedMessage.expires_at <= at))
    met = session.execute(
        select(BufferedMessage, Subscription.case_id, Subscription.token)
        .join(
            Subscription,
            (Subscription.kind == "message")
            & (Subscription.name == BufferedMessage.name)
            & (
                (Subscription.correlation == BufferedMessage.correlation)
                | (Subscription.correlation == ANY)
            ),
        )
        .join(Case, Case.id == Subscription.case_id)
        .where(Case.status == CaseStatus.OPEN.value)
        .order_by(BufferedMessage.sent_at, Subscription.since)
        .limit(100)
    ).all()
    messages: set[int] = set()
    waits: set[tuple[int, int]] = set()
    for kept, case_id, token in met:
        if kept.id not in messages and (case_id, token) not in waits:
            messages.add(kept.id)
            waits.add((case_id, token))
            _hand(session, kept, (case_id, token), at)
    return len(messages) + _hand_to_starts(session, *_GOES_ON, at=at)


def _hand(
    session: Session, kept: BufferedMessage, to: tuple[int, int] | None, at: datetime
) -> None:
    payload = {
        "name": kept.name,
        "payload": kept.payload,
        "to": to,
        "key": kept.correlation,
        "sender": kept.sender_id,
        "sent_at": kept.sent_at.isoformat(),
        "until": kept.expires_at.isoformat(),
    }
    key = f"message:kept:{kept.id}"
    enqueue_all(session, [NewJob(JobKind.MESSAGE, key, at, payload)], at=at)
    session.delete(kept)
    session.flush()
