"""What applicant and office write to each other about a case; a fact each, and kept with the case."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import Refusal
from engine.events import Happened
from engine.models import CaseMessage, Person
from engine.progress import lock
from engine.record.facts import Fact, record

LONGEST = 4000  # characters
MOST = 500  # of one case


class NothingWritten(Refusal):
    """An empty message."""

    sentence = "Write your message first."


class MailboxFull(Refusal):
    """More messages than anybody reads."""

    sentence = "There are too many messages in this case. Come to the office, or call."


def write_message(
    session: Session,
    case_id: int,
    text: str,
    *,
    is_from_applicant: bool,
    by: Person | None,
    at: datetime,
) -> CaseMessage:
    """Keep a message; NothingWritten, MailboxFull, NotFound."""
    text = text.strip()[:LONGEST]
    if not text:
        raise NothingWritten
    case = lock(session, case_id)
    last = session.scalar(
        select(func.max(CaseMessage.number)).where(CaseMessage.case_id == case_id)
    )
    if (last or 0) >= MOST:
        raise MailboxFull
    message = CaseMessage(
        case_id=case_id,
        number=(last or 0) + 1,
        is_from_applicant=is_from_applicant,
        by_id=None if by is None else by.id,
        text=text,
        written_at=at,
    )
    session.add(message)
    session.flush()
    data = {"number": message.number, "is_from_applicant": is_from_applicant}
    record(session, case, [Fact(Happened.MESSAGE_WRITTEN, data=data)], by=by, at=at)
    return message


def messages_of(session: Session, case_id: int) -> list[CaseMessage]:
    """What was written, the newest first."""
    return list(
        session.scalars(
            select(CaseMessage)
            .where(CaseMessage.case_id == case_id)
            .order_by(CaseMessage.number.desc())
        )
    )
