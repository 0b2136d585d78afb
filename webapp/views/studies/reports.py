"""The report of a study: issued, read, printed, made public."""

from flask import Blueprint, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from designer.models import StudyReport
from designer.studies.report import (
    issue_achieved,
    issue_report,
    public_report,
    publish_report,
    report_of,
)
from engine.directory import people_names
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.models import Role
from webapp.i18n import _, chosen_language, sentence
from webapp.pages import page
from webapp.report_files import is_printed, pdf_of
from webapp.security.access import access, public
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studies.study import STUDY
from webapp.words.reports import told_report

pages = Blueprint("study_reports", __name__)

REPORT = "/studies" + STUDY + "/reports/<int(max=99999):number>"


@pages.post("/studies" + STUDY + "/reports")
@access(Role.ANALYST)
def issue(study_id: int) -> ResponseReturnValue:
    """Leave a report to the worker and show it as soon as it is there; of what came of it, if that is asked for."""
    command = issue_achieved if request.form.get("kind") == "achieved" else issue_report
    try:
        report = command(session(), study_id, language=chosen_language(), by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        flash(sentence(refusal), "warn")
        return redirect(url_for("studies.show", study_id=study_id), 303)
    return redirect(url_for("study_reports.show", study_id=study_id, number=report.number), 303)


@pages.get(REPORT)
@access(Role.ANALYST, Role.MANAGER)
def show(study_id: int, number: int) -> ResponseReturnValue:
    """One report; while it is being made the page asks again by itself."""
    return _page(report_of(session(), study_id, number))


@pages.post(REPORT + "/public")
@access(Role.ANALYST)
def make_public(study_id: int, number: int) -> ResponseReturnValue:
    """Let anybody read it who has its address, or take that back."""
    is_public = request.form.get("is_public") == "yes"
    publish_report(session(), study_id, number, is_public, at=now())
    flash(
        _("Whoever has its address may read the report.")
        if is_public
        else _("The report is no longer public.")
    )
    return redirect(url_for("study_reports.show", study_id=study_id, number=number), 303)


@pages.get("/reports/<code>")
@public
def read(code: str) -> ResponseReturnValue:
    """A public report, for anybody."""
    return _page(public_report(session(), code), is_public=True)


@pages.get(REPORT + ".pdf")
@access(Role.ANALYST, Role.MANAGER)
def pdf(study_id: int, number: int) -> ResponseReturnValue:
    """The report to sign."""
    return _pdf(report_of(session(), study_id, number))


@pages.get("/reports/<code>.pdf")
@public
def read_pdf(code: str) -> ResponseReturnValue:
    """A public report to keep, for anybody."""
    return _pdf(public_report(session(), code))


def _pdf(report: StudyReport) -> ResponseReturnValue:
    found = pdf_of(report)
    if found is None:
        raise NotFound(what="file", name=report.number)
    store: FileStore = current_app.extensions["files"]
    return send_file(
        store.open(found.sha256),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=found.name,
    )


def _page(report: StudyReport, *, is_public: bool = False) -> ResponseReturnValue:
    by = people_names(session(), [report.issued_by_id] if report.issued_by_id else [])
    is_done = report.data.get("state") == "done"
    no_pdf = report.data.get("no_pdf")
    return page(
        "studies/report.html",
        report=report,
        told=told_report(report.data, report.number) if is_done else None,
        # Reports issued before there were printed pages wait for none.
        is_waiting=report.data.get("state") == "waiting"
        or (is_done and "language" in report.data and not is_printed(report)),
        no_pdf=_(no_pdf["sentence"]) if no_pdf else "",
        author=by.get(report.issued_by_id or 0, ""),
        is_public=is_public,
    )
