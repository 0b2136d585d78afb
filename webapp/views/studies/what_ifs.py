"""What if: scenarios of a procedure or draft side by side, changed in words, simulated by the worker, compared."""

from collections.abc import Mapping
from dataclasses import replace

import orjson
from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.drafts import draft_by_id, drafts
from designer.models import Draft, SimulationRun, WhatIf
from designer.simulation.desk import TORNADO_CASES
from designer.simulation.editing import (
    NobodyDoesIt,
    spoken,
    with_hours,
    with_skills,
    with_spoken,
)
from designer.simulation.experiments import compared
from designer.simulation.hours import NoHours, written
from designer.simulation.lived import zone_named
from designer.simulation.outcomes import Difference, Results
from designer.simulation.refusals import CannotSimulate, ScenarioUnreadable
from designer.simulation.results_json import read_results
from designer.simulation.scenario import Rule
from designer.simulation.scenario_file import read_file
from designer.simulation.scenario_json import read_scenario
from designer.simulation.what_ifs import (
    OPEN,
    RunStatus,
    begin_draft,
    begin_procedure,
    change_what_if,
    copy_what_if,
    discard_what_if,
    last_run,
    process_of,
    runs_of,
    start_run,
    stop_run,
    what_if_by_id,
    what_ifs,
)
from engine.deployments import procedure_by_key
from engine.errors import NotFound, Refusal
from engine.logs.importing import log_by_key, logs
from engine.models import Procedure, Role
from engine.numerals import NotReadable, TwoReadings
from webapp.charts import what_if as charts
from webapp.downloads import drawn
from webapp.i18n import _, page_language, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT
from webapp.words.numbers import own, typed
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

pages = Blueprint("what_ifs", __name__)

_ONE = "/what-ifs/<int(max=9223372036854775807):what_if_id>"
_MAY = (Role.ANALYST,)
MOST_CASES, MOST_REPLICATIONS = 20_000, 100
MOST_BYTES = 4_000_000
MOST_SKILLED = 8  # kinds of staff among whom it is chosen who does a task


class NotANumber(Refusal):
    """A field that must hold a number does not."""

    sentence = "“{shown}” is no number that can be used here. Write one such as 12 or {such}."


class FileWanted(Refusal):
    """A scenario was to be read, and no file came, or too large a one."""

    sentence = "Choose a scenario file of at most {megabytes} MB."


@pages.get("/procedures/<key>/what-ifs")
@access(*_MAY)
def of_procedure(key: str) -> ResponseReturnValue:
    """The procedure's scenarios side by side."""
    procedure = procedure_by_key(session(), key)
    return _index(what_ifs(session(), procedure=procedure), procedure=procedure)


@pages.post("/procedures/<key>/what-ifs")
@access(*_MAY)
def begin_of_procedure(key: str) -> ResponseReturnValue:
    """The procedure as it is: a first scenario."""
    procedure = procedure_by_key(session(), key)
    made = begin_procedure(session(), procedure, _("As it is"), by=signed_in(), at=now())
    return redirect(url_for("what_ifs.show", what_if_id=made.id), 303)


@pages.get("/drafts" + DRAFT + "/what-ifs")
@access(*_MAY)
def of_draft(draft_id: int) -> ResponseReturnValue:
    """The draft's scenarios side by side."""
    draft = draft_by_id(session(), draft_id)
    return _index(what_ifs(session(), draft_id=draft.id), draft=draft)


@pages.post("/drafts" + DRAFT + "/what-ifs")
@access(*_MAY)
def begin_of_draft(draft_id: int) -> ResponseReturnValue:
    """The draft as it is drawn: a first scenario."""
    made = begin_draft(session(), draft_id, _("As it is drawn"), by=signed_in(), at=now())
    return redirect(url_for("what_ifs.show", what_if_id=made.id), 303)


@pages.get(_ONE)
@access(*_MAY)
def show(what_if_id: int) -> ResponseReturnValue:
    """A scenario: what it assumes, and what came of simulating it."""
    return _show(what_if_by_id(session(), what_if_id))


@pages.get(_ONE + "/diagram.bpmn")
@access(*_MAY)
def diagram(what_if_id: int) -> Response:
    """The diagram that is simulated."""
    return drawn(what_if_by_id(session(), what_if_id).drawing)


@pages.get(_ONE + "/scenario.json")
@access(*_MAY)
def download(what_if_id: int) -> Response:
    """The scenario as a file that `expedito simulate` reads."""
    what_if = what_if_by_id(session(), what_if_id)
    response = Response(
        orjson.dumps(what_if.data, option=orjson.OPT_INDENT_2), mimetype="application/json"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="scenario.json"'
    return response


@pages.post(_ONE)
@access(*_MAY)
def change(what_if_id: int) -> ResponseReturnValue:
    """Keep other numbers."""
    what_if = what_if_by_id(session(), what_if_id)
    try:
        said = {name: _number(text) for name, text in request.form.items() if _is_number(name)}
        hours = {
            name.removeprefix("hours."): text
            for name, text in request.form.items()
            if name.startswith("hours.")
        }
        scenario = with_hours(with_spoken(read_scenario(what_if.data), said), hours)
        asked = request.form.getlist("skilled")
        scenario = with_skills(scenario, {one: request.form.getlist(f"by.{one}") for one in asked})
        if request.form.get("rule") in set(Rule):
            scenario = replace(scenario, rule=Rule(request.form["rule"]))
        change_what_if(session(), what_if_id, scenario, request.form.get("name", ""), at=now())
    except (NotANumber, TwoReadings, NoHours, NobodyDoesIt, CannotSimulate) as refusal:
        start_over()
        return _show(what_if_by_id(session(), what_if_id), refusal)
    flash(_("The scenario is kept. Simulate it to see what it changes."))
    return redirect(url_for("what_ifs.show", what_if_id=what_if_id), 303)


@pages.post(_ONE + "/scenario.json")
@access(*_MAY)
def upload(what_if_id: int) -> ResponseReturnValue:
    """Take the assumptions of a file in our format or Prosimos'."""
    try:
        file = request.files.get("file")
        data = file.read(MOST_BYTES + 1) if file is not None else b""
        if not data or len(data) > MOST_BYTES:
            raise FileWanted(megabytes=MOST_BYTES // 1_000_000)
        change_what_if(session(), what_if_id, read_file(data), "", at=now())
    except (FileWanted, ScenarioUnreadable, CannotSimulate) as refusal:
        start_over()
        return _show(what_if_by_id(session(), what_if_id), refusal)
    return redirect(url_for("what_ifs.show", what_if_id=what_if_id), 303)


@pages.post(_ONE + "/copy")
@access(*_MAY)
def copy(what_if_id: int) -> ResponseReturnValue:
    """Another scenario that begins with the same assumptions; on a draft's diagram if one is chosen."""
    name = request.form.get("name", "").strip() or _("What if…")
    made = copy_what_if(
        session(),
        what_if_id,
        name,
        draft_id=request.form.get("draft", type=int),
        by=signed_in(),
        at=now(),
    )
    return redirect(url_for("what_ifs.show", what_if_id=made.id), 303)


@pages.post(_ONE + "/discard")
@access(*_MAY)
def discard(what_if_id: int) -> ResponseReturnValue:
    """Throw it away."""
    place = _index_of(what_if_by_id(session(), what_if_id))
    discard_what_if(session(), what_if_id)
    return redirect(place, 303)


@pages.post(_ONE + "/runs")
@access(*_MAY)
def run(what_if_id: int) -> ResponseReturnValue:
    """Have the worker simulate it."""
    form = request.form
    fit_on, zone = _log_of(form.get("fit_on", "")), form.get("zone", "").strip()
    try:
        named = zone_named(zone).key if fit_on is not None and zone else None
    except Refusal as refusal:
        return _show(what_if_by_id(session(), what_if_id), refusal)
    start_run(
        session(),
        what_if_id,
        cases=_within(form.get("cases", ""), 1000, MOST_CASES),
        replications=max(2, _within(form.get("replications", ""), 30, MOST_REPLICATIONS)),
        seed=_within(form.get("seed", ""), 1, 1_000_000_000),
        is_to_fit="fit" in form,
        fit_on=fit_on,
        zone=named,
        has_tornado="tornado" in form,
        by=signed_in(),
        at=now(),
    )
    return redirect(url_for("what_ifs.show", what_if_id=what_if_id), 303)


@pages.post(_ONE + "/stop")
@access(*_MAY)
def stop(what_if_id: int) -> ResponseReturnValue:
    """Stop the worker."""
    stop_run(session(), what_if_id, at=now())
    return redirect(url_for("what_ifs.show", what_if_id=what_if_id), 303)


def _index(
    found: list[WhatIf], procedure: Procedure | None = None, draft: Draft | None = None
) -> ResponseReturnValue:
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


def _show(what_if: WhatIf, refusal: Refusal | None = None) -> Response:
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
        back=_index_of(what_if),
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


def _index_of(what_if: WhatIf) -> str:
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


def _log_of(key: str) -> int | None:
    """The procedure of an imported log; None where none was chosen. Raises NotFound."""
    return log_by_key(session(), key).procedure_id if key else None


def _is_number(name: str) -> bool:
    return name == "arrivals" or name.startswith(("staff.", "task.", "gateway.", "event."))


def _number(text: str) -> float:
    try:
        value = float(own().read(text))
    except NotReadable:
        raise NotANumber(shown=text[:40], such=typed(2.5)) from None
    if not 0 <= value <= 1e7:
        raise NotANumber(shown=text[:40], such=typed(2.5))
    return value


def _within(text: str, default: int, most: int) -> int:
    return max(1, min(int(text), most)) if text.strip().isdecimal() and len(text) < 12 else default
