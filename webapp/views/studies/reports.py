"""The report of a study: issued, read, printed, signed, made public."""

import base64
from datetime import datetime

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from designer.models import Study, StudyReport, StudySignature
from designer.studies.report import (
    issue_achieved,
    issue_report,
    public_report,
    publish_report,
    report_of,
    stop_report,
)
from designer.studies.signing import (
    LONGEST_POST,
    lost_signature,
    may_sign,
    read_signature,
    reports_to_read,
    sign_report,
    signature_of,
)
from engine.casefile.signing import kept_signer, known_seals
from engine.directory import people_names
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.models import Role
from webapp.config import Settings
from webapp.i18n import _, chosen_language, sentence, speaking
from webapp.navigation import Link
from webapp.pages import page, wanted_block
from webapp.report_files import is_printed, pdf_of, signed_pdf_of
from webapp.report_press import language_of
from webapp.security.access import access, public
from webapp.security.sessions import current_person, signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studies.study import STUDY
from webapp.words.reports import headline, told_report

pages = Blueprint("study_reports", __name__)

NAVIGATION = Link("study_reports.index", lazy_gettext("Study reports"), place=46, is_alone=True)

REPORT = "/studies" + STUDY + "/reports/<int(max=99999):number>"


@pages.get("/studies/reports")
@access(Role.MANAGER)
def index() -> ResponseReturnValue:
    """The reports of all studies, for who signs them."""
    found = reports_to_read(session())
    told = [
        (report, made, headline(report.data))
        for report, made in found
        if report.data.get("state") == "done"
    ]
    ids = {one.issued_by_id for one, _made, _told in told if one.issued_by_id}
    ids |= {made.signed_by_id for _one, made, _told in told if made}
    return page("studies/reports.html", reports=told, names=people_names(session(), list(ids)))


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


@pages.post(REPORT + "/stop")
@access(Role.ANALYST)
def stop(study_id: int, number: int) -> ResponseReturnValue:
    """Stop the worker, which is making it."""
    stop_report(session(), study_id, number)
    return redirect(url_for("study_reports.show", study_id=study_id, number=number), 303)


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


@pages.post(REPORT + "/sign")
@access(Role.MANAGER)
def sign(study_id: int, number: int) -> ResponseReturnValue:
    """Sign it: who, in which post, over what."""
    report = report_of(session(), study_id, number)
    verdict = ""
    if report.data.get("state") == "done":
        with speaking(language_of(report)):
            verdict = headline(report.data)
    try:
        sign_report(
            session(),
            study_id,
            number,
            post=request.form.get("post", ""),
            verdict=verdict,
            is_read="is_read" in request.form,
            signer=kept_signer(_settings().var),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _page(report_of(session(), study_id, number), refusal=refusal)
    flash(_("The report is signed. What it says does not change any more."))
    return redirect(url_for("study_reports.show", study_id=study_id, number=number), 303)


@pages.get(REPORT + "/signature.json")
@access(Role.ANALYST, Role.MANAGER)
def signature(study_id: int, number: int) -> ResponseReturnValue:
    """The signature, to be checked without us."""
    return _signature(report_of(session(), study_id, number))


@pages.get("/reports/<code>/signature.json")
@public
def read_signature_of(code: str) -> ResponseReturnValue:
    """The signature of a public report, for anybody."""
    return _signature(public_report(session(), code))


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


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _pdf(report: StudyReport) -> ResponseReturnValue:
    """The signed pages, where it is signed; those that were signed, where they are asked for."""
    signed = signed_pdf_of(signature_of(session(), report))
    found = pdf_of(report) if signed is None or "unsigned" in request.args else signed
    if found is None:
        raise NotFound(what="file", name=report.number)
    store: FileStore = current_app.extensions["files"]
    return send_file(
        store.open(found.sha256),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=found.name,
    )


def _signature(report: StudyReport) -> ResponseReturnValue:
    made = signature_of(session(), report)
    if made is None:
        raise NotFound(what="file", name="signature.json")
    answer = jsonify(
        statement=made.statement.decode(),
        signature=base64.b64encode(made.signature).decode(),
        algorithm="Ed25519",
        public_key=url_for("case_file.key"),
    )
    answer.headers["Content-Disposition"] = "attachment; filename=signature.json"
    return answer


def _page(
    report: StudyReport, *, is_public: bool = False, refusal: Refusal | None = None
) -> ResponseReturnValue:
    by = people_names(session(), [report.issued_by_id] if report.issued_by_id else [])
    is_done = report.data.get("state") == "done"
    if wanted_block() and report.data.get("state") != "waiting":
        return Response(headers={"HX-Refresh": "true"})
    no_pdf = report.data.get("no_pdf")
    made = signature_of(session(), report)
    lost = lost_signature(report, made)
    person = current_person()
    study = session().get_one(Study, report.study_id)
    return page(
        "studies/report.html",
        refusal.status if refusal else 200,
        report=report,
        told=told_report(report.data, report.number) if is_done else None,
        # Reports issued before there were printed pages wait for none.
        is_waiting=report.data.get("state") == "waiting"
        or (is_done and "language" in report.data and not is_printed(report)),
        no_pdf=_(no_pdf["sentence"]) if no_pdf else "",
        author=by.get(report.issued_by_id or 0, ""),
        is_public=is_public,
        refusal=sentence(refusal) if refusal else "",
        signed=None if made is None else _read(made, report),
        is_signed_pdf=signed_pdf_of(made) is not None,
        lost=None if lost is None else {**lost, "at": datetime.fromisoformat(lost["at"])},
        signs=not is_public
        and made is None
        and lost is None
        and person is not None
        and is_printed(report)
        and may_sign(session(), study, report, person),
        most=LONGEST_POST,
    )


def _read(made: StudySignature, report: StudyReport) -> object:
    return read_signature(made, report, known_seals(_settings().var))
