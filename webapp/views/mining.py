"""How a procedure really runs: the diagram found in its cases or its log, and where these leave a diagram."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.discovery.conformance import compare
from designer.discovery.drawing import Words, draw
from designer.discovery.inductive import covering, discover
from designer.drafts import save_draft
from engine.bpmn import read
from engine.deployments import current_version, procedure_by_key, version_with_everything
from engine.errors import Refusal
from engine.logs.ways import ways
from engine.metrics.question import Question
from engine.models import Procedure, Role
from engine.procedures import procedures
from webapp.access import access
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.sessions import signed_in
from webapp.transactions import current_zone, now, session
from webapp.views.metrics import MAY_WATCH

pages = Blueprint("mining", __name__, url_prefix="/metrics")

MOST_ACTIVITIES = 80  # in one drawing; more is nothing to read


@pages.get("/<key>/discovered")
@access(*MAY_WATCH)
def discovered(key: str) -> ResponseReturnValue:
    """The diagram of the most frequent ways, as many as the slider says."""
    procedure = procedure_by_key(session(), key)
    every = _ways(procedure)
    kept = covering(every, _coverage() / 100) if every else {}
    return page(
        "mining/discovered.html",
        procedure=procedure,
        coverage=_coverage(),
        cases=sum(every.values()),
        ways=len(every),
        kept_cases=sum(kept.values()),
        kept_ways=len(kept),
        is_too_large=_activities(kept) > MOST_ACTIVITIES,
        most=MOST_ACTIVITIES,
    )


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
    wanted = request.args.get("with") or (key if procedure in drawn else "")
    context: dict[str, Any] = {"procedure": procedure, "drawn": drawn, "wanted": wanted}
    if wanted:
        try:
            context |= _comparison(procedure, procedure_by_key(session(), wanted))
        except Refusal as refusal:
            context["refusal"] = sentence(refusal)
    return page("mining/compared.html", **context)


def _comparison(procedure: Procedure, other: Procedure) -> dict[str, Any]:
    version = current_version(session(), other)
    whole = version_with_everything(session(), version.id)
    model = read(whole.model)
    process = next(one for one in model.processes if one.id == version.process_id)
    found = compare(_ways(procedure), process)
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
        "version": version,
        "other": other,
        "names": names,
        "marks": dict.fromkeys(words, "heat3"),
        "words": words,
        "skipped": sorted(found.skipped.items(), key=lambda one: -one[1]),
    }


def _drawn(procedure: Procedure) -> bytes:
    words = Words(
        begin=_("Start"),
        end=_("End"),
        which=_("What comes next?"),
        again=_("Again?"),
        skip=_("Skip"),
        back=_("Again"),
        go_on=_("Go on"),
    )
    kept = covering(_ways(procedure), _coverage() / 100)
    return draw(discover(kept), procedure.name, words)


def _ways(procedure: Procedure) -> dict[tuple[str, ...], int]:
    return ways(session(), Question(signed_in(), procedure.id, zone=current_zone()))


def _activities(kept: dict[tuple[str, ...], int]) -> int:
    return len({name for way in kept for name in way})


def _coverage() -> int:
    try:
        return min(100, max(1, int(request.values.get("coverage", 80))))
    except ValueError:
        return 80
