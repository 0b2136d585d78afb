"""Which fact is the answer of the office, and whether in time: said once, for the measures and the logs that leave."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, TypeVar

from engine.events import AFact, Happened

# A day and a last day, an instant and the last one, or seconds since 1970.
_When = TypeVar("_When", date, datetime, int)
_ANSWERED: Final = Happened.DECISION_NOTIFIED.value
_BEGUN_ANEW: Final = (Happened.CLOCK_RESTARTED.value, Happened.CASE_REOPENED.value)


def answer(facts: Iterable[AFact]) -> AFact | None:
    """The fact by which the office answered a request: of those of a case that still hold, in order, the first
    notification since its term began (24.1, 188.1). None: no fact tells it; then the end of the case is its answer.

    What comes after it, an inspection or the archive, takes no time of the term. Silence is no answer of the office. A
    new decision on appeal keeps the term of the appeal, not that of the request: the first answer stays.
    """
    found: AFact | None = None
    for fact in facts:
        if fact.type == _ANSWERED:
            found = found or fact
        elif fact.type in _BEGUN_ANEW:
            found = None
    return found


def is_in_time(answered: _When, due: _When) -> bool:
    """Whether an answer keeps its term: until the end of the last day, that day included (134)."""
    return answered <= due
