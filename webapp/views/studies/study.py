"""Studies: a procedure as it is beside as it is to be; findings accepted or dismissed."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from designer.asme import compare
from designer.drafts import drafts
from designer.findings import by_subject, different_changes
from designer.models import Study
from designer.studies import (
    Side,
    Sides,
    accept,
    begin_to_be,
    dismiss,
    measure_in,
    sides,
    studies,
    study_by_id,
    study_draft,
    study_version,
    take_up,
    undo_last,
)
from designer.studies.achieved import live_version
from designer.studies.measuring import log_of
from designer.studies.report import reports
from designer.studies.signing import signed_numbers
from designer.studies.steps import last_step, said_of_step
from engine.deployments import current_version, procedure_by_key
from engine.errors import Refusal
from engine.logs.importing import log_by_key, logs
from engine.models import Role
from engine.procedures import procedures
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.words.studies import MEASURES, SIDE_NAMES, change, done_words, measured, share

pages = Blueprint("studies", __name__, url_prefix="/studies")
NAVIGATION = Link("studies.index", lazy_gettext("Studies"), place=45)

STUDY = "/<int(max=9223372036854775807):study_id>"
MAY = (Role.ANALYST,)


@pages.get("")
@access(*MAY)
def index() -> ResponseReturnValue:
    """The studies there are, and what can be studied."""
    published = [one for one in procedures(session()) if one.current_version_id]
    return page(
        "studies/index.html",
        studies=studies(session()),
        procedures=published,
        drafts=drafts(session()),
    )


@pages.post("")
@access(*MAY)
def begin() -> ResponseReturnValue:
    """Study a published procedure, or a draft of how it is done on paper."""
    key, draft_id = request.form.get("procedure", ""), request.form.get("draft", type=int)
    if key:
        version = current_version(session(), procedure_by_key(session(), key))
        study = study_version(session(), version, by=signed_in(), at=now())
    else:
        study = study_draft(session(), draft_id or 0, by=signed_in(), at=now())
    return redirect(url_for("studies.show", study_id=study.id), 303)


@pages.get(STUDY)
@access(*MAY)
def show(study_id: int) -> ResponseReturnValue:
    """Both sides in figures, what was found, what was accepted."""
    return _show(study_by_id(session(), study_id))


@pages.post(STUDY + "/to-be")
@access(*MAY)
def to_be(study_id: int) -> ResponseReturnValue:
    """Begin how it is to be: a draft like how it is."""
    draft = begin_to_be(session(), study_id, by=signed_in(), at=now())
    return redirect(url_for("drafts.show", draft_id=draft.id), 303)


@pages.post(STUDY + "/accept")
@access(*MAY)
def accept_finding(study_id: int) -> ResponseReturnValue:
    """Carry out what a finding proposes."""
    try:
        told = accept(
            session(), study_id, request.form.get("finding", ""), by=signed_in(), at=now()
        )
    except Refusal as refusal:
        start_over()
        return _show(study_by_id(session(), study_id), refusal)
    flash(_("Done on the draft: %(finding)s", finding=done_words(told)))
    return redirect(url_for("studies.show", study_id=study_id, _anchor="findings"), 303)


@pages.post(STUDY + "/dismiss")
@access(*MAY)
def dismiss_finding(study_id: int) -> ResponseReturnValue:
    """Say why a finding does not matter here."""
    key, reason = request.form.get("finding", ""), request.form.get("reason", "")
    try:
        dismiss(session(), study_id, key, reason, by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        return _show(study_by_id(session(), study_id), refusal)
    return redirect(url_for("studies.show", study_id=study_id, _anchor="findings"), 303)


@pages.post(STUDY + "/take-up")
@access(*MAY)
def take_up_finding(study_id: int) -> ResponseReturnValue:
    """Take a dismissed finding up again."""
    take_up(session(), study_id, request.form.get("finding", ""), by=signed_in(), at=now())
    return redirect(url_for("studies.show", study_id=study_id, _anchor="findings"), 303)


@pages.post(STUDY + "/undo")
@access(*MAY)
def undo_step(study_id: int) -> ResponseReturnValue:
    """Take back what was done last, if nobody did anything meanwhile."""
    number = request.form.get("number", type=int) or 0
    show = url_for("studies.show", study_id=study_id)
    try:
        told = undo_last(session(), study_id, number, by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        flash(sentence(refusal), "warn")
        return redirect(show, 303)
    flash(_("Taken back: %(what)s", what=done_words(told)))
    back = request.form.get("back", "")
    return redirect(back if back.startswith(f"{show}/") else show, 303)


@pages.post(STUDY + "/measured-in")
@access(*MAY)
def measure(study_id: int) -> ResponseReturnValue:
    """Say in which imported log it is measured how it is."""
    key = request.form.get("log", "")
    try:
        log_id = log_by_key(session(), key).procedure_id if key else None
        zone = request.form.get("zone", "").strip()
        measure_in(session(), study_id, log_id, zone, by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        return _show(study_by_id(session(), study_id), refusal)
    return redirect(url_for("studies.show", study_id=study_id), 303)


def _show(study: Study, refusal: Refusal | None = None) -> ResponseReturnValue:
    both = sides(session(), study, by=signed_in())
    latest = both.to_be or both.as_is
    log = log_of(session(), study)
    left = [one for one in latest.findings if one.key not in both.said.dismissed]
    return page(
        "studies/show.html",
        status=200 if refusal is None else refusal.status,
        study=study,
        both=both,
        latest=latest,
        rows=figures(both),
        fee=latest.sheet.fee,
        currency=currency_of(both),
        findings=[(group, different_changes(group)) for group in by_subject(left)],
        dismissed=[one for one in latest.findings if one.key in both.said.dismissed],
        side_names=SIDE_NAMES,
        reports=reports(session(), study.id),
        signed=signed_numbers(session(), study.id),
        live=live_version(session(), study),
        drawn_on=study.as_is_draft_id,
        # where what only a person can mend is mended; of a published version, once there is a draft
        mended_on=study.as_is_draft_id if both.to_be is None else study.to_be_draft_id,
        log=None if log is None else log[0],
        zone=current_app.config["BABEL_DEFAULT_TIMEZONE"] if log is None else log[1].key,
        logs=[] if study.as_is_version_id is not None else [one for _log, one in logs(session())],
        refusal=None if refusal is None else sentence(refusal),
        **step_of(study.id),
    )


def step_of(study_id: int) -> dict[str, object]:
    """The step that can be taken back, and what it was in words."""
    step = last_step(session(), study_id)
    words = "" if step is None else done_words(said_of_step(step))
    return {"step": step, "step_words": words}


def currency_of(both: Sides) -> str:
    """The currency in which the sheet speaks of money."""
    fee = both.as_is.sheet.fee
    return "PEN" if fee is None else fee.currency


def foot(side: Side) -> list[tuple[str, str]]:
    """The foot of one table: measure and figure; what is nothing is left out."""
    told = [
        (str(MEASURES[one.measure]), measured(one.measure, one.after))
        for one in compare(side.totals, side.totals)
        if one.after
    ]
    parts = (
        (_("Share that adds value"), side.totals.value_added_share),
        (_("Share of waiting"), side.totals.wait_share),
    )
    return told + [(name, share(part)) for name, part in parts if part is not None]


def figures(both: Sides) -> list[tuple[str, str, str, str]]:
    """The foot of both tables: measure, as it is, as it is to be, the change; what is nothing is left out."""
    after = both.to_be or both.as_is
    told = []
    for one in compare(both.as_is.totals, after.totals):
        if not one.before and not one.after:
            continue
        changed = "" if not one.change else "+" if one.share is None else change(one.share)
        told.append(
            (
                str(MEASURES[one.measure]),
                measured(one.measure, one.before),
                measured(one.measure, one.after) if both.to_be is not None else "",
                changed,
            )
        )
    return told
