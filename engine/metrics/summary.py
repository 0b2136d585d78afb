"""The figures of a procedure in one answer, for `/api/v1` and `expedito metrics`."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.metrics import cycle_time, quality, variants, work
from engine.metrics.numbers import Numbers
from engine.metrics.question import Question
from engine.metrics.spread import Spread


def summary(session: Session, question: Question, *, at: datetime) -> dict[str, Any]:
    """Figures as JSON; durations in seconds, of a business day 86,400."""
    numbers = Numbers(session, question)
    standing = work.standing(numbers)
    due = quality.due(session, question, at=at)
    terms = quality.terms(numbers)
    return {
        "open": standing.open,
        "started": standing.started,
        "ended": standing.ended,
        "late": due.late,
        "due_soon": due.soon,
        "is_exact": numbers.is_exact,
        "cycle_time": _spread(cycle_time.cycle_time(numbers)),
        "lead_time": _spread(cycle_time.lead_time(numbers)),
        "legal_time": _spread(cycle_time.legal_time(numbers)),
        "office_time": _spread(cycle_time.office_time(numbers)),
        "terms": asdict(terms),
        "first_time_right": quality.first_time_right(numbers),
        "variants": variants.number_of_variants(numbers),
        "weeks": [
            {"monday": monday.isoformat(), "started": started, "ended": ended}
            for monday, started, ended in cycle_time.throughput(numbers)
        ],
        "tasks": [_plain(time) for time in work.task_times(numbers)],
        "outcomes": [
            {"outcome": outcome, "cases": many} for outcome, many in cycle_time.outcomes(numbers)
        ],
    }


def _spread(spread: Spread) -> dict[str, float | None]:
    return {
        "count": spread.count,
        "median": spread.median,
        "p85": spread.p85,
        "p95": spread.p95,
        "mean": spread.mean,
    }


def _plain(time: work.TaskTime) -> dict[str, Any]:
    # orjson writes no names that are of an enumeration
    return asdict(time) | {"causes": {cause.value: took for cause, took in time.causes.items()}}
