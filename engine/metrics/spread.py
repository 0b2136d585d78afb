"""How a set of durations is spread: percentiles, never a mean alone."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

_NICE_DAYS = (0.25, 0.5, 1, 2, 5, 7, 14, 30, 60, 90, 180, 365)
DAY = 86_400.0
_BARS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: how many durations lie in [start, end) seconds."""

    start: float
    end: float
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations in seconds: how many, their percentiles (linear interpolation, as SQL's percentile_cont), and a
    histogram in bars of equal width, the last of which holds all that is longer."""

    count: int
    median: float | None = None
    p85: float | None = None
    p95: float | None = None
    longest: float | None = None
    total: float = 0.0
    bars: tuple[Bar, ...] = ()

    @property
    def mean(self) -> float | None:
        """The mean, which a few long cases pull up: never shown alone."""
        return self.total / self.count if self.count else None


class Ranked:
    """Durations in order, each with how many there are: percentiles of any number without writing them all out."""

    def __init__(self, counted: Iterable[tuple[float, int]]) -> None:
        kept = sorted((seconds, n) for seconds, n in counted if n > 0)
        self.values = [seconds for seconds, _ in kept]
        self.counts = [n for _, n in kept]
        self.ends = list(accumulate(self.counts))
        self.count = self.ends[-1] if self.ends else 0

    def percentile(self, share: float) -> float:
        """The value below which `share` of the durations lie, interpolated between neighbours; there must be some."""
        place = min(max(share, 0.0), 1.0) * (self.count - 1)
        below = int(place)
        low = self.values[bisect_right(self.ends, below)]
        if place == below:
            return low
        high = self.values[bisect_right(self.ends, below + 1)]
        return low + (high - low) * (place - below)

    def share_within(self, seconds: float) -> float:
        """Which share of the durations is at most so long; 0 when there are none."""
        place = bisect_right(self.values, seconds)
        return self.ends[place - 1] / self.count if place else 0.0


def spread_of(durations: Iterable[float]) -> Spread:
    """The spread of single durations (seconds)."""
    return spread_of_counts((seconds, 1) for seconds in durations)


def spread_of_counts(counted: Iterable[tuple[float, int]], total: float | None = None) -> Spread:
    """The spread of durations given with how many there are of each; `total` when it is known more exactly."""
    ranked = Ranked(counted)
    if not ranked.count:
        return Spread(0)
    summed = sum(seconds * n for seconds, n in zip(ranked.values, ranked.counts, strict=True))
    return Spread(
        count=ranked.count,
        median=ranked.percentile(0.5),
        p85=ranked.percentile(0.85),
        p95=ranked.percentile(0.95),
        longest=ranked.values[-1],
        total=summed if total is None else total,
        bars=_histogram(ranked),
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of the ordered values lie, interpolated between neighbours."""
    return Ranked((seconds, 1) for seconds in ordered).percentile(share)


def _histogram(ranked: Ranked) -> tuple[Bar, ...]:
    # Wide enough that 98 % of the durations fit into the bars; a few very long ones must not flatten the rest.
    reach = max(ranked.percentile(0.98), 1.0)
    width = next((days * DAY for days in _NICE_DAYS if days * DAY * _BARS >= reach), reach / _BARS)
    if reach < 6 * 0.25 * DAY:
        width = reach / 12
    number = max(1, min(_BARS, int(reach // width) + 1))
    counts = [0] * number
    for seconds, n in zip(ranked.values, ranked.counts, strict=True):
        counts[min(number - 1, int(max(0.0, seconds) // width))] += n
    longest = max(ranked.values[-1], number * width)
    return tuple(
        Bar(place * width, longest if place == number - 1 else (place + 1) * width, count)
        for place, count in enumerate(counts)
    )
