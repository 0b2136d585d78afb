"""How fast the simulator is, whether it meets queueing theory, and whether it agrees with Prosimos, as JSON lines.

Run: `python -m tests.bench.simulation [--all]`. CPU time of one core. The comparison with Prosimos runs its package in
the Python that `EXPEDITO_PROSIMOS` names (an environment of its own), in the same run and on the same scenarios;
without it, or without `--all`, it is skipped and says so. `EXPEDITO_PROSIMOS_FILES` names a folder of published
scenarios, each a diagram and a JSON file of one name, that are compared as well: that package's examples have no
licence, so they are not here.
"""

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, stdev

from designer.simulation.compiled import built
from designer.simulation.distributions import Distribution, Family, exponential, fixed
from designer.simulation.experiments import seeds, simulate, t_quantile
from designer.simulation.outcomes import Estimate
from designer.simulation.prosimos import read_prosimos
from designer.simulation.replication import replicate
from designer.simulation.scenario import Arrivals, Performance, Scenario, Staff, TaskPlan
from engine.bpmn import read, write
from engine.bpmn.model import Flow, Kind, Model, Node, Process, Scope
from tests.bench.simulation_scenarios import SCENARIOS

CASES = 2000
PUBLISHED_CASES = 1000  # of each published scenario
RUNS = 10
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
THEIRS = """
import json, sys, time
from prosimos.simulation_engine import run_simulation
bpmn, scenario, cases, folder, runs = sys.argv[1:]
for run in range(int(runs)):
    begun = time.process_time()
    run_simulation(bpmn, scenario, int(cases), None, f"{folder}/{run}.csv", "2026-01-05T09:00:00+00:00")
    print(json.dumps(time.process_time() - begun))
"""


def said(name: str, value: object, unit: str, **more: object) -> None:
    """Print one figure."""
    print(json.dumps({"name": name, "value": value, "unit": unit, **more}), flush=True)


def chain(count: int) -> Model:
    """Tasks t0, t1, … one after another."""
    names = ["start", *(f"t{number}" for number in range(count)), "end"]
    flows = {f"f{n}": Flow(f"f{n}", names[n], names[n + 1]) for n in range(count + 1)}
    kinds = {"start": Kind.START_EVENT, "end": Kind.END_EVENT}
    nodes = {
        name: Node(
            name,
            kinds.get(name, Kind.TASK),
            incoming=(f"f{place - 1}",) if place else (),
            outgoing=(f"f{place}",) if place <= count else (),
        )
        for place, name in enumerate(names)
    }
    return Model(processes=(Process("p", scope=Scope(nodes, flows)),))


def served(every: float, *stations: tuple[int, Distribution]) -> Scenario:
    """A station per task, each with clerks of its own."""
    return Scenario(
        arrivals=Arrivals(exponential(every)),
        staff={f"c{n}": Staff(f"c{n}", count=count) for n, (count, _) in enumerate(stations)},
        tasks={
            f"t{n}": TaskPlan(by=(Performance(f"c{n}", duration),))
            for n, (_, duration) in enumerate(stations)
        },
    )


def speed() -> None:
    """Task executions per CPU second, 30 replications of 1,000 cases, and memory by number of cases."""
    said("simulation_core_is_compiled", int(bool(built())), "bool")
    for name, make in SCENARIOS.items():
        model, raw = make()
        scenario = read_prosimos(raw)
        begun = time.process_time()
        results = simulate(model, "bench", scenario, cases=1000, replications=30)
        took = time.process_time() - begun
        executions = sum(outcome.executions for outcome in results.outcomes)
        said(f"simulation_{name}_executions_per_second", round(executions / took), "1/s")
        said(f"simulation_{name}_30_replications_1000_cases", round(took, 2), "s")
        said(f"simulation_{name}_cases_per_second", round(30_000 / took), "1/s")
    model, scenario = chain(8), served(600.0, *[(3, exponential(1300))] * 8)
    begun = time.process_time()
    outcome = replicate(model, model.process("p"), scenario, cases=20_000, seed=1)
    took = time.process_time() - begun
    said("simulation_executions_per_second", round(outcome.executions / took), "1/s")
    said("simulation_cases_per_second", round(20_000 / took), "1/s", tasks_per_case=8)
    peaks = []
    for cases in (10_000, 40_000):
        tracemalloc.start()
        replicate(model, model.process("p"), scenario, cases=cases, seed=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    said("simulation_memory_40000_vs_10000_cases_ratio", round(peaks[1] / peaks[0], 2), "ratio")


def theory() -> None:
    """Whether the 95 % interval of the simulated mean contains the closed form."""
    lognormal = Distribution(Family.LOGNORMAL, (70.0, 60.0))
    cases: list[tuple[str, str, float, tuple[tuple[int, Distribution], ...], float]] = [
        ("mm1", "cycle_mean", 100, ((1, exponential(70)),), 1 / (1 / 70 - 1 / 100)),
        ("mm2", "waiting_mean", 100 / 1.5, ((2, exponential(100)),), _erlang(2, 1.5) * 100 / 0.5),
        ("mm5", "waiting_mean", 100 / 4, ((5, exponential(100)),), _erlang(5, 4) * 100 / 1.0),
        ("md1", "waiting_mean", 100, ((1, fixed(70)),), 70**2 / (2 * 100 * 0.3)),
        ("mg1", "waiting_mean", 100, ((1, lognormal),), (70**2 + 60**2) / (2 * 100 * 0.3)),
        (
            "tandem",
            "cycle_mean",
            100,
            ((1, exponential(70)), (1, exponential(50))),
            1 / (1 / 70 - 1 / 100) + 1 / (1 / 50 - 1 / 100),
        ),
    ]
    for name, measure, every, stations, expected in cases:
        results = simulate(
            chain(len(stations)),
            "p",
            served(every, *stations),
            cases=8000,
            warm_up=2000,
            replications=15,
            seed=5,
        )
        found = results.measures[measure]
        said(
            f"simulation_{name}_meets_theory",
            int(found.contains(expected)),
            "bool",
            theory=round(expected, 2),
            simulated=round(found.value, 2),
            low=round(found.low, 2),
            high=round(found.high, 2),
        )


def _erlang(servers: int, load: float) -> float:
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


def published(python: str, folder: Path) -> None:
    """Mean cycle and waiting time and the busiest staff of both on scenarios of a folder, read unchanged."""
    for diagram in sorted(folder.glob("*.bpmn")):
        file = diagram.with_suffix(".json")
        if not file.exists():
            continue
        model, raw = read(diagram.read_bytes()), json.loads(file.read_text())
        scenario, process = read_prosimos(raw), model.processes[0]
        with tempfile.TemporaryDirectory() as place:
            arguments = [str(diagram), str(file), str(PUBLISHED_CASES), place, str(RUNS)]
            subprocess.run(
                [python, "-c", THEIRS, *arguments], capture_output=True, timeout=1200, check=True
            )
            theirs = [_of_file(Path(place) / f"{run}.csv") for run in range(RUNS)]
        ours = []
        for seed in seeds(3, RUNS):
            one = replicate(model, process, scenario, cases=PUBLISHED_CASES, seed=seed)
            ours.append(
                (one.cycle.mean or 0.0, one.waiting.mean or 0.0, one.executions / PUBLISHED_CASES)
            )
        for place_of, what in enumerate(("cycle", "waiting", "executions_per_case")):
            columns = [[run[place_of] for run in both] for both in (ours, theirs)]
            gap = _difference(*columns)
            said(
                f"published_{diagram.stem}_{what}_agrees_with_prosimos",
                int(gap.contains(0.0)),
                "bool",
                ours=round(fmean(columns[0]), 3),
                theirs=round(fmean(columns[1]), 3),
                difference_low=round(gap.low, 3),
                difference_high=round(gap.high, 3),
                runs=RUNS,
                cases=PUBLISHED_CASES,
            )


def _of_file(path: Path) -> tuple[float, float, float]:
    """Mean cycle and waiting seconds of a case, and its executions, out of a log of theirs."""
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    waiting, executions = 0.0, 0
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            executions += 1
            case = row["case_id"]
            enabled, started, ended = (
                datetime.fromisoformat(row[name])
                for name in ("enable_time", "start_time", "end_time")
            )
            first[case] = min(first.get(case, enabled), enabled)
            last[case] = max(last.get(case, ended), ended)
            waiting += (started - enabled).total_seconds()
    cycle = fmean((last[case] - first[case]).total_seconds() for case in first)
    return cycle, waiting / len(first), executions / len(first)


def prosimos(python: str) -> None:
    """Cycle time and CPU time of both on the same scenarios."""
    ratios = []
    for name, make in SCENARIOS.items():
        model, raw = make()
        with tempfile.TemporaryDirectory() as folder:
            theirs, their_time, executions = _theirs(python, model, raw, Path(folder))
        begun = time.process_time()
        outcomes = [
            replicate(model, model.process("bench"), read_prosimos(raw), cases=CASES, seed=seed)
            for seed in seeds(3, RUNS)
        ]
        our_time = time.process_time() - begun
        ours = [outcome.cycle.mean or 0.0 for outcome in outcomes]
        our_rate = sum(outcome.executions for outcome in outcomes) / our_time
        their_rate = executions / their_time
        ratios.append(our_rate / their_rate)
        gap = _difference(ours, theirs)
        said(
            f"simulation_{name}_agrees_with_prosimos",
            int(gap.contains(0.0)),
            "bool",
            ours_h=round(fmean(ours) / 3600, 3),
            theirs_h=round(fmean(theirs) / 3600, 3),
            difference_low_h=round(gap.low / 3600, 3),
            difference_high_h=round(gap.high / 3600, 3),
            runs=RUNS,
            cases=CASES,
            executions_per_case_ours=round(sum(o.executions for o in outcomes) / RUNS / CASES, 3),
            executions_per_case_theirs=round(executions / RUNS / CASES, 3),
        )
        said(f"prosimos_{name}_executions_per_second", round(their_rate), "1/s")
        said(f"simulation_{name}_vs_prosimos_ratio", round(our_rate / their_rate, 1), "ratio")
    said("simulation_vs_prosimos_ratio", round(min(ratios), 1), "ratio")


def _difference(ours: list[float], theirs: list[float]) -> Estimate:
    """Welch's interval of the difference of two means."""
    spread = stdev(ours) ** 2 / len(ours) + stdev(theirs) ** 2 / len(theirs)
    half = t_quantile(len(ours) + len(theirs) - 2) * math.sqrt(spread)
    gap = fmean(ours) - fmean(theirs)
    return Estimate(gap, gap - half, gap + half, len(ours))


def _theirs(python: str, model: Model, raw: object, folder: Path) -> tuple[list[float], float, int]:
    diagram, scenario = folder / "model.bpmn", folder / "scenario.json"
    diagram.write_bytes(write(model))
    scenario.write_text(json.dumps(raw))
    found = subprocess.run(
        [python, "-c", THEIRS, str(diagram), str(scenario), str(CASES), str(folder), str(RUNS)],
        capture_output=True,
        text=True,
        timeout=1200,
        check=True,
    )
    took = sum(float(line) for line in found.stdout.splitlines() if line[:1].isdigit())
    means, executions = [], 0
    for run in range(RUNS):
        first: dict[str, datetime] = {}
        last: dict[str, datetime] = {}
        with (folder / f"{run}.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                executions += 1
                case = row["case_id"]
                enabled, ended = (
                    datetime.fromisoformat(row[n]) for n in ("enable_time", "end_time")
                )
                first[case] = min(first.get(case, enabled), enabled)
                last[case] = max(last.get(case, ended), ended)
        means.append(fmean((last[case] - first[case]).total_seconds() for case in first))
    return means, took, executions


def main() -> None:
    """Print the figures."""
    speed()
    theory()
    python = os.environ.get("EXPEDITO_PROSIMOS", "")
    if "--all" not in sys.argv or not python:
        reason = "only with --all" if python else "EXPEDITO_PROSIMOS names no Python that has it"
        print(json.dumps({"name": "simulation_vs_prosimos_ratio", "skipped": reason}))
        return
    prosimos(python)
    folder = os.environ.get("EXPEDITO_PROSIMOS_FILES", "")
    if folder:
        published(python, Path(folder))


if __name__ == "__main__":
    main()
