"""Residual delay: the waiting that busy staff and closed offices do not explain.

On real logs a simulation of resources alone waits far too little, since most work waits for other reasons. The delay of
a task begins as the waiting that was measured before it; what the simulation then waits on its own is taken off, until
simulated and measured waiting of each task agree.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from statistics import fmean

from designer.simulation.distributions import Distribution
from designer.simulation.experiments import simulate
from designer.simulation.scenario import Scenario
from designer.simulation.tally import quantile
from engine.bpmn.model import Model

ROUNDS = 5
REPLICATIONS = 2
NEAR = 0.02
PACE_ROUNDS = 8
DAMPED = 0.7  # of what a round says is missing
FEWEST = 30  # cases of one pace
ENDS = (0.25, 0.5, 0.7, 0.85, 0.95)  # of the cycle times of which each pace is


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was measured before the work of one element: over all cases, and by the pace of the case."""

    whole: Distribution
    by_pace: tuple[Distribution, ...] = ()


def paces(cycles: Sequence[float]) -> tuple[tuple[float, ...], list[int]]:
    """Shares of the paces, and the pace of each case: cases are sorted by how long they took.

    One case that waits at one step waits at others too; delays drawn one by one would make all cases alike.
    """
    ends = [end for end in ENDS if len(cycles) * min(end, 1 - end) >= FEWEST]
    ordered = sorted(cycles)
    limits = [ordered[min(int(end * len(ordered)), len(ordered) - 1)] for end in ends]
    found = [bisect(limits, cycle) for cycle in cycles]
    counts = [found.count(pace) for pace in range(len(ends) + 1)]
    if not all(counts):
        return (), [0] * len(cycles)
    return tuple(count / len(cycles) for count in counts), found


def with_delays(
    model: Model,
    process_id: str,
    scenario: Scenario,
    waiting: Mapping[str, Waiting],
    *,
    cycles: Sequence[float],
    seed: int = 1,
) -> Scenario:
    """The scenario with a delay per task. `waiting`: what was measured before each, by element; `cycles`: the seconds
    that each case took.
    """
    factors, paced = _by_task(model, process_id, scenario, waiting, len(cycles), seed)
    if scenario.paces:
        paced = _by_pace(model, process_id, scenario, waiting, factors, cycles, seed)
    return _delayed(scenario, waiting, factors, paced)


def _by_pace(
    model: Model,
    process_id: str,
    scenario: Scenario,
    waiting: Mapping[str, Waiting],
    factors: Mapping[str, float],
    cycles: Sequence[float],
    seed: int,
) -> list[float]:
    """By how much the delays of each pace are longer or shorter, until as many cases are over by when as were measured.

    The steps of a case are drawn one by one, which spreads the cycle times of one pace further than they were. What
    leaks over its ends is made good here, share of the cases by share.
    """
    paced = [1.0] * len(scenario.paces)
    ends = [0.0, *accumulate(scenario.paces)]
    spans = list(pairwise([*ends[:-1], 1.0]))
    wanted = [_mean_between(sorted(cycles), *span) for span in spans]
    best, nearest = paced, float("inf")
    for _ in range(PACE_ROUNDS):
        tried = _delayed(scenario, waiting, factors, paced)
        results = simulate(
            model, process_id, tried, cases=len(cycles), replications=REPLICATIONS, seed=seed
        )
        far = max(
            abs(results.measures[name].value / (quantile(sorted(cycles), share) or 1) - 1)
            for name, share in (("cycle_p50", 0.5), ("cycle_p85", 0.85))
        )
        if far < nearest:
            best, nearest = paced, far
        found = [_mean_between(results.durations, *span) for span in spans]
        paced = [
            min(10.0, max(0.01, factor * (want / have) ** DAMPED)) if want and have else factor
            for factor, want, have in zip(paced, wanted, found, strict=True)
        ]
    return best


def _mean_between(ordered: Sequence[float], low: float, high: float) -> float:
    """The mean of those between two shares of a sorted sample."""
    first = int(low * len(ordered))
    return fmean(ordered[first : max(first + 1, int(high * len(ordered)))])


def _by_task(
    model: Model,
    process_id: str,
    scenario: Scenario,
    waiting: Mapping[str, Waiting],
    cases: int,
    seed: int,
) -> tuple[dict[str, float], list[float]]:
    """By how much the delay of each task is shorter than what was measured before it."""
    even = [1.0] * max(1, len(scenario.paces))
    factors = dict.fromkeys(waiting, 1.0)
    for _ in range(ROUNDS):
        tried = _delayed(scenario, waiting, factors, even)
        results = simulate(
            model, process_id, tried, cases=cases, replications=REPLICATIONS, seed=seed
        )
        simulated = {task.element_id: task.waiting for task in results.tasks}
        worst = 0.0
        for name, measured in waiting.items():
            mean = measured.whole.mean()
            if not mean or name not in simulated:
                continue
            # What it waits beyond its delay is for staff and hours, and comes on top of any delay.
            own = simulated[name] - factors[name] * mean
            factors[name] = max(0.0, (mean - own) / mean)
            worst = max(worst, abs(simulated[name] / mean - 1))
        if worst <= NEAR:
            break
    return factors, even


def _delayed(
    scenario: Scenario,
    waiting: Mapping[str, Waiting],
    factors: Mapping[str, float],
    paced: Sequence[float],
) -> Scenario:
    tasks = dict(scenario.tasks)
    for name, measured in waiting.items():
        factor = factors[name]
        if name in tasks and factor > 0 and measured.whole.mean() > 0:
            tasks[name] = replace(
                tasks[name],
                delay=None if measured.by_pace else measured.whole.scaled(factor),
                delays=tuple(
                    one.scaled(factor * part)
                    for one, part in zip(measured.by_pace, paced, strict=False)
                ),
            )
    return replace(scenario, tasks=tasks)
