"""Following a request: by code and document number, or as its owner's account; to act, a code sent by mail."""

from flask import Blueprint, Response, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Refusal
from engine.files.store import FileStore
from engine.window.correspondence import NothingWritten, messages_of, write_message
from engine.window.following import deeds, element_names, followed, shown_document
from engine.window.holders import case_of_holder, code_hash, read_holder_code
from engine.window.inquiries import inquiries
from engine.window.offers import sheet_of
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.repetition import once_for_anybody
from webapp.security.access import public
from webapp.security.holding import (
    CannotAct,
    NotHeld,
    acting_case,
    held_case,
    is_lost_code,
    send_lost_code,
    send_own_code,
    show_own_code,
)
from webapp.security.keyring import forget_everything, let_act, let_look
from webapp.security.pace import paced
from webapp.security.sessions import current_person
from webapp.security.throttle import check_attempts, record_failure, spend
from webapp.transactions import keep_work, now, session, start_over

pages = Blueprint("following", __name__, url_prefix="/follow")
paced(pages, 60)

MESSAGES_PER_ADDRESS = 20  # in a quarter of an hour


def to_the_door(_refusal: Refusal) -> ResponseReturnValue:
    """Where code and number are asked: the same for a case that is not theirs, is no more, or never was."""
    return redirect(url_for("following.ask"), 303)


def to_the_proof(_refusal: Refusal) -> ResponseReturnValue:
    """First the code by mail, then on to where they were going."""
    case_id = (request.view_args or {}).get("case_id", 0)
    return redirect(url_for("following.prove", case_id=case_id, next=request.path), 303)


pages.register_error_handler(NotHeld, to_the_door)
pages.register_error_handler(CannotAct, to_the_proof)


@pages.get("")
@public
def ask() -> ResponseReturnValue:
    """Where code and document number are typed."""
    return page("following/ask.html", code=request.args.get("code", "")[:60], error=None)


@pages.post("")
@public
def open_case() -> ResponseReturnValue:
    """Open the case to whoever has both; whatever is wrong, the answer is the same."""
    typed, document = request.form.get("code", "")[:60], request.form.get("document", "")[:60]
    code, address = read_holder_code(typed) or "", request.remote_addr or ""
    guessed = f"case code {code_hash(code)}"
    check_attempts(session(), guessed, address, at=now())
    case_id = case_of_holder(session(), code, document)
    if case_id is None:
        record_failure(session(), guessed, address, at=now())
        keep_work()
        error = _("Code and document number do not belong together. Compare both with the receipt.")
        return page("following/ask.html", 422, code=typed, error=error)
    let_look(case_id)
    return redirect(url_for("following.show", case_id=case_id), 303)


@pages.get("/lost")
@public
def ask_lost() -> ResponseReturnValue:
    """The way back in without the code: number, document, and a code by mail."""
    number = request.args.get("number", "")[:60]
    return page("following/lost.html", number=number, is_sent=False, error=None)


@pages.post("/lost")
@public
def lost() -> ResponseReturnValue:
    """Send a code, or look whether it is the one that was sent."""
    number, document = request.form.get("number", "")[:60], request.form.get("document", "")[:60]
    code = request.form.get("code", "")[:40]
    if not code:
        send_lost_code(number, document)
        return page(
            "following/lost.html", number=number, document=document, is_sent=True, error=None
        )
    case_id = is_lost_code(number, document, code)
    if case_id is None:
        keep_work()
        error = _(
            "This is not the code that was sent last, or it is no longer good. Have another sent."
        )
        return page(
            "following/lost.html", 422, number=number, document=document, is_sent=True, error=error
        )
    let_act(case_id)
    return redirect(url_for("following.show", case_id=case_id), 303)


@pages.post("/leave")
@public
def leave() -> ResponseReturnValue:
    """Leave nothing of the request on this computer."""
    forget_everything()
    flash(_("Nothing of your request is left on this computer."))
    return redirect(url_for("offers.index"), 303)


@pages.get("/<int:case_id>")
@public
def show(case_id: int) -> ResponseReturnValue:
    """How far it is, who has it, what comes next, what was written."""
    held_case(case_id)
    told = followed(session(), case_id)
    can_do, clock = deeds(session(), told.case, at=now())
    return page(
        "following/show.html",
        told=told,
        case=told.case,
        sheet=sheet_of(session(), told.case.version_id),
        messages=messages_of(session(), case_id),
        inquiries=inquiries(session(), case_id),
        deeds=can_do,
        clock=clock,
        names=element_names(session(), told.case),
    )


@pages.get("/<int:case_id>/documents/<int:number>")
@public
def download(case_id: int, number: int) -> Response:
    """A letter, or something the applicant brought."""
    held_case(case_id)
    found = shown_document(session(), case_id, number)
    store: FileStore = current_app.extensions["files"]
    return send_file(
        store.open(found.sha256),
        mimetype="application/octet-stream",  # whatever it is, it is saved and not shown
        as_attachment=True,
        download_name=found.name,
    )


@pages.get("/<int:case_id>/prove")
@public
def prove(case_id: int) -> ResponseReturnValue:
    """Where the code is typed that lets somebody act."""
    case = held_case(case_id)
    return page(
        "following/prove.html",
        case=case,
        is_sent="sent" in request.args,
        error=None,
        going_to=_going_to(case_id),
    )


@pages.post("/<int:case_id>/prove/send")
@public
def send_code(case_id: int) -> ResponseReturnValue:
    """Send a code to the address of the case."""
    send_own_code(held_case(case_id))
    return redirect(
        url_for("following.prove", case_id=case_id, sent=1, next=_going_to(case_id)), 303
    )


@pages.post("/<int:case_id>/prove")
@public
def proved(case_id: int) -> ResponseReturnValue:
    """The code came back: whoever sent it may act for an hour."""
    case = held_case(case_id)
    if show_own_code(case, request.form.get("code", "")[:40]):
        let_act(case_id)
        return redirect(_going_to(case_id), 303)
    keep_work()
    error = _(
        "This is not the code that was sent last, or it is no longer good. Have another sent."
    )
    going_to = _going_to(case_id)
    return page(
        "following/prove.html", 422, case=case, is_sent=True, error=error, going_to=going_to
    )


@pages.get("/<int:case_id>/message")
@public
def ask_message(case_id: int) -> ResponseReturnValue:
    """Where a message to the office is written."""
    return page("following/message.html", case=acting_case(case_id), error=None)


@pages.post("/<int:case_id>/message")
@public
@once_for_anybody
def send_message(case_id: int) -> ResponseReturnValue:
    """Write to the office."""
    acting_case(case_id)
    spend(session(), "message", request.remote_addr or "", MESSAGES_PER_ADDRESS, at=now())
    text = request.form.get("text", "")
    try:
        write_message(
            session(), case_id, text, is_from_applicant=True, by=current_person(), at=now()
        )
    except NothingWritten as refusal:
        start_over()
        error = sentence(refusal)
        return page("following/message.html", 422, case=acting_case(case_id), error=error)
    flash(_("Your message is with the office."))
    return redirect(url_for("following.show", case_id=case_id), 303)


def _going_to(case_id: int) -> str:
    """Where somebody was going when they were asked for a code: a page of their own case, else its first."""
    home = url_for("following.show", case_id=case_id)
    wanted = request.values.get("next", "")
    is_own = wanted.startswith(f"{home}/") and "\\" not in wanted and ".." not in wanted
    return wanted if is_own else home
