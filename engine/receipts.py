"""Receipts of commands: the same idempotency key again gets the same answer and does nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.database import own_sql
from engine.errors import Conflict
from engine.models import CommandReceipt, Person

KEPT = timedelta(days=7)
LONGEST_KEY = 120
ANYBODY = 0  # no person has this id


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered: an HTTP status and a JSON body (a page keeps where it redirected to).

    `is_passing`: nothing was done yet, such as a form shown with one row more; no receipt is kept.
    """

    status: int
    body: dict[str, Any]
    is_repeated: bool = False
    is_passing: bool = False


Done = TypeVar("Done", bound="Answer | None")


class KeyReused(Conflict):
    """The key was used for another request."""

    sentence = "This idempotency key was used for another request. Use a new key for each request."
    status = 422


def fingerprint(*parts: object) -> str:
    """A hash over what was asked (method, path, body), to tell a repetition from another request."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def once(
    session: Session,
    key: str,
    asked: str,
    command: Callable[[], Done],
    *,
    by: Person | None,
    at: datetime,
) -> Done | Answer:
    """Carry out `command` unless this person's key has an answer already; then give that again.

    `by` None is whoever is not signed in: they share their keys, which only who was given one can know.
    `asked` is the request's `fingerprint`; KeyReused when it differs. A repetition that comes while the first is
    still at work waits for it. When the command raises, the transaction rolls back and so does the receipt; when it
    answers None it rolled back itself (a form to mend), so nothing is kept and the session is not touched again.
    """
    stem = hashlib.sha256(key.encode()).hexdigest() if len(key) > LONGEST_KEY else key
    who = ANYBODY if by is None else by.id
    row = {"person_id": who, "key": stem, "fingerprint": asked, "status": 0, "body": {}, "at": at}
    statement = own_sql(session).insert(CommandReceipt).values(row).on_conflict_do_nothing()
    if not session.execute(statement.returning(CommandReceipt.person_id)).all():
        return _earlier(session, who, stem, asked)
    answer = command()
    if answer is None:
        return answer
    ours = (CommandReceipt.person_id == who, CommandReceipt.key == stem)
    if answer.is_passing:
        session.execute(delete(CommandReceipt).where(*ours))
        return answer
    session.execute(
        update(CommandReceipt)
        .where(*ours)
        .values(status=answer.status, body=answer.body)
        .execution_options(synchronize_session=False)
    )
    return answer


def forget_old(session: Session, *, at: datetime) -> int:
    """Remove receipts nobody will ask for again; how many."""
    removed = session.execute(delete(CommandReceipt).where(CommandReceipt.at < at - KEPT))
    return int(removed.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def _earlier(session: Session, person_id: int, key: str, asked: str) -> Answer:
    row = session.execute(
        select(CommandReceipt.fingerprint, CommandReceipt.status, CommandReceipt.body).where(
            CommandReceipt.person_id == person_id, CommandReceipt.key == key
        )
    ).one()
    if row.fingerprint != asked:
        raise KeyReused
    return Answer(row.status, row.body, is_repeated=True)
