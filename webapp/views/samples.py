"""Checks after approval: the half-year's sample, drawn with a seed that is shown, and the risk list."""

import csv
import io

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.errors import NotFound, Refusal
from engine.formulas import no_formula
from engine.models import ExpostSample, Procedure, Role
from engine.terms.samples import (
    checked_procedure,
    checked_procedures,
    draw_sample,
    list_risk,
    listed_risks,
    record_check,
    sample_of,
    sampled_cases,
    samples_of,
    unlist_risk,
)
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("samples", __name__, url_prefix="/checks")
NAVIGATION = Link("samples.index", lazy_gettext("Checks afterwards"), place=65)

_CHARGE = (Role.MANAGER, Role.OPERATOR)


@pages.get("")
@access(*_CHARGE)
def index() -> ResponseReturnValue:
    """Every sample drawn so far, what can be drawn, and the risk list."""
    return _index()


@pages.post("")
@access(*_CHARGE)
def draw() -> ResponseReturnValue:
    """Draw the sample of a half-year."""
    try:
        procedure = checked_procedure(session(), signed_in(), request.form.get("procedure", ""))
        made = draw_sample(
            session(),
            procedure,
            request.form.get("half_year", "").strip(),
            seed=request.form.get("seed"),
            by=signed_in(),
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        start_over()
        return _index(refusal)
    return redirect(url_for("samples.show", key=procedure.key, half_year=made.half_year), 303)


@pages.get("/<key>/<half_year>")
@access(*_CHARGE)
def show(key: str, half_year: str) -> ResponseReturnValue:
    """The cases of a sample, what was found, and how to draw it again."""
    procedure, sample = _sample(key, half_year)
    cases = sampled_cases(session(), sample)
    return page("samples/show.html", procedure=procedure, sample=sample, cases=cases)


@pages.get("/<key>/<half_year>.csv")
@access(*_CHARGE)
def download(key: str, half_year: str) -> ResponseReturnValue:
    """The same as a table."""
    _procedure, sample = _sample(key, half_year)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["number", "approved_on", "is_risk", "found", "note", "seed"])
    for one in sampled_cases(session(), sample):
        table.writerow(
            [
                one.number,
                one.approved_on,
                "yes" if one.is_risk else "no",
                one.found or "",
                no_formula(one.note or ""),
                sample.seed,
            ]
        )
    name = f"{key}-{half_year}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


@pages.post("/<key>/<half_year>/<int(max=9223372036854775807):case_id>")
@access(*_CHARGE)
def check(key: str, half_year: str, case_id: int) -> ResponseReturnValue:
    """What checking a case found."""
    _procedure, sample = _sample(key, half_year)
    is_true = request.form.get("found") == "true"
    note = request.form.get("note", "")
    record_check(session(), sample, case_id, is_true=is_true, note=note, by=signed_in(), at=now())
    flash(_("What was found is kept with the case."))
    return redirect(url_for("samples.show", key=key, half_year=half_year), 303)


@pages.post("/risks")
@access(*_CHARGE)
def add_risk() -> ResponseReturnValue:
    """Whoever has this document is always checked."""
    try:
        list_risk(
            session(),
            request.form.get("document", ""),
            request.form.get("reason", ""),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _index(refusal)
    flash(_("The risk list is longer by one."))
    return redirect(url_for("samples.index"), 303)


@pages.post("/risks/remove")
@access(*_CHARGE)
def remove_risk() -> ResponseReturnValue:
    """The document is no longer on the list."""
    unlist_risk(session(), request.form.get("document", "")[:40])
    flash(_("The risk list is shorter by one."))
    return redirect(url_for("samples.index"), 303)


def _sample(key: str, half_year: str) -> tuple[Procedure, ExpostSample]:
    procedure = checked_procedure(session(), signed_in(), key)
    sample = sample_of(session(), procedure, half_year)
    if sample is None:
        raise NotFound(what="sample", name=half_year[:20])
    return procedure, sample


def _index(refusal: Refusal | None = None) -> ResponseReturnValue:
    return page(
        "samples/index.html",
        refusal.status if refusal else 200,
        samples=samples_of(session(), signed_in()),
        procedures=checked_procedures(session(), signed_in()),
        risks=listed_risks(session()),
        typed=request.form,
        refusal=sentence(refusal) if refusal else None,
    )
