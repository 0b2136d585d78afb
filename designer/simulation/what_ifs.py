"""Scenarios that an analyst keeps: the procedure as it is, what could be, and their runs by the worker."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from designer.drafts import NotYetRunnable, draft_by_id, examined_again
from designer.models import Draft, SimulationRun, WhatIf
from designer.picture import picture
from designer.simulation.building import build
from designer.simulation.proposed import proposed
from designer.simulation.scenario import Scenario
from designer.simulation.scenario_json import read_scenario
from designer.simulation.scenario_writing import written
from engine.bpmn import read
from engine.bpmn.model import Process
from engine.calendars import jurisdiction_calendar
from engine.deployments import current_version, version_with_everything
from engine.errors import Conflict, NotFound
from engine.ids import new_id
from engine.jobs import enqueue
from engine.models import JobKind, Person, Procedure
from engine.sheet import Sheet, read_sheet

YEARS = 3  # of holidays


class RunStatus(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (RunStatus.WAITING, RunStatus.RUNNING)


class StillRunning(Conflict):
    """The scenario is being simulated."""

    sentence = "“{name}” is being simulated. Wait until it is done, or stop it first."


def what_ifs(
    session: Session, *, procedure: Procedure | None = None, draft_id: int | None = None
) -> list[WhatIf]:
    """The scenarios of a procedure (and of drafts of it) or of a draft, the as-is first, then in order of making."""
    asked = select(WhatIf)
    if procedure is not None:
        asked = asked.where(WhatIf.procedure_id == procedure.id)
    else:
        asked = asked.where(WhatIf.draft_id == draft_id)
    return list(session.scalars(asked.order_by(WhatIf.is_as_is.desc(), WhatIf.id)))


def what_if_by_id(session: Session, what_if_id: int) -> WhatIf:
    """The scenario with its diagram; NotFound."""
    found = session.scalars(
        select(WhatIf)
        .where(WhatIf.id == what_if_id)
        .options(undefer(WhatIf.model), undefer(WhatIf.drawing))
    ).one_or_none()
    if found is None:
        raise NotFound(what="scenario", name=what_if_id)
    return found


def process_of(what_if: WhatIf) -> Process:
    """The diagram's process."""
    return read(what_if.model).process(what_if.process_id)


def begin_procedure(
    session: Session, procedure: Procedure, name: str, *, by: Person, at: datetime
) -> WhatIf:
    """The as-is of a procedure: its current version, everything assumed until a run fits it on what was lived."""
    version = version_with_everything(session, current_version(session, procedure).id)
    sheet = read_sheet(version.sheet or {})
    made = _new(session, name, version.model, version.process_id, sheet, by, at)
    made.procedure_id, made.is_as_is, made.drawing = procedure.id, True, picture(version)
    return _kept(session, made)


def begin_draft(session: Session, draft_id: int, name: str, *, by: Person, at: datetime) -> WhatIf:
    """The first scenario of a draft, everything assumed. Raises NotYetRunnable."""
    draft = draft_by_id(session, draft_id)
    model, process_id, drawing = _model_of(session, draft)
    made = _new(session, name, model, process_id, read_sheet(draft.sheet), by, at)
    made.draft_id, made.is_as_is, made.drawing = draft.id, True, drawing
    return _kept(session, made)


def copy_what_if(
    session: Session,
    what_if_id: int,
    name: str,
    *,
    draft_id: int | None = None,
    by: Person,
    at: datetime,
) -> WhatIf:
    """Another scenario with the same assumptions; on a draft's diagram where one is named, for what both share."""
    old = what_if_by_id(session, what_if_id)
    model, process_id, drawing = old.model, old.process_id, old.drawing
    scenario = read_scenario(old.data)
    if draft_id is not None:
        draft = draft_by_id(session, draft_id)
        model, process_id, drawing = _model_of(session, draft)
        process = read(model).process(process_id)
        scenario = merged(
            proposed(process, read_sheet(draft.sheet), on=at.date()), scenario, process
        )
    made = WhatIf(
        id=new_id(at),
        name=name[:300],
        procedure_id=old.procedure_id,
        draft_id=old.draft_id,
        is_as_is=False,
        drawing=drawing,
        model=model,
        process_id=process_id,
        data=written(scenario) | {"name": name[:300]},
        origin={},
        created_by_id=by.id,
        created_at=at,
        changed_at=at,
    )
    return _kept(session, made)


def merged(fresh: Scenario, known: Scenario, process: Process) -> Scenario:
    """What is known of the elements that the diagram has, and assumptions for those that are new in it."""
    ids = {node.id for _, node in process.scope.everything()}
    flows = {node.id: set(node.outgoing) for _, node in process.scope.everything()}

    def mine(table: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        return {**new, **{name: value for name, value in table.items() if name in ids}}

    gateways = {
        name: shares
        for name, shares in known.gateways.items()
        if name in ids and set(shares) == flows[name]
    }
    return replace(
        known,
        staff={**fresh.staff, **known.staff},
        calendars={**fresh.calendars, **known.calendars},
        tasks=mine(known.tasks, fresh.tasks),
        gateways={**fresh.gateways, **gateways},
        events=mine(known.events, fresh.events),
        instances=mine(known.instances, fresh.instances),
        again=mine(known.again, fresh.again),
        assumed=known.assumed | {one for one in fresh.assumed if _is_new(one, known)},
    )


def _is_new(assumption: str, known: Scenario) -> bool:
    kind, _, name = assumption.partition(".")
    table = getattr(known, kind, None)
    return isinstance(table, Mapping) and name.removesuffix(".duration") not in table


def change_what_if(
    session: Session, what_if_id: int, scenario: Scenario, name: str, *, at: datetime
) -> WhatIf:
    """Keep other assumptions. Raises CannotSimulate where they leave something open, StillRunning."""
    what_if = what_if_by_id(session, what_if_id)
    _check_idle(session, what_if)
    process = process_of(what_if)
    build(read(what_if.model), process, scenario, "0")
    what_if.name = name[:300] or what_if.name
    what_if.data = written(scenario) | {"name": what_if.name}
    what_if.changed_at = at
    session.flush()
    return what_if


def discard_what_if(session: Session, what_if_id: int) -> None:
    """Throw a scenario away with its runs."""
    what_if = what_if_by_id(session, what_if_id)
    _check_idle(session, what_if)
    for run in session.scalars(select(SimulationRun).where(SimulationRun.what_if_id == what_if.id)):
        session.delete(run)
    session.delete(what_if)
    session.flush()


# -- runs


def start_run(
    session: Session,
    what_if_id: int,
    *,
    cases: int,
    replications: int,
    seed: int,
    is_to_fit: bool = False,
    fit_on: int | None = None,
    zone: str | None = None,
    has_tornado: bool = False,
    by: Person,
    at: datetime,
) -> SimulationRun:
    """Leave a run to the worker. Raises StillRunning.

    `fit_on`: fitted on the imported log of this procedure, whose office lives in the time zone `zone`.
    """
    what_if = what_if_by_id(session, what_if_id)
    _check_idle(session, what_if)
    run = SimulationRun(
        id=new_id(at),
        what_if_id=what_if.id,
        status=RunStatus.WAITING,
        settings={
            "cases": cases,
            "replications": replications,
            "seed": seed,
            "fit": is_to_fit or fit_on is not None,
            "fit_on": fit_on,
            "zone": zone,
            "tornado": has_tornado,
        },
        total=100,
        results={},
        asked_by_id=by.id,
        asked_at=at,
    )
    session.add(run)
    session.flush()
    enqueue(session, JobKind.SIMULATION, f"simulation:{run.id}", {"run": run.id}, run_at=at, at=at)
    return run


def stop_run(session: Session, what_if_id: int, *, at: datetime) -> None:
    """Stop what is being simulated; the worker notices within moments."""
    run = last_run(session, what_if_id)
    if run is not None and run.status in OPEN:
        run.status, run.ended_at = RunStatus.CANCELLED, at
        session.flush()


def last_run(session: Session, what_if_id: int, *statuses: RunStatus) -> SimulationRun | None:
    """The latest run of a scenario, of these statuses if any are named, with its results."""
    asked = select(SimulationRun).where(SimulationRun.what_if_id == what_if_id)
    if statuses:
        asked = asked.where(SimulationRun.status.in_(statuses))
    asked = asked.order_by(SimulationRun.id.desc()).limit(1).options(undefer(SimulationRun.results))
    return session.scalars(asked).one_or_none()


def runs_of(session: Session, found: Sequence[WhatIf]) -> dict[int, SimulationRun]:
    """The latest finished run of each scenario."""
    runs = {one.id: last_run(session, one.id, RunStatus.DONE) for one in found}
    return {name: run for name, run in runs.items() if run is not None}


# -- making


def _model_of(session: Session, draft: Draft) -> tuple[bytes, str, bytes]:
    examined = examined_again(session, draft)
    if examined.model is None:
        problem = next((one["message"] for one in draft.report.get("findings", ())), "")
        raise NotYetRunnable(name=draft.name, problem=problem)
    process = examined.report.get("process") or read(examined.model).processes[0].id
    return examined.model, process, draft.drawing if draft.report["has_layout"] else examined.model


def _new(
    session: Session,
    name: str,
    model: bytes,
    process_id: str,
    sheet: Sheet,
    by: Person,
    at: datetime,
) -> WhatIf:
    monday = at.date() - timedelta(days=at.weekday())
    process = read(model).process(process_id)
    scenario = proposed(
        process, sheet, on=monday, holidays=holidays(session, sheet.jurisdiction, monday)
    )
    return WhatIf(
        id=new_id(at),
        name=name[:300],
        model=model,
        process_id=process_id,
        data=written(scenario) | {"name": name[:300]},
        origin={},
        created_by_id=by.id,
        created_at=at,
        changed_at=at,
    )


def holidays(session: Session, jurisdiction: str, since: date) -> list[date]:
    """Days of the week on which offices are closed there, for the years a simulation may last."""
    calendar = jurisdiction_calendar(session, jurisdiction)
    days = (since + timedelta(days=n) for n in range(366 * YEARS))
    return [day for day in days if day.weekday() < 5 and not calendar.is_business_day(day)]


def _kept(session: Session, made: WhatIf) -> WhatIf:
    session.add(made)
    session.flush()
    return made


def _check_idle(session: Session, what_if: WhatIf) -> None:
    if last_run(session, what_if.id, *OPEN) is not None:
        raise StillRunning(name=what_if.name)
