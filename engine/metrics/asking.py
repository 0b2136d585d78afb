"""A question from words, as they stand in an address or a saved report; what is not understood is left out."""

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.metrics.question import Question
from engine.models import Person, Procedure, Version

FIELD = "field."
KEPT = ("since", "until", "version", "office", "channel", "outcome", "compare", "other")
USUAL = timedelta(days=180)


def question_of(
    session: Session,
    person: Person,
    procedure: Procedure,
    words: Mapping[str, str],
    *,
    zone: ZoneInfo,
    today: date,
) -> Question:
    """The question that the words ask; without any day the last 180 days, so that a saved report moves along."""
    since, until = days_of(words, today)
    office = words.get("office", "")
    return Question(
        person,
        procedure.id,
        version_id(session, procedure, words.get("version", "")),
        since,
        until,
        zone,
        office_id=int(office) if office.isdecimal() and len(office) < 19 else None,
        channel=words.get("channel") or None,
        outcome=words.get("outcome") or None,
        fields=tuple(
            (name.removeprefix(FIELD), value)
            for name, value in words.items()
            if name.startswith(FIELD) and value
        ),
    )


def days_of(words: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    """The range of days; without any the last 180."""
    if "since" not in words and "until" not in words:
        return today - USUAL, None
    return _day(words.get("since", "")), _day(words.get("until", ""))


def version_id(session: Session, procedure: Procedure, number: str) -> int | None:
    """The version of the procedure with this number; None when there is none."""
    if not number.isdecimal() or len(number) > 9:
        return None
    return session.scalar(
        select(Version.id).where(
            Version.procedure_id == procedure.id, Version.number == int(number)
        )
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
