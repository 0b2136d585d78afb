"""What the pages of scenarios show: all of a procedure or draft side by side, and one with its results."""

from collections.abc import Mapping

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from designer.drafts import drafts
from designer.models import Draft, SimulationRun, WhatIf
from designer.simulation.desk import TORNADO_CASES
from designer.simulation.editing import spoken
from designer.simulation.experiments import compared
from designer.simulation.hours import written
from designer.simulation.outcomes import Difference, Results
from designer.simulation.results_json import read_results
from designer.simulation.scenario_json import read_scenario
from designer.simulation.what_ifs import OPEN, RunStatus, last_run, process_of, runs_of, what_ifs
from engine.errors import NotFound, Refusal
from engine.logs.importing import logs
from engine.models import Procedure
from webapp.charts import what_if as charts
from webapp.i18n import page_language, sentence
from webapp.pages import page
from webapp.transactions import session
from webapp.words.sheets import term_words
from webapp.words.what_ifs import (
    Words,
    amount,
    figure,
    gap_sentence,
    hours_words,
    interval,
    is_told,
    measures,
    reach,
    who,
)

MOST_SKILLED = 8  # kinds of staff among whom it is chosen who does a task


def side_by_side(
    found: list[WhatIf], procedure: Procedure | None = None, draft: Draft | None = None
) -> ResponseReturnValue:
    """The scenarios of a procedure or draft beside each other, with what changes against the one as it is."""
    runs = runs_of(session(), found)
    results = {name: read_results(run.results) for name, run in runs.items()}
    base = next((one for one in found if one.is_as_is and one.id in results), None)
    changes = {
        one.id: _changes(results[base.id], results[one.id])
        for one in found
        if base is not None and one.id in results and one.id != base.id
    }
    return page(
        "what_ifs/index.html",
        what_ifs=found,
        runs=runs,
        results=results,
        changes=changes,
        base=base,
        gate=runs[base.id].results.get("calibration") if base is not None else None,
        measures=[one for one in measures() if not results or _is_told(one.key, results)],
        currency={one.id: str(one.data.get("currency") or "") for one in found},
        amount=amount,
        interval=interval,
        is_told=is_told,
        reach=reach,
        overlay=charts.overlay([(one.name, results[one.id]) for one in found if one.id in results]),
        procedure=procedure,
        draft=draft,
    )


def _is_told(key: str, results: Mapping[int, Results]) -> bool:
    """Whether any of the scenarios says something of a measure."""
    told = [found for one in results.values() if (found := one.measures.get(key)) is not None]
    return any(is_told(key, found) for found in told)


def scenario_page(what_if: WhatIf, refusal: Refusal | None = None) -> Response:
    """One scenario: what it says, its run, what changed; with why it was refused and what was typed, where it was."""
    scenario, process = read_scenario(what_if.data), process_of(what_if)
    last = last_run(session(), what_if.id)
    done = last_run(session(), what_if.id, RunStatus.DONE)
    results = read_results(done.results) if done is not None else None
    words = Words(process, scenario)
    base = _base(what_if)
    return page(
        "what_ifs/show.html",
        200 if refusal is None else refusal.status,
        what_if=what_if,
        scenario=scenario,
        words=words,
        term_words=term_words,
        said={name: figure(value) for name, value in spoken(scenario).items()},
        drafts=[one for one in drafts(session()) if one.is_runnable],
        typed=request.form if refusal is not None else {},
        refusal=refusal,
        told_refusal=sentence(refusal) if refusal is not None else "",
        gaps=[
            gap_sentence(one)
            for one in getattr(refusal, "gaps", ()) or getattr(refusal, "faults", ())
        ],
        last=last,
        is_running=last is not None and last.status in OPEN,
        run=done,
        results=results,
        is_stale=done is not None and what_if.changed_at > (done.ended_at or done.asked_at),
        gate=_gate(done, base),
        changes=_against(base, results),
        back=address_of_all(what_if),
        heat=charts.heat(results) if results is not None else {},
        measures=measures(),
        amount=amount,
        interval=interval,
        reach=reach,
        is_told=is_told,
        waits=charts.waits(results, words.names) if results is not None else None,
        who=who,
        hours_words=hours_words,
        tornado_cases=min(TORNADO_CASES, done.settings["cases"]) if done is not None else 0,
        tornado=charts.tornado((done.results if done else {}).get("tornado", ())),
        replay=_replay(results),
        most_skilled=MOST_SKILLED,
        hours={key: written(one, page_language()) for key, one in scenario.calendars.items()},
        procedure=_procedure(what_if),
        zone=(what_if.origin or {}).get("zone") or current_app.config["BABEL_DEFAULT_TIMEZONE"],
        logs=[one for _log, one in logs(session())] if what_if.is_as_is else [],
    )


def _base(what_if: WhatIf) -> SimulationRun | None:
    """The finished run of the as-is beside this scenario."""
    if what_if.is_as_is:
        return None
    procedure = _procedure(what_if)
    beside = what_ifs(session(), procedure=procedure, draft_id=what_if.draft_id)
    first = next((one for one in beside if one.is_as_is), None)
    return last_run(session(), first.id, RunStatus.DONE) if first is not None else None


def _procedure(what_if: WhatIf) -> Procedure | None:
    found = what_if.procedure_id
    return session().get(Procedure, found) if found is not None else None


def _gate(done: SimulationRun | None, base: SimulationRun | None) -> Mapping[str, object] | None:
    source = base if base is not None else done
    return source.results.get("calibration") if source is not None else None


def _against(base: SimulationRun | None, results: Results | None) -> tuple[Difference, ...] | None:
    if base is None or results is None:
        return None
    return _changes(read_results(base.results), results)


def _changes(before: Results, after: Results) -> tuple[Difference, ...] | None:
    """Differences, where both were simulated on the same luck."""
    if before.seeds != after.seeds or before.cases != after.cases:
        return None
    return compared(before, after)


def address_of_all(what_if: WhatIf) -> str:
    """Where all scenarios of its procedure or draft are."""
    procedure = _procedure(what_if)
    if procedure is not None:
        return url_for("what_ifs.of_procedure", key=procedure.key)
    if what_if.draft_id is None:
        raise NotFound(what="draft", name="")
    return url_for("what_ifs.of_draft", draft_id=what_if.draft_id)


def _replay(results: Results | None) -> list[list[object]]:
    if results is None:
        return []
    return [
        [
            step.case,
            step.element_id.removesuffix(" delay"),
            step.ready_at,
            step.started_at,
            step.ended_at,
        ]
        for step in results.steps
        if not step.element_id.endswith(" delay")
    ]
