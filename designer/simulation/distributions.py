"""Distributions of durations and amounts: drawn in blocks, with a mean, within limits."""

import math
import random
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from statistics import NormalDist, fmean

MOST_TRIES = 100
TINY = 1e-300


class Family(StrEnum):
    """The families, with what their parameters mean; `minimum` and `maximum` cut each of them."""

    FIXED = "fixed"  # value
    UNIFORM = "uniform"  # minimum, maximum
    TRIANGULAR = "triangular"  # minimum, mode, maximum
    NORMAL_EXPONENTIAL = (
        "normal_exponential"  # mean and deviation of the normal part, mean of the rest
    )
    EXPONENTIAL = "exponential"  # mean (of all, so that mean - minimum is the scale)
    NORMAL = "normal"  # mean, deviation
    LOGNORMAL = "lognormal"  # mean, deviation of the values, not of their logarithms
    GAMMA = "gamma"  # mean, deviation
    WEIBULL = "weibull"  # scale, shape
    SAMPLES = "samples"  # values, each as likely; between two of them in proportion
    ZERO_OR = "zero_or"  # share of zeros; the rest as `values`


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of amounts of at least zero. Durations are in seconds."""

    family: Family
    parameters: tuple[float, ...] = ()
    minimum: float = 0.0
    maximum: float = math.inf
    values: tuple[float, ...] = ()  # in ascending order

    def draw(self, dice: random.Random, count: int) -> list[float]:
        """`count` amounts. What falls outside of the limits is drawn again, at last put to the nearest limit."""
        low, high = self.minimum, self.maximum
        drawn = self._many(dice, count)
        if min(drawn) >= low and max(drawn) <= high:
            return drawn
        for place, value in enumerate(drawn):
            tries = 0
            while not low <= value <= high and tries < MOST_TRIES:
                value = self._many(dice, 1)[0]
                tries += 1
            drawn[place] = min(max(value, low), high)
        return drawn

    def inverse(self) -> Callable[[float], float] | None:
        """The amount at a share between 0 and 1, as `draw` turns each of its dice into one; None where a draw takes
        several dice, or is limited."""
        if self.minimum > 0 or math.isfinite(self.maximum):
            return None
        if self.family is Family.FIXED:
            return lambda _share: self.parameters[0]
        if self.family is Family.SAMPLES:
            return between(self.values)
        if self.family is Family.ZERO_OR:
            zeros, rest = self.parameters[0], between(self.values)
            return lambda share: 0.0 if share < zeros else rest((share - zeros) / (1 - zeros))
        return None

    def mean(self) -> float:
        """The mean, limits left aside."""
        p = self.parameters
        match self.family:
            case Family.UNIFORM:
                return (p[0] + p[1]) / 2
            case Family.TRIANGULAR:
                return sum(p) / 3
            case Family.NORMAL_EXPONENTIAL:
                return p[0] + p[2]
            case Family.WEIBULL:
                return p[0] * math.gamma(1 + 1 / p[1])
            case Family.SAMPLES:
                return fmean(self.values)
            case Family.ZERO_OR:
                return (1 - p[0]) * fmean(self.values)
        return p[0]

    def scaled(self, factor: float) -> "Distribution":
        """The same shape, every amount times `factor`."""
        shapes = {Family.WEIBULL: 1, Family.ZERO_OR: 0}
        kept = shapes.get(self.family, len(self.parameters))
        return Distribution(
            self.family,
            tuple(p * factor if place < kept else p for place, p in enumerate(self.parameters)),
            self.minimum * factor,
            self.maximum * factor,
            tuple(value * factor for value in self.values),
        )

    def _many(self, dice: random.Random, count: int) -> list[float]:
        """Amounts without limits. By inversion wherever it can be, so that the same dice give kindred amounts to
        two scenarios; written out, since this is a fifth of a simulation's time."""
        p, roll, times = self.parameters, dice.random, range(count)
        match self.family:
            case Family.FIXED:
                return [p[0]] * count
            case Family.UNIFORM:
                low, width = p[0], p[1] - p[0]
                return [low + width * roll() for _ in times]
            case Family.TRIANGULAR:
                return [dice.triangular(p[0], p[2], p[1]) for _ in times]
            case Family.EXPONENTIAL:
                low = self.minimum if self.minimum < p[0] else 0.0
                scale, log = p[0] - low, math.log
                return [low - scale * log(1.0 - roll()) for _ in times]
            case Family.NORMAL:
                normal = NormalDist().inv_cdf
                return [p[0] + p[1] * normal(roll() or TINY) for _ in times]
            case Family.NORMAL_EXPONENTIAL:
                normal, log = NormalDist().inv_cdf, math.log
                return [
                    p[0] + p[1] * normal(roll() or TINY) - p[2] * log(1.0 - roll()) for _ in times
                ]
            case Family.LOGNORMAL:
                mu, sigma = log_parameters(p[0], p[1])
                normal, exp = NormalDist().inv_cdf, math.exp
                return [exp(mu + sigma * normal(roll() or TINY)) for _ in times]
            case Family.GAMMA:
                if not p[1]:
                    return [p[0]] * count
                shape, scale = (p[0] / p[1]) ** 2, p[1] ** 2 / p[0]
                return [dice.gammavariate(shape, scale) for _ in times]
            case Family.WEIBULL:
                return [dice.weibullvariate(p[0], p[1]) for _ in times]
        values, steps = self.values, len(self.values) - 1
        if steps < 1:
            fixed_one = values[0]
            if self.family is Family.SAMPLES:
                return [fixed_one] * count
            return [0.0 if roll() < p[0] else fixed_one for _ in times]
        # `between`, written out. A share that rounding makes 1 meets a step of nothing.
        rises = [*(after - before for before, after in pairwise(values)), 0.0]
        if self.family is Family.SAMPLES:
            return [
                values[below := int(place := roll() * steps)] + rises[below] * (place - below)
                for _ in times
            ]
        zeros, rest = p[0], 1 - p[0]
        return [
            0.0
            if (share := roll()) < zeros
            else values[below := int(place := (share - zeros) / rest * steps)]
            + rises[below] * (place - below)
            for _ in times
        ]


def between(values: tuple[float, ...]) -> Callable[[float], float]:
    """The inverse of the empirical distribution, in a straight line from value to value."""
    steps = len(values) - 1
    if steps < 1:
        return lambda share: values[0]

    def inverse(share: float) -> float:
        place = share * steps
        below = min(int(place), steps - 1)
        return values[below] + (values[below + 1] - values[below]) * (place - below)

    return inverse


def log_parameters(mean: float, deviation: float) -> tuple[float, float]:
    """Mean and deviation of the logarithms, from those of the values."""
    if mean <= 0:
        return -math.inf, 0.0
    variance = math.log(1 + (deviation / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def fixed(value: float) -> Distribution:
    """Always the same."""
    return Distribution(Family.FIXED, (value,), minimum=min(0.0, value))


def exponential(mean: float) -> Distribution:
    """Without memory, with this mean."""
    return Distribution(Family.EXPONENTIAL, (mean,))


@dataclass(frozen=True, slots=True)
class Choices:
    """One of several values, each with its share; shares need not add up to one."""

    values: tuple[str | float | bool | None, ...]
    shares: tuple[float, ...]

    def pick(self, share: float) -> str | float | bool | None:
        """The value at this place between 0 and 1."""
        ends = list(accumulate(self.shares))
        return self.values[min(bisect(ends, share * ends[-1]), len(self.values) - 1)]
