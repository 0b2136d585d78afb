"""The case file: documents in sequence, what was written, related cases, signed copies, and who read it."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from engine import history
from engine.casefile.copy import Checked, check_copy
from engine.casefile.desk import ask_for_copy, copies_of, copy_path
from engine.casefile.readings import readings_of
from engine.casefile.related import (
    LinkedToItself,
    LinkReasonMissing,
    link_cases,
    related_cases,
    unlink_cases,
)
from engine.casefile.signing import Seal, kept_signer, known_seals
from engine.cases import case_by_number
from engine.errors import NotFound, Refusal
from engine.events import Happened
from engine.interventions.charge import NotAtHand, case_in_charge, is_in_charge
from engine.masking import masked_document, masked_name
from engine.models import Case, CaseExport, Role
from engine.outbox import send_mail
from engine.progress import lock
from engine.record.facts import Fact, record
from engine.visibility import knows_applicant
from engine.window.correspondence import NothingWritten, messages_of, write_message
from engine.window.holders import give_code, new_holder_code
from engine.window.inquiries import inquiries
from webapp.config import LARGEST_FORM, Settings
from webapp.errors import http_refusal
from webapp.i18n import _, sentence, speaking
from webapp.pages import page
from webapp.readings import is_read
from webapp.receipts import outside_url, receipt
from webapp.security.access import access, public
from webapp.security.pace import paced
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("case_file", __name__)
paced(pages, 120)

_READS = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR)
_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER)


@pages.get("/cases/<path:number>/file")
@access(*_READS)
def show(number: str) -> ResponseReturnValue:
    """The file of a case."""
    return _page(_case(number))


@pages.post("/cases/<path:number>/file/messages")
@access(*_WORKS)
def write(number: str) -> ResponseReturnValue:
    """Write to the applicant, who is told by mail that there is something to read."""
    case = _known_case(number)
    text = request.form.get("text", "")
    try:
        message = write_message(
            session(), case.id, text, is_from_applicant=False, by=signed_in(), at=now()
        )
    except NothingWritten as refusal:
        return _again(number, refusal)
    _tell_applicant(case, message.number)
    flash(_("The applicant can read your message now."))
    return _back(number)


def _tell_applicant(case: Case, message: int) -> None:
    """By mail, in the language they filed in, else the installation's: that of whoever writes is their own."""
    if not case.applicant_email:
        return
    with speaking(case.applicant_language):
        subject = _("Message about %(number)s", number=case.number)
        text = _(
            "The office wrote to you about %(number)s. Read it at %(url)s with your code and document number.",
            number=case.number,
            url=outside_url(url_for("following.ask")),
        )
    send_mail(
        session(),
        to=case.applicant_email,
        subject=subject,
        text=text,
        case_id=case.id,
        key=f"message:{case.id}:{message}",
        at=now(),
    )


@pages.post("/cases/<path:number>/file/links")
@access(*_WORKS)
def link(number: str) -> ResponseReturnValue:
    """Link the case with another that the person may see, or take a link back."""
    case = case_by_number(session(), signed_in(), number)
    try:
        if request.form.get("unlink"):
            other = case_by_number(session(), signed_in(), request.form["unlink"][:60])
            unlink_cases(session(), case, other, by=signed_in(), at=now())
            return _back(number)
        other = _typed_case(request.form.get("other", "").strip()[:60])
        reason = request.form.get("reason", "")
        link_cases(session(), case, other, reason, by=signed_in(), at=now())
    except (NotFound, LinkedToItself, LinkReasonMissing) as refusal:
        return _again(number, refusal)
    return _back(number)


@pages.post("/cases/<path:number>/file/copies")
@access(*_READS)
def ask_copy(number: str) -> ResponseReturnValue:
    """Have a signed copy made; whole only for who has to know the applicant."""
    case = case_by_number(session(), signed_in(), number)
    is_masked = not knows_applicant(session(), signed_in(), case) or "masked" in request.form
    ask_for_copy(session(), case.id, is_masked=is_masked, by=signed_in(), at=now())
    flash(_("The copy is being made. It is listed here in a moment."))
    return _back(number)


@pages.get("/cases/<path:number>/file/copies/<int:export_id>")
@access(*_READS)
def fetch_copy(number: str, export_id: int) -> Response:
    """A copy the person asked for."""
    case = case_by_number(session(), signed_in(), number)
    found = session().get(CaseExport, export_id)
    if found is None or found.case_id != case.id or found.asked_by_id != signed_in().id:
        raise NotFound(what="file", name=export_id)
    is_read(case, "copy")
    return send_copy(case, found)


@pages.post("/cases/<path:number>/file/code")
@access(*_WORKS)
def renew_code(number: str) -> ResponseReturnValue:
    """Another code for an applicant who shows their document at the window; the old one opens nothing any more.

    It is shown here and nowhere else, so this page is the answer itself.
    """
    case = _known_case(number)
    code = new_holder_code()
    held = lock(session(), case.id)
    give_code(session(), case.id, code, at=now())
    record(session(), held, [Fact(Happened.CODE_RENEWED)], by=signed_in(), at=now())
    return page("case_file/code.html", case=case, receipt=receipt(held, code))


@pages.get("/cases/<path:number>/file/readings")
@access(*_READS)
def readings(number: str) -> ResponseReturnValue:
    """Who read the case: for who is in charge of it."""
    case = case_in_charge(session(), signed_in(), number)
    return page("case_file/readings.html", case=case, readings=readings_of(session(), case.id))


@pages.get("/verify/file")
@public
def ask_check() -> ResponseReturnValue:
    """Where a copy of a case file is checked."""
    return _check_page()


@pages.get("/verify/key.pem")
@public
def key() -> Response:
    """The public key that copies are signed with, as OpenSSL reads it."""
    answer = Response(_seal().pem, mimetype="application/x-pem-file")
    answer.headers["Content-Disposition"] = "attachment; filename=public_key.pem"
    return answer


@pages.post("/verify/file")
@public
def check() -> ResponseReturnValue:
    """Whether a copy is as it was made here; it is read, not kept, and nothing of it is shown but its number."""
    sent = request.files.get("file")
    settings: Settings = current_app.extensions["settings"]
    found = check_copy(sent.stream, known_seals(settings.var)) if sent and sent.filename else None
    if found is None:
        error = _("Choose the ZIP file of a case file as it was downloaded.")
        return _check_page(422, error=error)
    return _check_page(checked=found)


def _too_large(error: Exception) -> ResponseReturnValue:
    if request.endpoint != "case_file.check":
        return http_refusal(error)
    start_over()
    said = _(
        "This copy is too large to be checked here. Ask the office to check it, or check it yourself."
    )
    return _check_page(413, error=said)


pages.register_error_handler(RequestEntityTooLarge, _too_large)


def _check_page(
    status: int = 200, *, checked: Checked | None = None, error: str | None = None
) -> ResponseReturnValue:
    most = LARGEST_FORM // (1024 * 1024)
    return page(
        "case_file/check.html", status, checked=checked, error=error, seal=_seal(), most=most
    )


def _seal() -> Seal:
    settings: Settings = current_app.extensions["settings"]
    return kept_signer(settings.var).seal


def send_copy(case: Case, export: CaseExport) -> Response:
    """The copy as an attachment, in pieces."""
    settings: Settings = current_app.extensions["settings"]
    return send_file(
        Path.resolve(copy_path(settings.exports, export)),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{case.number}{'-masked' if export.is_masked else ''}.zip".replace("/", "-"),
    )


def _case(number: str) -> Case:
    case = case_by_number(session(), signed_in(), number)
    is_read(case, "file")
    return case


def _typed_case(number: str) -> Case:
    """The case whose number somebody typed, in letters of either size."""
    try:
        return case_by_number(session(), signed_in(), number)
    except NotFound:
        if number == number.upper():
            raise
    return case_by_number(session(), signed_in(), number.upper())


def _known_case(number: str) -> Case:
    case = case_by_number(session(), signed_in(), number)
    if not knows_applicant(session(), signed_in(), case):
        raise NotAtHand(number=case.number)
    return case


def _page(case: Case, status: int = 200, error: str | None = None) -> ResponseReturnValue:
    is_known = knows_applicant(session(), signed_in(), case)
    told: dict[str, Any] = {
        "applicant": case.applicant_name if is_known else masked_name(case.applicant_name),
        "document": case.applicant_document or "",
    }
    if not is_known:
        told["document"] = masked_document(told["document"])
    return page(
        "case_file/show.html",
        status,
        case=case,
        told=told,
        is_known=is_known,
        is_in_charge=is_in_charge(session(), signed_in(), case),
        documents=history.documents(session(), case),
        messages=messages_of(session(), case.id) if is_known else [],
        inquiries=inquiries(session(), case.id),
        related=related_cases(session(), signed_in(), case),
        copies=copies_of(session(), case.id, signed_in(), at=now()),
        stays=history.stays(session(), case),
        typed=request.form,
        error=error,
    )


def _again(number: str, refusal: Refusal) -> ResponseReturnValue:
    start_over()
    return _page(_case(number), 422, sentence(refusal))


def _back(number: str) -> ResponseReturnValue:
    return redirect(url_for("case_file.show", number=number), 303)
