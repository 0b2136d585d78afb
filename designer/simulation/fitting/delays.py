"""Residual delay: the waiting that busy staff and closed offices do not explain.

On real logs a simulation of resources alone waits far too little, since most work waits for other reasons. The delay of
a task begins as the waiting that was measured before it; what the simulation then waits on its own is taken off, until
simulated and measured waiting of each task agree.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from designer.simulation.distributions import Distribution
from designer.simulation.experiments import simulate
from designer.simulation.scenario import Scenario
from engine.bpmn.model import Model

ROUNDS = 5
REPLICATIONS = 2
NEAR = 0.02
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
    cases: int,
    seed: int = 1,
) -> Scenario:
    """The scenario with a delay per task. `waiting`: what was measured before each, by element."""
    factors = dict.fromkeys(waiting, 1.0)
    for _ in range(ROUNDS):
        tried = _delayed(scenario, waiting, factors)
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
    return _delayed(scenario, waiting, factors)


def _delayed(
    scenario: Scenario, waiting: Mapping[str, Waiting], factors: Mapping[str, float]
) -> Scenario:
    tasks = dict(scenario.tasks)
    for name, measured in waiting.items():
        factor = factors[name]
        if name in tasks and factor > 0 and measured.whole.mean() > 0:
            tasks[name] = replace(
                tasks[name],
                delay=None if measured.by_pace else measured.whole.scaled(factor),
                delays=tuple(one.scaled(factor) for one in measured.by_pace),
            )
    return replace(scenario, tasks=tasks)
