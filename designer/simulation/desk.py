"""The worker's desk for simulations: fits where it is asked to, simulates, finds what matters most, keeps it all."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from designer.models import SimulationRun, WhatIf
from designer.simulation.calibration import Measured, calibrated, gate_json, measured_of
from designer.simulation.experiments import simulate
from designer.simulation.fitting.fit import FEWEST_CASES, Fit, fitted
from designer.simulation.fitting.work import Seen, so_far, traces
from designer.simulation.lived import with_law, work_of, work_of_log
from designer.simulation.refusals import Cancelled
from designer.simulation.results_json import told
from designer.simulation.scenario import Scenario
from designer.simulation.scenario_json import read_scenario
from designer.simulation.scenario_writing import written
from designer.simulation.tornado import swings
from designer.simulation.watch import Watch
from designer.simulation.what_ifs import OPEN, RunStatus, what_if_by_id
from engine.bpmn import read
from engine.bpmn.model import Model
from engine.database import Database
from engine.errors import Refusal
from engine.metrics.question import LIMA, Question
from engine.models import Job, Person

STEPS = 100  # in which progress is told
TRACED = 25  # cases of the replay
TORNADO_CASES = 300


class SimulationDesk:
    """Does jobs of JobKind.SIMULATION: `Worker(…, senders={JobKind.SIMULATION: SimulationDesk(…)})`.

    Done again after a crash it starts from the beginning and gives the same figures.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], zone: ZoneInfo = LIMA
    ) -> None:
        self.database = database
        self.clock = clock
        self.zone = zone  # of the offices, in which working hours are told

    def __call__(self, job: Job) -> None:
        """Carry out one run; what the scenario leaves open is told in the run, not raised."""
        run_id = int(job.payload["run"])
        prepared = self.database.write(lambda session: self._begin(session, run_id))
        if prepared is None:
            return
        try:
            results = _Running(self, run_id, *prepared).carry_out()
        except Cancelled:
            return
        except Refusal as refusal:
            message = refusal.message()[:2000]
            self._end(run_id, RunStatus.FAILED, {}, message)
            return
        self._end(run_id, RunStatus.DONE, results, "")

    def _begin(
        self, session: Session, run_id: int
    ) -> tuple[Model, str, Scenario, dict[str, Any], Seen] | None:
        run = session.get(SimulationRun, run_id)
        if run is None or run.status not in OPEN:
            return None
        what_if = what_if_by_id(session, run.what_if_id)
        run.status, run.done = RunStatus.RUNNING, 0
        is_wanted = run.settings["fit"] or what_if.is_as_is
        seen = Seen()
        if is_wanted:
            seen = _lived(session, what_if, run, self.zone, at=self.clock())
        scenario = read_scenario(what_if.data)
        return read(what_if.model), what_if.process_id, scenario, dict(run.settings), seen

    def progress(self, run_id: int, share: float) -> None:
        """Say how far it is."""
        self.database.write(
            lambda session: session.execute(
                update(SimulationRun)
                .where(SimulationRun.id == run_id)
                .values(done=int(STEPS * share), total=STEPS)
            )
        )

    def is_stopped(self, run_id: int) -> bool:
        """Whether somebody has stopped it, or thrown it away."""
        with self.database.reading() as session:
            status = session.scalar(select(SimulationRun.status).where(SimulationRun.id == run_id))
        return status not in OPEN

    def keep_fit(self, run_id: int, fit: Fit) -> None:
        """The scenario becomes what was fitted."""

        def write(session: Session) -> None:
            run = session.get_one(SimulationRun, run_id)
            what_if = session.get_one(WhatIf, run.what_if_id)
            what_if.data = written(fit.scenario) | {"name": what_if.name}
            what_if.origin = fit_json(fit) | {
                "fit_on": run.settings.get("fit_on"),
                "zone": run.settings.get("zone"),
            }
            what_if.changed_at = self.clock()

        self.database.write(write)

    def _end(self, run_id: int, status: RunStatus, results: dict[str, Any], message: str) -> None:
        def write(session: Session) -> None:
            run = session.get(SimulationRun, run_id)
            if run is not None and run.status in OPEN:
                run.status, run.results, run.message = status, results, message
                run.done, run.ended_at = run.total, self.clock()

        self.database.write(write)


class _Running:
    """One run."""

    def __init__(
        self,
        desk: SimulationDesk,
        run_id: int,
        model: Model,
        process_id: str,
        scenario: Scenario,
        settings: dict[str, Any],
        seen: Seen,
    ) -> None:
        self.desk = desk
        self.run_id = run_id
        self.model = model
        self.process_id = process_id
        self.scenario = scenario
        self.settings = settings
        self.seen = seen
        self.watch = Watch(
            lambda share: desk.progress(run_id, share), lambda: desk.is_stopped(run_id)
        )

    def carry_out(self) -> dict[str, Any]:
        """Everything that was asked for, as JSON."""
        # How long each part takes, roughly: a fit simulates as often as is asked for, a tornado some more.
        fits, swung = (0.4 if self.settings[one] else 0.0 for one in ("fit", "tornado"))
        if self.settings["fit"]:
            fit = fitted(
                self.model,
                self.process_id,
                self.seen.work,
                running=self.seen.running,
                check=self.watch.check,
                progress=self.watch.part(0.0, fits / (1 + swung)),
            )
            self.scenario = with_law(fit.scenario, self.scenario)
            self.desk.keep_fit(self.run_id, _with_scenario(fit, self.scenario))
        wanted, cases = int(self.settings["replications"]), int(self.settings["cases"])
        seed = int(self.settings["seed"])
        begun, ended = fits / (1 + swung), 1 - swung
        simulating = self.watch.part(begun, ended)
        results = simulate(
            self.model,
            self.process_id,
            self.scenario,
            cases=cases,
            replications=wanted,
            seed=seed,
            traced=TRACED,
            progress=lambda done: simulating(done / wanted),
            check=self.watch.check,
        )
        found = told(results)
        measured = _measured(self.seen)
        if measured is not None:
            gate = calibrated(results, measured)
            found["calibration"] = gate_json(gate)
        if self.settings["tornado"]:
            found["tornado"] = [
                asdict(one)
                for one in swings(
                    self.model,
                    self.process_id,
                    self.scenario,
                    cases=min(cases, TORNADO_CASES),
                    seed=seed,
                    progress=self.watch.part(ended, 1.0),
                    check=self.watch.check,
                )
            ]
        return found


def fit_json(fit: Fit) -> dict[str, Any]:
    """What a fit has to say, as JSON: all cases and both halves against what was measured, drift, notes."""
    return {
        "cases": fit.cases,
        "whole": gate_json(fit.whole),
        "training": gate_json(fit.training),
        "test": gate_json(fit.test),
        "drift": [asdict(one) for one in fit.drift],
        "notes": [{"sentence": one.sentence, "values": dict(one.values)} for one in fit.notes],
    }


def _with_scenario(fit: Fit, scenario: Scenario) -> Fit:
    return replace(fit, scenario=scenario)


def _measured(seen: Seen) -> Measured | None:
    found = traces(seen.work)
    if len(found) < FEWEST_CASES:
        return None
    return measured_of([trace.cycle for trace in found], so_far(found, seen.running))


def _lived(
    session: Session, what_if: WhatIf, run: SimulationRun, house: ZoneInfo, *, at: datetime
) -> Seen:
    person = session.get(Person, run.asked_by_id) if run.asked_by_id is not None else None
    if person is None:
        return Seen()
    origin = what_if.origin or {}
    log_id = run.settings.get("fit_on") or origin.get("fit_on")
    if log_id is not None:
        said = run.settings.get("zone") or origin.get("zone")
        zone = ZoneInfo(said) if said else house
        return work_of_log(session, int(log_id), person, zone)
    if what_if.procedure_id is None:
        return Seen()
    return work_of(session, Question(person, what_if.procedure_id, zone=house), at=at)
