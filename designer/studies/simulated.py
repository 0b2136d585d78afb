"""Both sides simulated on the same luck: what they need, what comes of it, and whether that is to be believed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from designer.asme import Row
from designer.asme.table import WAIT
from designer.cost import Ledger
from designer.simulation.calibration import FEWEST, calibrated, gate_json, measured_of, spread
from designer.simulation.experiments import compared, simulate
from designer.simulation.fitting.fit import FEWEST_CASES, Fit, fitted
from designer.simulation.fitting.work import Seen, so_far, traces
from designer.simulation.lived import with_law
from designer.simulation.outcomes import Difference, Estimate, Results
from designer.simulation.scenario import Scenario, TaskPlan
from designer.simulation.tally import quantile
from designer.simulation.tornado import Simulated, Swing, change_swings
from designer.simulation.watch import Told, Watch, unwatched
from designer.simulation.what_ifs import merged
from designer.studies.said import Said
from designer.studies.scenario import scenario_of
from designer.studies.sides import Side

CASES = 300
MOST_CASES = (
    1500  # of a log: with fewer than it has, the median of one run lies elsewhere than theirs
)
REPLICATIONS = 30
FITTED, SIMULATED = 0.4, 0.6  # shares of the work at which each part is done, as progress is told
SHOWN = ("cycle_mean", "cycle_p50", "cycle_p85", "cycle_p95", "waiting_p50", "working_p50",
         "cost_mean", "late", "silent", "utilisation")  # fmt: skip
_MEASURED = {"cycle_p50": 0.5, "cycle_p85": 0.85, "cycle_p95": 0.95}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Two scenarios and where they come from: `fit` on a log, or else what tables say."""

    as_is: Scenario
    to_be: Scenario
    fit: Fit | None
    cycles: tuple[float, ...]  # measured, in seconds, in order of arrival
    running: tuple[float, ...] = ()  # how long cases have run that have not ended


def prepared(
    before: Side,
    after: Side,
    said: Said,
    book: Ledger,
    seen: Seen,
    *,
    on: date,
    watch: Watch | None = None,
) -> Prepared:
    """Fitted on the log where it holds FEWEST_CASES completed cases, otherwise from the tables."""
    plain = scenario_of(before, said, book, on=on)
    wanted = scenario_of(after, said, book, on=on)
    found = traces(seen.work)
    cycles = tuple(trace.cycle for trace in found)
    if len(cycles) < FEWEST_CASES:
        return Prepared(plain, wanted, None, cycles)
    watch = watch or unwatched()
    fit = fitted(
        before.parts.model,
        before.parts.process_id,
        seen.work,
        running=seen.running,
        check=watch.check,
        progress=watch.part(0.0, FITTED),
    )
    known = replace(with_law(fit.scenario, plain), name=plain.name)
    process = after.parts.model.process(after.parts.process_id)
    to_be = merged(wanted, known, process)
    scaled = {
        name: _scaled(plan, _row(before, name), _row(after, name), _wait(before, after, name))
        for name, plan in to_be.tasks.items()
        if name in known.tasks
    }
    to_be = replace(
        to_be, name=wanted.name, deadline=wanted.deadline, tasks={**to_be.tasks, **scaled}
    )
    running = tuple(so_far(found, seen.running))
    return Prepared(known, to_be, fit, cycles, running)


def _row(side: Side, name: str) -> Row | None:
    return next((row for row in side.table.rows if row.id == name and row.is_counted), None)


def _wait(before: Side, after: Side, name: str) -> float:
    was, will_be = (_row(side, f"{WAIT}{name}") for side in (before, after))
    if was is None or not was.minutes.value:
        return 1.0
    return 0.0 if will_be is None else float(will_be.minutes.value / was.minutes.value)


def _scaled(plan: TaskPlan, was: Row | None, will_be: Row | None, wait: float) -> TaskPlan:
    """What the log says of a task, as much shorter or longer as the table of how it is to be says it will be."""
    if was is None or will_be is None or not was.minutes.value:
        return plan
    work = float(will_be.minutes.value / was.minutes.value)
    if work == 1 and wait == 1:
        return plan
    return replace(
        plan,
        by=tuple(replace(one, duration=one.duration.scaled(work)) for one in plan.by),
        duration=None if plan.duration is None else plan.duration.scaled(work),
        delay=None if plan.delay is None or not wait else plan.delay.scaled(wait),
        delays=tuple(one.scaled(wait) for one in plan.delays) if wait else (),
    )


def simulated(
    before: Side, after: Side, ready: Prepared, watch: Watch | None = None
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """What the report tells of the simulation, and the mean wait by side and element. Raises CannotSimulate, and
    Cancelled where the `watch` says so."""
    watch = watch or unwatched()
    cases = CASES if ready.fit is None else min(MOST_CASES, max(CASES, ready.fit.cases))
    ends = (FITTED, (FITTED + SIMULATED) / 2, SIMULATED)
    [was, will_be] = [
        simulate(
            side.parts.model,
            side.parts.process_id,
            scenario,
            cases=cases,
            replications=REPLICATIONS,
            progress=_of(watch.part(*span), REPLICATIONS),
            check=watch.check,
        )
        for side, scenario, span in zip(
            (before, after), (ready.as_is, ready.to_be), pairwise(ends), strict=True
        )
    ]
    differences = compared(was, will_be)
    durations = {"as_is": list(was.durations), "to_be": list(will_be.durations)}
    if ready.cycles:
        durations["measured"] = _points(spread(ready.cycles, ready.running))
    told = {
        "simulated": [_told(one) for one in differences if one.measure in SHOWN],
        "durations": durations,
        "is_overloaded": {"as_is": was.is_overloaded, "to_be": will_be.is_overloaded},
        "assumed": sorted(ready.as_is.assumed | ready.to_be.assumed),
        "seeds": list(was.seeds),
        "cases": cases,
        "replications": REPLICATIONS,
        "use": {"as_is": _use(was), "to_be": _use(will_be)},
        "verdict": verdict(differences),
        "calibration": _calibration(was, ready),
        "cycles": _cycles(ready.cycles, ready.running),
        "is_fitted": ready.fit is not None,
        "notes": [] if ready.fit is None else [asdict(note) for note in ready.fit.notes],
        "tornado": [asdict(one) for one in _swings(before, after, ready, differences, watch)],
    }
    waits = {
        name: {task.element_id: task.waiting for task in results.tasks}
        for name, results in (("as_is", was), ("to_be", will_be))
    }
    return told, waits


def _swings(
    before: Side,
    after: Side,
    ready: Prepared,
    differences: Sequence[Difference],
    watch: Watch,
) -> tuple[Swing, ...]:
    """What the verdict becomes when one assumption is less, or more: the widest swings."""
    [cycle] = [one for one in differences if one.measure == "cycle_mean"]
    was, will_be = (
        Simulated(side.parts.model, side.parts.process_id, scenario)
        for side, scenario in ((before, ready.as_is), (after, ready.to_be))
    )
    return change_swings(
        was,
        will_be,
        cycle.change.value,
        cases=CASES,
        progress=watch.part(SIMULATED, 1.0),
        check=watch.check,
    )


def _of(told: Told, whole: int) -> Callable[[int], None]:
    return lambda done: told(done / whole)


def _points(cycles: list[float]) -> list[float]:
    """Quantiles of sorted cycle times, evenly spaced: as many as a picture shows."""
    return [quantile(cycles, place / 100) for place in range(101)]


def _calibration(was: Results, ready: Prepared) -> dict[str, Any] | None:
    """The simulated as-is, as the report tells it, against all that was measured; None without enough measured cases.

    Where there was a fit, `held_out` tells how one on the first half of the cases meets the second: whether it carries
    over to cases it was not fitted on.
    """
    measured = measured_of(ready.cycles, ready.running)
    if measured is None or (ready.fit is None and measured.count < FEWEST):
        return None
    held_out = {} if ready.fit is None else {"held_out": gate_json(ready.fit.test)}
    return gate_json(calibrated(was, measured)) | held_out


def _cycles(cycles: Sequence[float], running: Sequence[float]) -> dict[str, float] | None:
    """What was measured, cases that still run counting as longer than that, as in the gate and the simulation."""
    if not cycles:
        return None
    ordered = spread(cycles, running)
    found = {name: quantile(ordered, share) for name, share in _MEASURED.items()}
    return found | {"cycle_mean": sum(ordered) / len(ordered), "count": len(cycles)}


def verdict(differences: tuple[Difference, ...]) -> dict[str, Any]:
    """What the cycle time does: `faster`, `slower` or `unclear`, with the change and its interval in seconds."""
    [cycle] = [one for one in differences if one.measure == "cycle_mean"]
    change = cycle.change
    word = "unclear" if not change.is_clear else "faster" if change.value < 0 else "slower"
    return {"word": word, "before": cycle.before.value, **_estimate(change)}


def _told(one: Difference) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "before": _estimate(one.before),
        "after": _estimate(one.after),
        "change": _estimate(one.change) | {"is_clear": one.change.is_clear},
        "share": one.share,
    }


def _estimate(one: Estimate) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _use(results: Results) -> Mapping[str, Any]:
    """How busy: by office where the scenario names offices; persons fitted on a log are told together, nameless."""
    working = [one for one in results.staff if one.busy]
    if all(one.office for one in working):
        return {one.office: one.utilisation for one in working}
    busy = [one.utilisation for one in working]
    return {"": sum(busy) / len(busy)} if busy else {}
