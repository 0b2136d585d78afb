"""How a procedure really runs: the diagram found in its cases or its log, and where these leave a diagram."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.discovery.asking import Asked, Conformance, Discovery, comparison_of
from designer.discovery.conformance import Comparison
from designer.discovery.drawing import Words
from designer.discovery.inductive import covering
from designer.discovery.runs import RunStatus, answered_at_once, ask, run_of, stop
from designer.drafts import save_draft
from designer.models import MiningRun
from engine.bpmn import read
from engine.deployments import current_version, procedure_by_key, version_with_everything
from engine.errors import Conflict, Refusal, filled
from engine.logs.ways import ways
from engine.metrics.question import Question
from engine.models import Procedure, Role, Version
from engine.procedures import procedures
from webapp.i18n import _, sentence
from webapp.pages import page, wanted_block
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, now, session
from webapp.views.figures.metrics import MAY_WATCH

pages = Blueprint("mining", __name__, url_prefix="/metrics")

MOST_ACTIVITIES = 80  # in one drawing; more is nothing to read


class NotYet(Conflict):
    """A diagram that takes its time."""

    sentence: ClassVar[str] = (
        "The diagram of “{name}” is not worked out yet. Open “How it really runs” and wait until it is there."
    )


@pages.get("/<key>/discovered")
@access(*MAY_WATCH)
def discovered(key: str) -> ResponseReturnValue:
    """The diagram of the most frequent ways, as many as the slider says."""
    procedure = procedure_by_key(session(), key)
    every = _ways(procedure)
    kept = covering(every, _coverage() / 100) if every else {}
    is_too_large = _activities(kept) > MOST_ACTIVITIES
    mined = None if is_too_large or not every else _mined(_discovery(procedure), every)
    if mined is not None and _is_over(mined):
        return _anew()
    return page(
        "mining/discovered.html",
        procedure=procedure,
        coverage=_coverage(),
        rare=_rare(),
        cases=sum(every.values()),
        ways=len(every),
        kept_cases=sum(kept.values()),
        kept_ways=len(kept),
        is_too_large=is_too_large,
        most=MOST_ACTIVITIES,
        mined=mined,
    )


@pages.post("/<key>/discovered/worked-out")
@access(*MAY_WATCH)
def discover_later(key: str) -> ResponseReturnValue:
    """Leave the diagram to the worker."""
    procedure = procedure_by_key(session(), key)
    asked = _discovery(procedure)
    ask(session(), procedure.id, asked, _ways(procedure), by=signed_in(), at=now())
    return redirect(url_for(".discovered", key=key, coverage=_coverage(), rare=_rare()), 303)


@pages.get("/<key>/discovered.bpmn")
@access(*MAY_WATCH)
def drawing(key: str) -> ResponseReturnValue:
    """The same as a BPMN file."""
    answer = Response(_drawn(procedure_by_key(session(), key)), mimetype="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}.bpmn"'
    return answer


@pages.post("/<key>/discovered")
@access(Role.ANALYST)
def open_as_draft(key: str) -> ResponseReturnValue:
    """Go on with what was found as a draft."""
    drawn = _drawn(procedure_by_key(session(), key))
    draft = save_draft(session(), f"{key}.bpmn", drawn, by=signed_in(), at=now())
    return redirect(url_for("drafts.show", draft_id=draft.id), 303)


@pages.get("/<key>/compared")
@access(*MAY_WATCH)
def compared(key: str) -> ResponseReturnValue:
    """Where the cases leave the diagram of a procedure, counted per place."""
    procedure = procedure_by_key(session(), key)
    drawn = [one for one in procedures(session()) if one.current_version_id is not None]
    wanted = request.values.get("with") or (key if procedure in drawn else "")
    context: dict[str, Any] = {"procedure": procedure, "drawn": drawn, "wanted": wanted}
    if wanted:
        other = procedure_by_key(session(), wanted)
        version, model, process_id = _diagram(other)
        mined = _mined(Conformance(model, process_id), _ways(procedure))
        if _is_over(mined):
            return _anew()
        context |= {"mined": mined, "version": version, "other": other}
        if mined.answer is not None:
            context |= _deviations(comparison_of(mined.answer), model, process_id)
    return page("mining/compared.html", **context)


@pages.post("/<key>/compared")
@access(*MAY_WATCH)
def compare_later(key: str) -> ResponseReturnValue:
    """Leave the comparison to the worker."""
    procedure = procedure_by_key(session(), key)
    wanted = request.values.get("with", "")
    _, model, process_id = _diagram(procedure_by_key(session(), wanted))
    asked = Conformance(model, process_id)
    ask(session(), procedure.id, asked, _ways(procedure), by=signed_in(), at=now())
    told: dict[str, Any] = {"with": wanted}
    return redirect(url_for(".compared", key=key, **told), 303)


@pages.post("/<key>/mining/<int:run_id>/stop")
@access(*MAY_WATCH)
def give_up(key: str, run_id: int) -> ResponseReturnValue:
    """Have the worker leave what somebody asked for; the page says again what it would take."""
    procedure = procedure_by_key(session(), key)
    if stop(session(), run_id, by=signed_in()):
        flash(_("Stopped. Nothing of it was kept."))
    asked: dict[str, Any] = {"coverage": _coverage(), "rare": _rare()}
    if wanted := request.form.get("with"):
        asked = {"with": wanted}
    page_of = ".compared" if wanted else ".discovered"
    return redirect(url_for(page_of, key=procedure.key, **asked), 303)


@dataclass(frozen=True, slots=True)
class Mined:
    """An answer, or why there is none yet: `run` is what the worker has of it (None: it was not asked)."""

    answer: dict[str, Any] | None = None
    run: MiningRun | None = None
    refusal: str = ""


def _is_over(mined: Mined) -> bool:
    """Whether somebody's page has waited for this and may stop."""
    return wanted_block() == "waiting" and (
        mined.run is None or mined.answer is not None or bool(mined.refusal)
    )


def _anew() -> Response:
    """The page that waited is loaded as a whole: it has a diagram now."""
    return Response(headers={"HX-Refresh": "true"})


def _mined(asked: Asked, log: dict[tuple[str, ...], int]) -> Mined:
    """What the worker found already, else what can be found at once."""
    run = run_of(session(), asked, log)
    if run is not None and run.status == RunStatus.DONE:
        return Mined(run.results, run)
    if run is not None and run.refusal is not None:
        message, values = run.refusal
        return Mined(None, run, filled(_(message), values))
    if run is not None:
        return Mined(None, run)
    try:
        return Mined(answered_at_once(asked, log))
    except Refusal as refusal:
        return Mined(refusal=sentence(refusal))


def _diagram(other: Procedure) -> tuple[Version, str, str]:
    """The current version of a procedure, its model and which process of it is meant."""
    version = current_version(session(), other)
    whole = version_with_everything(session(), version.id)
    return version, whole.model.decode(), version.process_id


def _deviations(found: Comparison, model: str, process_id: str) -> dict[str, Any]:
    process = next(one for one in read(model.encode()).processes if one.id == process_id)
    names = {node.id: node.name or node.id for node in process.scope.nodes.values()}
    extra: dict[str, int] = {}
    for one in found.extras:
        if one.after is not None:
            extra[one.after] = extra.get(one.after, 0) + one.times
    words = {}
    for id in {*found.skipped, *extra}:
        parts = []
        if id in found.skipped:
            parts.append(_("skipped %(n)s×", n=found.skipped[id]))
        if id in extra:
            parts.append(_("+%(n)s after", n=extra[id]))
        words[id] = ", ".join(parts)
    return {
        "found": found,
        "names": names,
        "marks": dict.fromkeys(words, "heat3"),
        "words": words,
        "skipped": sorted(found.skipped.items(), key=lambda one: -one[1]),
    }


def _drawn(procedure: Procedure) -> bytes:
    mined = _mined(_discovery(procedure), _ways(procedure))
    if mined.answer is None:
        raise NotYet(name=procedure.name)
    return str(mined.answer["bpmn"]).encode()


def _discovery(procedure: Procedure) -> Discovery:
    words = Words(
        begin=_("Start"),
        end=_("End"),
        which=_("What comes next?"),
        again=_("Again?"),
        skip=_("Skip"),
        back=_("Again"),
        go_on=_("Go on"),
    )
    name = procedure.name
    if procedure.current_version_id is None:
        # a log, which takes no cases: what is found in it is published as a procedure of its own
        name = _("%(name)s as it runs", name=name)
    return Discovery(name, _coverage(), _rare(), words)


def _ways(procedure: Procedure) -> dict[tuple[str, ...], int]:
    return ways(session(), Question(signed_in(), procedure.id, zone=current_zone()))


def _activities(kept: dict[tuple[str, ...], int]) -> int:
    return len({name for way in kept for name in way})


def _coverage() -> int:
    return _percent("coverage", 80, least=1)


def _rare() -> int:
    return _percent("rare", 0, least=0)


def _percent(name: str, usual: int, *, least: int) -> int:
    try:
        return min(100, max(least, int(request.values.get(name, usual))))
    except ValueError:
        return usual
