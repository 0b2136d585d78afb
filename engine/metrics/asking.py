"""A question from words, as they stand in an address or a saved report; what is not understood is left out."""

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.metrics.days import as_date, day_of
from engine.metrics.question import Question
from engine.models import MeasuredCase, Person, Procedure, Version

FIELD = "field."
KEPT = ("since", "until", "version", "office", "channel", "outcome", "compare", "other")
USUAL = timedelta(days=180)
# Days a report can be about. A year more or a whole range before or after them are days of the calendar, too.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def question_of(
    session: Session,
    person: Person,
    procedure: Procedure,
    words: Mapping[str, str],
    *,
    zone: ZoneInfo,
    today: date,
) -> Question:
    """The question that the words ask; without any day the last 180 days, so that a saved report moves along, and of a
    log, which stands still, all of them."""
    since, until = days_of(words, today)
    if not _names_days(words) and is_log(session, procedure.id):
        since, until = measured_days(session, procedure.id, zone) or (since, until)
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
    if not _names_days(words):
        return today - USUAL, None
    return _day(words.get("since", "")), _day(words.get("until", ""))


def measured_days(session: Session, procedure_id: int, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first day a measured case of the procedure began, and the last one ended or began; None without cases."""
    own = MeasuredCase.procedure_id == procedure_id
    first = session.scalar(select(func.min(MeasuredCase.started_at)).where(own))
    if first is None:
        return None
    begun = session.scalar(select(func.max(MeasuredCase.started_at)).where(own)) or first
    ended = session.scalar(select(func.max(MeasuredCase.ended_at)).where(own)) or begun
    return as_date(day_of(first, zone)), as_date(day_of(max(begun, ended), zone))


def is_log(session: Session, procedure_id: int) -> bool:
    """Whether the procedure is an imported log: “now” is its last day, and its cases have no pages."""
    own = select(MeasuredCase.is_imported).where(MeasuredCase.procedure_id == procedure_id)
    return bool(session.scalar(own.limit(1)))


def version_id(session: Session, procedure: Procedure, number: str) -> int | None:
    """The version of the procedure with this number; None when there is none."""
    if not number.isdecimal() or len(number) > 9:
        return None
    return session.scalar(
        select(Version.id).where(
            Version.procedure_id == procedure.id, Version.number == int(number)
        )
    )


def _names_days(words: Mapping[str, str]) -> bool:
    return "since" in words or "until" in words


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
