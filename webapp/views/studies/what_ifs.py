"""What if: scenarios of a procedure or draft side by side, changed in words, simulated by the worker, compared."""

from dataclasses import replace

import orjson
from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.drafts import draft_by_id
from designer.simulation.editing import NobodyDoesIt, with_hours, with_skills, with_spoken
from designer.simulation.hours import NoHours
from designer.simulation.lived import zone_named
from designer.simulation.refusals import CannotSimulate, ScenarioUnreadable
from designer.simulation.scenario import Rule
from designer.simulation.scenario_file import read_file
from designer.simulation.scenario_json import read_scenario
from designer.simulation.what_ifs import (
    begin_draft,
    begin_procedure,
    change_what_if,
    copy_what_if,
    discard_what_if,
    start_run,
    stop_run,
    what_if_by_id,
    what_ifs,
)
from engine.deployments import procedure_by_key
from engine.errors import Refusal
from engine.logs.importing import log_by_key
from engine.models import Role
from engine.numerals import NotReadable, TwoReadings
from webapp.downloads import drawn
from webapp.i18n import _
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT
from webapp.what_if_pages import address_of_all, scenario_page, side_by_side
from webapp.words.numbers import own, typed

pages = Blueprint("what_ifs", __name__)

_ONE = "/what-ifs/<int(max=9223372036854775807):what_if_id>"
_MAY = (Role.ANALYST,)
MOST_CASES, MOST_REPLICATIONS = 20_000, 100
MOST_BYTES = 4_000_000


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
    return side_by_side(what_ifs(session(), procedure=procedure), procedure=procedure)


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
    return side_by_side(what_ifs(session(), draft_id=draft.id), draft=draft)


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
    return scenario_page(what_if_by_id(session(), what_if_id))


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
        return scenario_page(what_if_by_id(session(), what_if_id), refusal)
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
        return scenario_page(what_if_by_id(session(), what_if_id), refusal)
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
    place = address_of_all(what_if_by_id(session(), what_if_id))
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
        return scenario_page(what_if_by_id(session(), what_if_id), refusal)
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
