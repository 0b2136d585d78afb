"""Which distribution a sample comes from.

Criterion: the Wasserstein distance (the area between the quantile functions, in the sample's own unit) between the
sample and each family fitted by its moments. The nearest family is taken where its distance is at most 10 % of the
sample's mean; otherwise the sample's own quantiles are kept, so that two humps stay two humps.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from designer.simulation.distributions import Distribution, Family, fixed
from designer.simulation.tally import quantile

GOOD = 0.10
POINTS = 100
DRAWN = 4000


@dataclass(frozen=True, slots=True)
class Chosen:
    """A distribution with how far it is from the sample, as a share of the sample's mean."""

    distribution: Distribution
    distance: float
    count: int


def chosen(sample: Sequence[float]) -> Chosen:
    """The distribution of a sample of amounts of at least zero; ValueError for an empty one."""
    if not sample:
        raise ValueError("a sample without amounts")
    ordered = sorted(max(0.0, amount) for amount in sample)
    mean, deviation = fmean(ordered), pstdev(ordered)
    if mean == 0 or deviation / mean < 0.01 or len(ordered) < 3:
        return Chosen(fixed(mean), 0.0, len(ordered))
    candidates = [
        Distribution(Family.EXPONENTIAL, (mean,)),
        Distribution(Family.GAMMA, (mean, deviation)),
        Distribution(Family.LOGNORMAL, (mean, deviation)),
        Distribution(Family.NORMAL, (mean, deviation)),
        Distribution(Family.UNIFORM, (ordered[0], ordered[-1])),
    ]
    best = min((Chosen(one, distance(ordered, one) / mean, len(ordered)) for one in candidates),
               key=lambda one: one.distance)  # fmt: skip
    if best.distance <= GOOD:
        return best
    own = empirical(ordered)
    return Chosen(own, distance(ordered, own) / mean, len(ordered))


def empirical(ordered: Sequence[float]) -> Distribution:
    """The sample's own quantiles; zeros as a share, where there are many."""
    rest = [amount for amount in ordered if amount > 0]
    zeros = 1 - len(rest) / len(ordered)
    if rest and zeros > 0.02:
        return Distribution(Family.ZERO_OR, (zeros,), values=_quantiles(rest))
    return Distribution(Family.SAMPLES, values=_quantiles(list(ordered)))


def distance(ordered: Sequence[float], distribution: Distribution) -> float:
    """The Wasserstein distance of a sample in order from a distribution."""
    drawn = sorted(distribution.draw(random.Random(f"{distribution.family}"), DRAWN))
    sample = list(ordered)
    shares = [(place + 0.5) / POINTS for place in range(POINTS)]
    return fmean(abs(quantile(sample, share) - quantile(drawn, share)) for share in shares)


def _quantiles(ordered: list[float]) -> tuple[float, ...]:
    if len(ordered) <= 2 * POINTS:
        return tuple(ordered)
    return tuple(quantile(ordered, place / (2 * POINTS)) for place in range(2 * POINTS + 1))
