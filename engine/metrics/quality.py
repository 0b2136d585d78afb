"""Whether it was in time and right: terms, silence, first time right, what is late now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.metrics.asking import is_log
from engine.metrics.kinds import Kind
from engine.metrics.measure import measure
from engine.metrics.numbers import Numbers, measured_cases, open_cases
from engine.metrics.question import Question
from engine.models import Case, MeasuredCase

SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Terms:
    """Completed cases of the range by their term."""

    met: int
    late: int
    without: int  # had none
    silent: int  # ended by silence, whichever of the above

    @property
    def share_met(self) -> float | None:
        """Of those that had a term; None when none had."""
        counted = self.met + self.late
        return self.met / counted if counted else None


@dataclass(frozen=True, slots=True)
class Due:
    """Open cases by their due date."""

    late: int
    soon: int  # due within SOON
    open: int


@measure("Ley 27444 (TUO) 39, 153; positive silence 199")
def terms(numbers: Numbers) -> Terms:
    """Cases completed in these days that the office answered within their term, after it, or that ended by silence
    because nobody answered. Answered is what was notified; where nobody notes that, the case with its end."""
    found = {1: 0, 2: 0, 3: 0}
    silent = 0
    for one in numbers.sums(Kind.TERM, by=("a", "b"))[Kind.TERM]:
        found[one.a] += one.n
        silent += one.n if one.b else 0
    return Terms(found[1], found[2], found[3], silent)


@measure("First pass yield: ISO 22400-2")
def first_time_right(numbers: Numbers) -> float | None:
    """The share of completed cases in which nothing was done twice and nothing had to be waited for from the applicant.

    None when no case was completed.
    """
    sums = numbers.sums(Kind.FIRST_TIME, by=("a",))[Kind.FIRST_TIME]
    counted = sum(one.n for one in sums)
    return sum(one.n for one in sums if one.a) / counted if counted else None


@measure("Ley 27444 (TUO) 142, 153: a term that has passed")
def due(session: Session, question: Question, *, at: datetime) -> Due:
    """Open cases whose due date has passed, and those that are due within the next seven days."""
    if is_log(session, question.procedure_id):
        return _due_in_log(session, question, at)
    late = Case.due_at < at
    soon = (Case.due_at >= at) & (Case.due_at < at + SOON)
    counts = (func.count().filter(late), func.count().filter(soon), func.count())
    return Due(*session.execute(open_cases(session, question, *counts)).one())


def _due_in_log(session: Session, question: Question, at: datetime) -> Due:
    case, now = MeasuredCase, int(at.timestamp())
    soon = now + int(SOON.total_seconds())
    row = session.execute(
        select(
            func.count().filter(case.due_at < now),
            func.count().filter(case.due_at >= now, case.due_at < soon),
            func.count(),
        ).where(case.ended_at.is_(None), *measured_cases(session, question))
    ).one()
    return Due(*row)
