"""A scenario simulated again and again, two scenarios compared on the same luck, each figure with its interval."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import fmean, stdev

from designer.simulation.outcomes import (
    MEASURES,
    Difference,
    Estimate,
    Outcome,
    Results,
    StaffOutcome,
    TaskOutcome,
    measure,
)
from designer.simulation.replication import replicate
from designer.simulation.scenario import Scenario
from designer.simulation.tally import quantile
from engine.bpmn.model import Model

REPLICATIONS = 30
CASES = 1000
QUANTILES = 200
# Student's t, two-sided 95 %, by degrees of freedom.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
    2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
    2.045, 2.042,
)  # fmt: skip
_Z = 1.959964


def simulate(
    model: Model,
    process_id: str,
    scenario: Scenario,
    *,
    cases: int = CASES,
    replications: int = REPLICATIONS,
    seed: int = 1,
    warm_up: int = 0,
    traced: int = 0,
    progress: Callable[[int], None] | None = None,
    check: Callable[[], None] | None = None,
) -> Results:
    """The scenario's figures over `replications`, each with a seed that `seed` gives.

    `progress` gets the number of replications done; `check` is called every few thousand events and may raise to
    stop. `traced`: of so many cases of the first replication every step is kept for a replay.
    Raises CannotSimulate, EndlessCircle.
    """
    process = model.process(process_id)
    outcomes = []
    for place, one in enumerate(seeds(seed, replications)):
        outcomes.append(
            replicate(
                model,
                process,
                scenario,
                cases=cases,
                seed=one,
                warm_up=warm_up,
                traced=traced if not place else 0,
                check=check,
            )
        )
        if check is not None:
            check()
        if progress is not None:
            progress(place + 1)
    return gathered(scenario, outcomes)


def seeds(seed: int, count: int) -> list[int]:
    """Seeds of the replications. The same in every scenario, so that they meet the same luck."""
    dice = random.Random(seed)
    return [dice.randrange(1 << 31) for _ in range(count)]


def gathered(scenario: Scenario, outcomes: Sequence[Outcome]) -> Results:
    """One account of several replications."""
    samples = {name: tuple(measure(outcome, name) for outcome in outcomes) for name in MEASURES}
    measures = {
        name: estimate(known)
        for name, values in samples.items()
        if (known := [value for value in values if value is not None])
    }
    tasks = _tasks(outcomes)
    whole = sorted(amount for outcome in outcomes for amount in outcome.durations)
    shares = [(place + 0.5) / QUANTILES for place in range(QUANTILES)]
    cases = sum(outcome.cases for outcome in outcomes) or 1
    names = {name: None for outcome in outcomes for name in outcome.visits}
    return Results(
        scenario=scenario.name,
        outcomes=tuple(replace(outcome, durations=(), steps=()) for outcome in outcomes),
        measures=measures,
        tasks=tasks,
        staff=_staff(outcomes),
        bottleneck=max(tasks, key=lambda task: task.waited).element_id if tasks else None,
        is_overloaded=sum(outcome.is_overloaded for outcome in outcomes) * 2 > len(outcomes),
        assumed=tuple(sorted(scenario.assumed)),
        durations=tuple(quantile(whole, share) for share in shares) if whole else (),
        visits={name: sum(o.visits.get(name, 0) for o in outcomes) / cases for name in names},
        steps=outcomes[0].steps if outcomes else (),
        cases=outcomes[0].cases if outcomes else 0,
        unfinished=sum(outcome.unfinished for outcome in outcomes),
        samples={name: values for name, values in samples.items() if name in measures},
        seeds=tuple(outcome.seed for outcome in outcomes),
    )


def compared(before: Results, after: Results) -> tuple[Difference, ...]:
    """Paired differences, measure by measure: both must have been simulated with the same seeds (ValueError)."""
    if before.seeds != after.seeds:
        raise ValueError("scenarios are compared on the same seeds")
    found = []
    for name in MEASURES:
        pairs = [
            (one, other)
            for one, other in zip(
                before.samples.get(name, ()), after.samples.get(name, ()), strict=False
            )
            if one is not None and other is not None
        ]
        if not pairs:
            continue
        change = estimate([other - one for one, other in pairs])
        was = estimate([one for one, _ in pairs])
        share = change.value / was.value if was.value else None
        found.append(Difference(name, was, estimate([other for _, other in pairs]), change, share))
    return tuple(found)


def estimate(values: Sequence[float]) -> Estimate:
    """Their mean with its 95 % interval; as wide as nothing where there is one value only."""
    mean, count = fmean(values), len(values)
    if count < 2:
        return Estimate(mean, mean, mean, count)
    half = t_quantile(count - 1) * stdev(values) / math.sqrt(count)
    return Estimate(mean, mean - half, mean + half, count)


def t_quantile(freedom: int) -> float:
    """Student's t below which 97.5 % lie (beyond 30 by Cornish and Fisher's expansion)."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    return _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)


def _tasks(outcomes: Iterable[Outcome]) -> tuple[TaskOutcome, ...]:
    found: dict[str, list[TaskOutcome]] = {}
    for outcome in outcomes:
        for task in outcome.tasks:
            found.setdefault(task.element_id, []).append(task)
    gathered = []
    for name, several in found.items():
        count = sum(task.count for task in several)
        gathered.append(
            TaskOutcome(
                name,
                several[0].name,
                count,
                sum(task.count * task.waiting for task in several) / count,
                sum(task.count * task.working for task in several) / count,
                sum(task.count * task.cost for task in several) / count,
            )
        )
    return tuple(gathered)


def _staff(outcomes: Sequence[Outcome]) -> tuple[StaffOutcome, ...]:
    if not outcomes:
        return ()
    return tuple(
        replace(
            one,
            busy=fmean(outcome.staff[place].busy for outcome in outcomes),
            utilisation=fmean(outcome.staff[place].utilisation for outcome in outcomes),
            load=fmean(outcome.staff[place].load for outcome in outcomes),
            cost=fmean(outcome.staff[place].cost for outcome in outcomes),
        )
        for place, one in enumerate(outcomes[0].staff)
    )
