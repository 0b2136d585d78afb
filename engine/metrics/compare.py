"""Two sets of cases side by side: the difference of a figure and how sure it is."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from engine.metrics.measure import measure
from engine.metrics.spread import Ranked

DRAWS = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """Second minus first, with its 95 % interval; seconds. `is_clear`: the interval leaves out nothing changed."""

    first: float
    second: float
    low: float
    high: float

    @property
    def change(self) -> float:
        return self.second - self.first

    @property
    def is_clear(self) -> bool:
        return self.low > 0 or self.high < 0


@measure("Bootstrap of a percentile through its order statistics: Efron, Tibshirani, 1993, ch. 13")
def difference(
    first: Sequence[tuple[float, int]], second: Sequence[tuple[float, int]], share: float = 0.5
) -> Difference | None:
    """How much longer or shorter the second set of cases takes than the first, with an interval: if cases were
    drawn again and again from the same office, 19 of 20 differences would lie in it.

    Both as durations in seconds and how many each; None when one has fewer than 5 cases. A drawn sample's percentile is
    the value whose rank varies as a binomial count does (normal approximation), so that only ranks are drawn. The
    same sets give the same interval.
    """
    before, after = Ranked(first), Ranked(second)
    if min(before.count, after.count) < 5:
        return None
    chance = random.Random(7)
    draws = sorted(
        _drawn(after, share, chance.gauss) - _drawn(before, share, chance.gauss)
        for _ in range(DRAWS)
    )
    cut = DRAWS // 40
    return Difference(
        before.percentile(share), after.percentile(share), draws[cut], draws[-1 - cut]
    )


def _drawn(ranked: Ranked, share: float, gauss: Callable[[float, float], float]) -> float:
    error = sqrt(share * (1 - share) / ranked.count)
    return ranked.percentile(share + gauss(0, error))
