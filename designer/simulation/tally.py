"""Amounts as they come, kept small: exact while they are few, in fine bins when they are many."""

import math
from collections.abc import Iterable

EXACT = 5_000
GRAIN = 1.002  # each bin is so much wider than the one below: quantiles are exact to 0.1 %
_LOG = math.log(GRAIN)


class Tally:
    """Count, sum and quantiles of amounts of at least zero. Its size does not grow with their number."""

    __slots__ = ("_bins", "_fresh", "_zeros", "add", "count", "highest", "total")

    def __init__(self, amounts: Iterable[float] = ()) -> None:
        self.count = 0
        self.total = 0.0
        self.highest = 0.0
        self._fresh: list[float] = list(amounts)
        self._bins: dict[int, int] = {}
        self._zeros = 0
        self.add = self._fresh.append  # as cheap as an append; folded by `settle`

    def settle(self) -> None:
        """Fold what came since; called now and then while many come, and before anything is asked."""
        if self._bins or self._zeros or len(self._fresh) > EXACT:
            self._fold()

    def _fold(self) -> None:
        bins, log = self._bins, math.log
        for amount in self._fresh:
            self.total += amount
            if amount > self.highest:
                self.highest = amount
            if amount < 1e-9:
                self._zeros += 1
            else:
                index = math.floor(log(amount) / _LOG)
                bins[index] = bins.get(index, 0) + 1
        self.count += len(self._fresh)
        self._fresh.clear()

    @property
    def number(self) -> int:
        """How many amounts there are."""
        return self.count + len(self._fresh)

    def mean(self) -> float | None:
        """Their mean."""
        number = self.number
        return (self.total + math.fsum(self._fresh)) / number if number else None

    def quantile(self, share: float) -> float | None:
        """The amount below which this share of them lies; between two of them in proportion."""
        self.settle()
        if not self.number:
            return None
        if not self.count:
            return quantile(sorted(self._fresh), share)
        rank = share * (self.count - 1)
        passed = self._zeros
        if rank < passed:
            return 0.0
        for index in sorted(self._bins):
            many = self._bins[index]
            if rank < passed + many:
                low, high = math.exp(index * _LOG), math.exp((index + 1) * _LOG)
                return min(low + (high - low) * (rank - passed + 0.5) / many, self.highest)
            passed += many
        return self.highest

    def amounts(self, most: int = 400) -> list[float]:
        """So many of its quantiles in order: the whole distribution, to be drawn or compared."""
        self.settle()
        if not self.count and len(self._fresh) <= most:
            return sorted(self._fresh)
        shares = [(place + 0.5) / most for place in range(most)]
        if not self.count:
            ordered = sorted(self._fresh)
            return [quantile(ordered, share) for share in shares]
        return [self.quantile(share) or 0.0 for share in shares]


def quantile(ordered: list[float], share: float) -> float:
    """The quantile of amounts in ascending order, between two of them in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    if below + 1 >= len(ordered):
        return ordered[-1]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)
