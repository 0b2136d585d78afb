"""What findings ask of the log, and how sure a share is that was seen in so many cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt

ENOUGH = 30  # observations below which a log proves nothing
QUICK_MINUTES = 5
_Z = 1.959964  # 95 %, two-sided


@dataclass(frozen=True, slots=True)
class TaskLog:
    """Completed executions of one task: medians in minutes, and how many took at most QUICK_MINUTES of work."""

    count: int
    touch: Decimal
    wait: Decimal
    quick: int


@dataclass(frozen=True, slots=True)
class Log:
    """What happened: cases ended, tasks by element, flows by how often they were taken.

    `missing` is in how many of the `ended` cases a notice named a requirement, by its key. Those end in more ways than
    by being completed: what is never corrected counts as not filed.
    """

    cases: int
    tasks: Mapping[str, TaskLog] = field(default_factory=dict)
    flows: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    ended: int = 0

    @property
    def judged(self) -> int:
        """Cases in which a notice could have named a requirement."""
        return self.ended or self.cases


def interval(seen: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), 0 to 1; of nothing it is everything."""
    if of == 0:
        return 0.0, 1.0
    share = seen / of
    squared = _Z * _Z / of
    middle = (share + squared / 2) / (1 + squared)
    half = _Z * sqrt(share * (1 - share) / of + squared / (4 * of)) / (1 + squared)
    # Rounding must not push a share that was never seen above nothing, nor one always seen below everything.
    return (0.0 if seen == 0 else middle - half), (1.0 if seen == of else middle + half)
