"""Published procedures: the catalogue, each version as it runs, which office does what, change it as a draft."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from designer.decision_models import askables
from designer.drafts import draft_of_version
from designer.outline import gateways, lanes, tasks
from designer.picture import picture
from engine.deployments import (
    blueprint,
    current_version,
    lane_offices,
    match_lanes,
    procedure_by_key,
    set_home_office,
    version_numbered,
    version_with_everything,
)
from engine.directory import people_names
from engine.errors import NotFound, Refusal
from engine.halts.commands import present_halt, standing
from engine.models import Procedure, Role, Version
from engine.people import all_offices, office_named
from engine.procedures import (
    lanes_without_office,
    open_cases_by_version,
    procedures,
    versions_of,
)
from engine.routing.said import groups_named
from webapp.downloads import attachment, drawn
from webapp.draft_report import told_note
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("procedures", __name__, url_prefix="/procedures")
NAVIGATION = Link("procedures.index", lazy_gettext("Procedures"), place=30)

_READS = (Role.ANALYST, Role.MANAGER, Role.OPERATOR)
_KEEPS = (Role.ANALYST, Role.OPERATOR)
_VERSION = "/<key>/<int(max=99999):number>"


class OfficeUnknown(Refusal):
    """An office was chosen that is no longer there."""

    sentence = (
        "One of the offices chosen does not exist any more. Reload the page and choose again."
    )


@pages.get("")
@access(*_READS)
def index() -> ResponseReturnValue:
    """Every procedure with its version, open cases and whether it takes new ones."""
    found = procedures(session())
    versions = {one.id: versions_of(session(), one) for one in found}
    counts = open_cases_by_version(session())
    return page(
        "procedures/index.html",
        procedures=found,
        versions=versions,
        open_cases={
            one: sum(counts.get(version.id, 0) for version in published)
            for one, published in versions.items()
        },
        unmatched={one.id: _unmatched(one) for one in found},
    )


@pages.get("/<key>")
@access(*_READS)
def show(key: str) -> ResponseReturnValue:
    """The version that new cases take."""
    procedure = procedure_by_key(session(), key)
    return _version(procedure, current_version(session(), procedure))


@pages.get(_VERSION)
@access(*_READS)
def version(key: str, number: int) -> ResponseReturnValue:
    """Any version, as it was published."""
    procedure = procedure_by_key(session(), key)
    return _version(procedure, version_numbered(session(), procedure, number))


@pages.get(_VERSION + "/diagram.bpmn")
@access(*_READS)
def diagram(key: str, number: int) -> Response:
    """The drawing for the page; where it has no layout, the model with a generated one."""
    return drawn(picture(_whole(key, number)))


@pages.get(_VERSION + "/drawing")
@access(*_READS)
def drawing(key: str, number: int) -> Response:
    """The file, byte for byte as it was uploaded."""
    return attachment(_whole(key, number).drawing, f"{key}-{number}.bpmn")


@pages.get(_VERSION + "/model")
@access(*_READS)
def model(key: str, number: int) -> Response:
    """The diagram as it is run."""
    return attachment(_whole(key, number).model, f"{key}-{number}-model.bpmn")


@pages.post(_VERSION + "/change")
@access(Role.ANALYST)
def change(key: str, number: int) -> ResponseReturnValue:
    """A draft that starts as this version is."""
    found = version_numbered(session(), procedure_by_key(session(), key), number)
    draft = draft_of_version(session(), found, by=signed_in(), at=now())
    flash(
        _(
            "This is a draft of version %(number)s. Cases are not touched until you publish it.",
            number=number,
        )
    )
    return redirect(url_for("drafts.show", draft_id=draft.id), 303)


@pages.get("/<key>/lanes")
@access(*_KEEPS)
def lanes_page(key: str) -> ResponseReturnValue:
    """Which office does the tasks of which lane."""
    return _lanes(procedure_by_key(session(), key))


@pages.post("/<key>/lanes")
@access(*_KEEPS)
def match(key: str) -> ResponseReturnValue:
    """Match every lane with an office, existing or new, and say which one does the rest."""
    procedure = procedure_by_key(session(), key)
    names = _lane_names(procedure)
    try:
        chosen = {name: _chosen(f"lane.{place}") for place, name in enumerate(names)}
        home = _chosen("home")
    except OfficeUnknown as refusal:
        start_over()
        return _lanes(procedure_by_key(session(), key), refusal, 422)
    said = {name: office for name, office in chosen.items() if office is not None}
    others = {
        lane: office
        for lane, office in lane_offices(session(), procedure).items()
        if lane not in names  # lanes of older versions, whose cases are still open
    }
    match_lanes(session(), procedure, others | said, by=signed_in(), at=now())
    set_home_office(session(), procedure, home)
    flash(_("Saved. Open tasks that nobody has taken moved to their office."))
    return redirect(url_for("procedures.lanes_page", key=key), 303)


def _version(procedure: Procedure, shown: Version) -> ResponseReturnValue:
    compiled = blueprint(session(), shown.id).compiled
    process = compiled.model.process(compiled.process_id)
    whole = version_with_everything(session(), shown.id)
    versions = versions_of(session(), procedure)
    halt = present_halt(session(), procedure)
    return page(
        "procedures/show.html",
        procedure=procedure,
        halt=standing(session(), halt) if halt else None,
        version=shown,
        versions=versions,
        is_current=shown.id == procedure.current_version_id,
        authors=people_names(session(), [one.published_by_id for one in versions]),
        open_cases=open_cases_by_version(session()),
        tasks=tasks(compiled.model, process),
        gateways=gateways(process),
        lanes=lanes(process),
        offices=_office_of_lanes(procedure),
        home=_office_names().get(procedure.office_id or 0),
        forms=whole.forms,
        decisions=list(askables(whole.decisions)),
        told_note=told_note,
        unmatched=lanes_without_office(session(), procedure, lanes(process)),
    )


def _lanes(
    procedure: Procedure, refusal: Refusal | None = None, status: int = 200
) -> ResponseReturnValue:
    names = _lane_names(procedure)
    found = current_version(session(), procedure)
    counts = open_cases_by_version(session())
    return page(
        "procedures/lanes.html",
        status,
        procedure=procedure,
        version=found,
        lanes=names,
        groups=set(names) - _drawn_lanes(found),
        tasks=_tasks_of_lanes(found),
        matched=lane_offices(session(), procedure),
        unmatched=lanes_without_office(session(), procedure, names),
        offices=all_offices(session()),
        older=[
            (one, counts[one.id])
            for one in versions_of(session(), procedure)
            if one.id != found.id and counts.get(one.id)
        ],
        refusal=sentence(refusal) if refusal else None,
    )


def _lane_names(procedure: Procedure) -> list[str]:
    compiled = blueprint(session(), current_version(session(), procedure).id).compiled
    return lanes(compiled.model.process(compiled.process_id))


def _drawn_lanes(found: Version) -> set[str]:
    """Names of the lanes proper; the others are groups that tasks are given to."""
    return {lane.name for lane in blueprint(session(), found.id).lanes.values() if lane.name}


def _tasks_of_lanes(found: Version) -> dict[str, list[str]]:
    """Lane or group → what people do there, so that nobody has to know the drawing by heart."""
    plan = blueprint(session(), found.id)
    said: dict[str, list[str]] = {}
    for node in plan.nodes.values():
        if node.kind.value.endswith("ask"):
            for lane in groups_named(node) or plan.lane_names(node.lane)[:1]:
                said.setdefault(lane, []).append(node.name or node.id)
    return said


def _unmatched(procedure: Procedure) -> int:
    try:
        return len(lanes_without_office(session(), procedure, _lane_names(procedure)))
    except NotFound:
        return 0


def _chosen(field: str) -> int | None:
    """The office chosen in a field: a new name wins over the list; None for neither."""
    name = request.form.get(f"{field}.new", "").strip()[:200]
    if name:
        return office_named(session(), name, at=now()).id
    office = request.form.get(field, type=int)
    if office and office not in _office_names():
        raise OfficeUnknown()
    return office or None


def _office_names() -> dict[int, str]:
    return {office.id: office.name for office in all_offices(session())}


def _office_of_lanes(procedure: Procedure) -> dict[str, str]:
    names = _office_names()
    return {lane: names[id] for lane, id in lane_offices(session(), procedure).items()}


def _whole(key: str, number: int) -> Version:
    found = version_numbered(session(), procedure_by_key(session(), key), number)
    return version_with_everything(session(), found.id)
