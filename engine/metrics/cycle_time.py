"""Cycle time: how long cases take from start to end."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.metrics.question import Question
from engine.metrics.spread import Spread, spread_of
from engine.metrics.sql import monday_of, seconds_between
from engine.models import Case, CaseStatus


def cycle_time(session: Session, question: Question) -> Spread:
    """The spread of start → end, in seconds of the clock, of cases completed in the range.

    Cancelled cases are not counted: they say how soon people give up, not how long the procedure takes.
    """
    durations = session.scalars(
        select(seconds_between(Case.started_at, Case.ended_at)).where(
            question.of_procedure,
            Case.status == CaseStatus.COMPLETED,
            *question.within(Case.ended_at),
        )
    )
    return spread_of(durations)


def outcomes(session: Session, question: Question) -> list[tuple[str | None, int]]:
    """How cases completed in the range ended (the end event's name), most frequent first."""
    many = func.count()
    rows = session.execute(
        select(Case.outcome, many)
        .where(
            question.of_procedure,
            Case.status == CaseStatus.COMPLETED,
            *question.within(Case.ended_at),
        )
        .group_by(Case.outcome)
        .order_by(many.desc(), Case.outcome)
    )
    return [(outcome, number) for outcome, number in rows]


def throughput(session: Session, question: Question) -> list[tuple[date, int, int]]:
    """Per week (its Monday): cases started and cases ended, without gaps, oldest first."""
    started = _per_week(session, question, Case.started_at)
    ended = _per_week(session, question, Case.ended_at)
    weeks = sorted(started.keys() | ended.keys())
    if not weeks:
        return []
    first, last = weeks[0].toordinal(), weeks[-1].toordinal()
    return [
        (monday, started.get(monday, 0), ended.get(monday, 0))
        for monday in map(date.fromordinal, range(first, last + 1, 7))
    ]


def _per_week(
    session: Session, question: Question, instant: InstrumentedAttribute[Any]
) -> dict[date, int]:
    monday = monday_of(instant, question.zone).label("monday")
    rows = session.execute(
        select(monday, func.count())
        .where(question.of_procedure, instant.is_not(None), *question.within(instant))
        .group_by(monday)
    )
    return {row[0]: row[1] for row in rows}
