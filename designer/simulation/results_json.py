"""Results as JSON and back: what `expedito simulate --json` prints and what is kept of a run."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from designer.simulation.outcomes import Estimate, Results, StaffOutcome, Step, TaskOutcome


def told(results: Results) -> dict[str, Any]:
    """Measures with their intervals, tasks, staff, what is worth a warning, and the seeds. Durations in seconds."""
    return {
        "scenario": results.scenario,
        "cases": results.cases,
        "replications": len(results.seeds),
        "seeds": list(results.seeds),
        "measures": {name: asdict(one) for name, one in results.measures.items()},
        "samples": {name: list(values) for name, values in results.samples.items()},
        "tasks": [asdict(one) for one in results.tasks],
        "staff": [asdict(one) for one in results.staff],
        "bottleneck": results.bottleneck,
        "overloaded": results.is_overloaded,
        "unfinished": results.unfinished,
        "assumed": list(results.assumed),
        "durations": list(results.durations),
        "visits": dict(results.visits),
        "steps": [asdict(one) for one in results.steps],
    }


def read_results(raw: Mapping[str, Any]) -> Results:
    """What `told` wrote, without the single replications."""
    return Results(
        scenario=raw["scenario"],
        outcomes=(),
        measures={name: Estimate(**one) for name, one in raw["measures"].items()},
        tasks=tuple(TaskOutcome(**one) for one in raw["tasks"]),
        staff=tuple(StaffOutcome(**one) for one in raw["staff"]),
        bottleneck=raw["bottleneck"],
        is_overloaded=raw["overloaded"],
        assumed=tuple(raw["assumed"]),
        durations=tuple(raw["durations"]),
        visits=raw["visits"],
        steps=tuple(Step(**one) for one in raw["steps"]),
        cases=raw["cases"],
        unfinished=raw["unfinished"],
        samples={name: tuple(values) for name, values in raw["samples"].items()},
        seeds=tuple(raw["seeds"]),
    )
