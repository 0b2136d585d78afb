"""The book of facts: what happened to a case, appended and chained, so that a change to the past shows."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from engine.batches import write_facts
from engine.errors import Refusal
from engine.events import Happened
from engine.held_rows import write_case, write_new_case
from engine.models import Case, Event, Person
from engine.webhooks import tell


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about to be written; `data` is JSON and small: no file contents, no state."""

    type: Happened
    element_id: str | None = None
    token: int | None = None
    office_id: int | None = None
    data: dict[str, Any] | None = None


class ChainBroken(Refusal):
    """A fact is not what was written, or one is missing."""

    sentence = "The record of case {number} was changed after it was written, at fact {seq}. Compare with a backup."
    status = 500


def record(
    session: Session,
    case: Case,
    facts: Iterable[Fact],
    *,
    moved: Mapping[str, Any] | None = None,
    by: Person | None,
    at: datetime,
) -> None:
    """Append facts to a case, in one statement. The case row must be held by this transaction.

    `by` None means the engine itself. The case's `last_seq` and `last_hash` go along, with `moved`, columns that
    `engine.held_rows.is_held` leaves to be written, and calls to those who asked to be told (`engine/webhooks.py`).
    """
    by_id = None if by is None else by.id
    rows = []
    seq, link = case.last_seq, case.last_hash
    for fact in facts:
        seq += 1
        data = fact.data or None
        link = _link(
            link,
            (case.id, seq, _instant(at), fact.type.value, fact.element_id, fact.token, by_id),
            (fact.office_id, data),
        )
        rows.append(
            {
                "case_id": case.id,
                "seq": seq,
                "at": at,
                "type": fact.type.value,
                "element_id": fact.element_id,
                "token": fact.token,
                "by_id": by_id,
                "office_id": fact.office_id,
                "data": data,
                "hash": link,
            }
        )
    if not rows:
        return
    if moved is None:
        case.last_seq, case.last_hash = seq, link
        write_new_case(session, case)
    else:
        write_case(session, case, {**moved, "last_seq": seq, "last_hash": link})
    write_facts(session, rows)
    tell(session, case, rows, at=at)


def verify_chain(session: Session | Connection, case_id: int) -> int:
    """How many facts the case has, each as it was written; ChainBroken at the first that is not."""
    columns = Event.__table__.c
    link, seq = b"", 0
    for row in session.execute(
        select(*columns).where(columns.case_id == case_id).order_by(columns.seq)
    ):
        link = _link(
            link,
            (
                row.case_id,
                seq + 1,
                _instant(row.at),
                row.type,
                row.element_id,
                row.token,
                row.by_id,
            ),
            (row.office_id, row.data),
        )
        seq += 1
        if row.seq != seq or row.hash != link:
            raise ChainBroken(number=_number(session, case_id), seq=row.seq)
    end = session.execute(select(Case.last_seq, Case.last_hash).where(Case.id == case_id)).first()
    if end is None or (end.last_seq, end.last_hash) != (seq, link):
        raise ChainBroken(number=_number(session, case_id), seq=seq + 1)
    return seq


def _number(session: Session | Connection, case_id: int) -> object:
    number = session.execute(select(Case.number).where(Case.id == case_id)).scalar()
    return number or case_id


def _link(previous: bytes, *parts: tuple[object, ...]) -> bytes:
    # Keys are sorted, so that the bytes are the same however a database keeps its JSON.
    return hashlib.sha256(previous + orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()


def _instant(at: datetime) -> str:
    # Microseconds always: what a database gives back is compared with what was written.
    return at.astimezone(UTC).isoformat(timespec="microseconds")
