"""How long cases take when some are still running: those count as “longer than so far”, never as finished.

Leaving them out would flatter a new version, of which only the quick cases have ended. Product-limit estimate of
Kaplan and Meier (1958); intervals of quantiles by Brookmeyer and Crowley (1982) on the log-log scale; interval of a
difference from those of its two parts (MOVER, Zou and Donner 2008).
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Quantile:
    """An amount with its 95 % interval; `high` None: the interval has no upper end yet."""

    value: float
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """After less before, with its 95 % interval; ends that are not known yet are None."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)


@dataclass(frozen=True, slots=True)
class Survival:
    """The share still running after each time at which one ended, with Greenwood's variance of log(-log)."""

    times: tuple[float, ...]
    shares: tuple[float, ...]
    spreads: tuple[
        float | None, ...
    ]  # standard error of log(-log share); None where it is not defined

    def quantile(self, share: float) -> Quantile | None:
        """The time by which this share has ended; None when not so many have."""
        left = 1 - share
        value = self._first_below(lambda place: self.shares[place] <= left + 1e-12)
        if value is None:
            return None
        low = self._first_below(lambda place: self._bound(place, +1) <= left)
        high = self._first_below(lambda place: self._bound(place, -1) <= left, is_upper=True)
        return Quantile(value, value if low is None else min(low, value), high)

    def _bound(self, place: int, side: int) -> float:
        """The lower (+1 widens towards zero time) or upper end of the share at a time.

        The lower end of a quantile is where the lower end of the curve crosses, and the other way round.
        """
        share, spread = self.shares[place], self.spreads[place]
        if spread is None:
            return share
        return float(share ** math.exp(side * _Z * spread))

    def _first_below(self, holds: Callable[[int], bool], *, is_upper: bool = False) -> float | None:
        for place, time in enumerate(self.times):
            if holds(place):
                if is_upper and self.spreads[place] is None:
                    return None  # beyond the last case nothing is known
                return time
        return None


def survival(ended: Iterable[float], running: Iterable[float]) -> Survival:
    """The curve of cases that took so long and cases that have run so long and have not ended."""
    events = sorted([(time, 0) for time in ended] + [(time, 1) for time in running])
    at_risk, share, variance = len(events), 1.0, 0.0
    times: list[float] = []
    shares: list[float] = []
    spreads: list[float | None] = []
    place = 0
    while place < len(events):
        time = events[place][0]
        done = gone = 0
        while place < len(events) and events[place][0] == time:
            done += events[place][1] == 0
            gone += 1
            place += 1
        if done:
            share *= 1 - done / at_risk
            if at_risk > done:
                variance += done / (at_risk * (at_risk - done))
            times.append(time)
            shares.append(max(0.0, share))
            inside = 1e-12 < share < 1 - 1e-12
            spreads.append(math.sqrt(variance) / abs(math.log(share)) if inside else None)
        at_risk -= gone
    return Survival(tuple(times), tuple(shares), tuple(spreads))


def change(before: Quantile, after: Quantile) -> Change:
    """After less before."""
    value = after.value - before.value
    low = high = None
    if before.high is not None:
        low = value - math.hypot(after.value - after.low, before.high - before.value)
    if after.high is not None:
        high = value + math.hypot(after.high - after.value, before.value - before.low)
    return Change(value, low, high)
