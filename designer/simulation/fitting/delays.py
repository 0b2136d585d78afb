"""Residual delay: the waiting that busy staff and closed offices do not explain.

On real logs a simulation of resources alone waits far too little, since most work waits for other reasons. The delay of
a task begins as the waiting that was measured before it; what the simulation then waits on its own is taken off, until
simulated and measured waiting of each task agree.
"""

import math
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from statistics import fmean

from designer.simulation.calibration import TOLERANCE
from designer.simulation.distributions import Distribution
from designer.simulation.experiments import simulate
from designer.simulation.fitting.kinds import CaseKind
from designer.simulation.outcomes import Results
from designer.simulation.scenario import Scenario
from designer.simulation.tally import quantile
from engine.bpmn.model import Model

ROUNDS = 5
REPLICATIONS = 2
NEAR = 0.02
LENGTH_ROUNDS = 6
DAMPED = 0.7  # of what a round says is missing
GATED = {0.5: "cycle_p50", 0.85: "cycle_p85"}  # what the calibration gate looks at
SHARE_ROUNDS = 5
WIDEST = 0.03  # of the cases, by which a round makes quick ones more, or less
SMALLEST = 0.005  # the first step where the curve says nothing
FINE = 10  # replications in which the gate is looked at
GOOD = 0.03


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was measured before the work of one element: over all cases, and by the kind of the case."""

    whole: Distribution
    by_kind: tuple[Distribution, ...] = ()

    def mean(self, kinds: Sequence[CaseKind]) -> float:
        """Seconds, each kind counting as often as it is, running cases with it."""
        if not self.by_kind:
            return self.whole.mean()
        return sum(one.mean() * kind.share for one, kind in zip(self.by_kind, kinds, strict=True))


@dataclass(frozen=True, slots=True)
class Delayed:
    """A scenario with its delays, and what came of FINE replications with the arrivals that there were, if any ran."""

    scenario: Scenario
    results: Results | None = None


@dataclass(frozen=True, slots=True)
class Delays:
    """Finds the delays of a scenario. `waiting`: what was measured before each element; `cycles`: the seconds that each
    case took, running ones as `calibration.spread` counts them, sorted."""

    model: Model
    process_id: str
    scenario: Scenario
    waiting: Mapping[str, Waiting]
    kinds: Sequence[CaseKind]
    cycles: list[float]
    seed: int = 1
    check: Callable[[], None] | None = None
    progress: Callable[[float], None] = lambda _share: None  # gets the share that is done

    def fitted(self) -> Delayed:
        """The scenario with a delay per task and kind."""
        bands = self._bands()
        even = [1.0] * len(bands)
        factors = self._by_task(even)
        if not self.scenario.paces:
            return Delayed(self._delayed(factors, even, even))
        return self._by_band(factors, bands)

    def _bands(self) -> list[float]:
        """The shares of the bands of cycle times."""
        shares = [0.0] * (1 + max((kind.band for kind in self.kinds), default=0))
        for kind in self.kinds:
            shares[kind.band] += kind.share
        return shares

    def _by_band(self, factors: Mapping[str, float], bands: Sequence[float]) -> Delayed:
        """With delays of each band so much longer or shorter, and a little more of quick cases or of slow ones, that as
        many cases are over by when as were measured.

        The steps of a case are drawn one by one, which spreads the cycle times of one kind further than they were. What
        leaks over the ends of its band is made good here.
        """
        even = [1.0] * len(bands)
        ends = [0.0, *accumulate(bands)]
        spans = list(pairwise([*ends[:-1], 1.0]))
        wanted = [_mean_between(self.cycles, *span) for span in spans]
        tried = [even]
        for place in range(LENGTH_ROUNDS):
            self.progress(0.2 + 0.2 * place / LENGTH_ROUNDS)
            results = self._simulated(self._delayed(factors, tried[-1], even))
            found = [_mean_between(results.durations, *span) for span in spans]
            tried.append([_nearer(*one) for one in zip(tried[-1], wanted, found, strict=True)])
        # Where hardly any case lies about the median, lengths leave it where it is: a share of the cases moves it.
        best, nearest = Delayed(self.scenario), float("inf")
        for half, longer in enumerate((tried[-1], even)):
            if nearest < TOLERANCE:
                break
            below = dict.fromkeys(GATED, 0.0)
            before: dict[float, tuple[float, float]] = {}
            for place in range(SHARE_ROUNDS):
                self.progress(0.4 + 0.3 * (half + place / SHARE_ROUNDS))
                one = self._delayed(factors, longer, _weights(ends, below))
                results = self._simulated(one, FINE)
                gaps = {
                    share: results.measures[name].value / (quantile(self.cycles, share) or 1) - 1
                    for share, name in GATED.items()
                }
                far = max(abs(gap) for gap in gaps.values())
                if far < nearest:
                    best, nearest = Delayed(one, results), far
                if nearest < GOOD:
                    return best
                steps = {
                    share: _step(
                        gap, below[share], before.get(share), share - self._ended(results, share)
                    )
                    for share, gap in gaps.items()
                }
                before = {share: (below[share], gap) for share, gap in gaps.items()}
                below = {share: moved + steps[share] for share, moved in below.items()}
        return best

    def _ended(self, results: Results, share: float) -> float:
        """The share of the simulated cases that have ended by when `share` of the measured ones had."""
        return bisect(results.durations, quantile(self.cycles, share)) / len(results.durations)

    def _by_task(self, even: Sequence[float]) -> dict[str, float]:
        """By how much the delay of each task is shorter than what was measured before it."""
        factors = dict.fromkeys(self.waiting, 1.0)
        means = {name: measured.mean(self.kinds) for name, measured in self.waiting.items()}
        for place in range(ROUNDS):
            self.progress(0.2 * place / ROUNDS)
            results = self._simulated(self._delayed(factors, even, even))
            simulated = {task.element_id: task.waiting for task in results.tasks}
            worst = 0.0
            for name, mean in means.items():
                if not mean or name not in simulated:
                    continue
                # What it waits beyond its delay is for staff and hours, and comes on top of any delay.
                own = simulated[name] - factors[name] * mean
                factors[name] = max(0.0, (mean - own) / mean)
                worst = max(worst, abs(simulated[name] / mean - 1))
            if worst <= NEAR:
                break
        return factors

    def _simulated(self, scenario: Scenario, replications: int = REPLICATIONS) -> Results:
        return simulate(
            self.model,
            self.process_id,
            scenario,
            cases=len(self.cycles),
            replications=replications,
            seed=self.seed,
            check=self.check,
        )

    def _delayed(
        self, factors: Mapping[str, float], longer: Sequence[float], oftener: Sequence[float]
    ) -> Scenario:
        """`longer`, `oftener`: by band."""
        tasks = dict(self.scenario.tasks)
        for name, measured in self.waiting.items():
            factor = factors[name]
            if name in tasks and factor > 0 and measured.mean(self.kinds) > 0:
                tasks[name] = replace(
                    tasks[name],
                    delay=None if measured.by_kind else measured.whole.scaled(factor),
                    delays=tuple(
                        one.scaled(factor * longer[kind.band])
                        for one, kind in zip(measured.by_kind, self.kinds, strict=False)
                    ),
                )
        shares = [kind.share * oftener[kind.band] for kind in self.kinds]
        whole = sum(shares)
        return replace(self.scenario, tasks=tasks, paces=tuple(one / whole for one in shares))


def _nearer(factor: float, wanted: float, found: float) -> float:
    if not wanted or not found:
        return factor
    nearer: float = factor * (wanted / found) ** DAMPED
    return min(10.0, max(0.01, nearer))


def _step(gap: float, at: float, before: tuple[float, float] | None, lacking: float) -> float:
    """How many more of the cases must be quick to close a gap: as the two last rounds say (secant), at first as many
    as are `lacking`."""
    wanted = lacking or math.copysign(SMALLEST, gap)
    if before is not None and at != before[0]:
        slope = (gap - before[1]) / (at - before[0])
        if slope < 0:
            wanted = -gap / slope
    return min(WIDEST, max(-WIDEST, wanted))


def _weights(ends: Sequence[float], below: Mapping[float, float]) -> list[float]:
    """Per band how much oftener its cases are, so that by each share of GATED so many more cases are over."""
    bounds = [0.0, *GATED, 1.0]
    moved = [0.0, *below.values(), 0.0]
    found = []
    for end in ends[1:]:
        place = max(1, min(bisect(bounds, end - 1e-3), len(bounds) - 1))
        wide = bounds[place] - bounds[place - 1]
        found.append(max(0.1, (wide + moved[place] - moved[place - 1]) / wide))
    return found


def _mean_between(ordered: Sequence[float], low: float, high: float) -> float:
    """The mean of those between two shares of a sorted sample."""
    first = int(low * len(ordered))
    return fmean(ordered[first : max(first + 1, int(high * len(ordered)))])
