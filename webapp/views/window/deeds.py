"""What an applicant does in a case from outside: correct item by item, withdraw, appeal, complain, take a copy home."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.casefile.desk import ask_for_copy, copies_of
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.models import Case, CaseExport
from engine.terms.appeals import file_appeal, file_complaint
from engine.terms.endings import withdraw
from engine.terms.notices import NoNotice, correct_item, hand_in_corrections
from engine.terms.offered import COMPLAINT
from engine.terms.view import StatedNotice
from engine.window.following import deeds
from engine.window.offers import sheet_of
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.repetition import once_for_anybody
from webapp.security.access import public
from webapp.security.holding import CannotAct, NotHeld, acting_case, held_case
from webapp.security.pace import paced
from webapp.security.sessions import current_person
from webapp.security.throttle import spend
from webapp.transactions import now, session, start_over
from webapp.views.case_file import send_copy
from webapp.views.window.following import to_the_door, to_the_proof

pages = Blueprint("deeds", __name__, url_prefix="/follow/<int:case_id>")
paced(pages, 60)

UPLOADS_PER_ADDRESS = 200  # in a quarter of an hour
COPIES_PER_ADDRESS = 10


pages.register_error_handler(NotHeld, to_the_door)
pages.register_error_handler(CannotAct, to_the_proof)


@pages.get("/correct")
@public
def correct(case_id: int) -> ResponseReturnValue:
    """What is lacking, item by item, and what was done about it."""
    case = acting_case(case_id)
    return page("deeds/correct.html", case=case, stated=_notice(case), error=None)


@pages.post("/correct")
@public
def hand_in(case_id: int) -> ResponseReturnValue:
    """Hand in the corrections: the office goes on."""
    case = acting_case(case_id)
    try:
        hand_in_corrections(session(), case_id, by=current_person(), at=now())
    except Refusal as refusal:
        start_over()
        case, error = acting_case(case_id), sentence(refusal)
        return page(
            "deeds/correct.html", refusal.status, case=case, stated=_notice(case), error=error
        )
    flash(_("Your corrections are with the office. The term begins anew."))
    return redirect(url_for("following.show", case_id=case_id), 303)


@pages.get("/correct/<int:item>")
@public
def correct_one(case_id: int, item: int) -> ResponseReturnValue:
    """One item: what is lacking, and where it is answered."""
    case = acting_case(case_id)
    return _item_page(case, item)


@pages.post("/correct/<int:item>")
@public
def save_correction(case_id: int, item: int) -> ResponseReturnValue:
    """Keep the answer to one item."""
    acting_case(case_id)
    store: FileStore = current_app.extensions["files"]
    uploads = [one for one in request.files.getlist("file") if one.filename][:10]
    if uploads:
        spend(session(), "upload", request.remote_addr or "", UPLOADS_PER_ADDRESS, at=now())
    try:
        files = [store.put(one.stream, one.filename or "") for one in uploads]
        text = request.form.get("text", "")
        correct_item(session(), case_id, item, text, files=files, by=current_person(), at=now())
    except Refusal as refusal:
        start_over()
        return _item_page(acting_case(case_id), item, refusal)
    return redirect(url_for("deeds.correct", case_id=case_id), 303)


@pages.get("/withdraw")
@public
def ask_withdraw(case_id: int) -> ResponseReturnValue:
    """What withdrawing means, and whether it is meant."""
    return page("deeds/withdraw.html", case=acting_case(case_id), error=None)


@pages.post("/withdraw")
@public
def do_withdraw(case_id: int) -> ResponseReturnValue:
    """Withdraw the request."""
    reason = request.form.get("reason", "")
    done = lambda: withdraw(session(), case_id, reason, by=current_person(), at=now())  # noqa: E731
    return _do(case_id, done, "deeds/withdraw.html", _("Your request is withdrawn."))


@pages.get("/appeal/<kind>")
@public
def ask_appeal(case_id: int, kind: str) -> ResponseReturnValue:
    """Where the grounds are written."""
    case = acting_case(case_id)
    kind, until = _kind(case, kind)
    return page("deeds/appeal.html", case=case, kind=kind, until=until, error=None)


@pages.post("/appeal/<kind>")
@public
@once_for_anybody
def appeal(case_id: int, kind: str) -> ResponseReturnValue:
    """File a reconsideration, an appeal, or a complaint for delay."""
    until = _until(acting_case(case_id)).get(kind)
    grounds, by, at = request.form.get("grounds", ""), current_person(), now()

    def file() -> object:
        if kind == COMPLAINT:
            return file_complaint(session(), case_id, grounds, by=by, at=at)
        return file_appeal(session(), case_id, kind, grounds, by=by, at=at)

    return _do(
        case_id,
        file,
        "deeds/appeal.html",
        _("It is filed. Its answer comes here."),
        kind=kind,
        until=until,
    )


@pages.get("/copy")
@public
def copies(case_id: int) -> ResponseReturnValue:
    """A signed copy of everything that is the applicant's to have."""
    case = acting_case(case_id)
    found = copies_of(session(), case_id, None, at=now())
    return page("deeds/copy.html", case=case, copies=found)


@pages.post("/copy")
@public
@once_for_anybody
def ask_copy(case_id: int) -> ResponseReturnValue:
    """Have a copy made."""
    acting_case(case_id)
    spend(session(), "copy", request.remote_addr or "", COPIES_PER_ADDRESS, at=now())
    ask_for_copy(session(), case_id, is_masked=False, by=None, at=now())
    return redirect(url_for("deeds.copies", case_id=case_id), 303)


@pages.get("/copy/<int:export_id>")
@public
def fetch_copy(case_id: int, export_id: int) -> Response:
    """A copy the applicant asked for."""
    case = acting_case(case_id)
    found = session().get(CaseExport, export_id)
    if found is None or found.case_id != case_id or found.asked_by_id is not None:
        raise NotFound(what="file", name=export_id)
    return send_copy(case, found)


def _do(
    case_id: int, deed: Callable[[], object], template: str, done: str, **told: object
) -> ResponseReturnValue:
    """Carry out a deed, and go back to the case; what stands in the way is said beside what was typed."""
    acting_case(case_id)
    try:
        deed()
    except Refusal as refusal:
        start_over()
        case = held_case(case_id)
        return page(template, refusal.status, case=case, error=sentence(refusal), **told)
    flash(done)
    return redirect(url_for("following.show", case_id=case_id), 303)


def _notice(case: Case) -> StatedNotice | None:
    return deeds(session(), case, at=now())[0].notice


def _item_page(case: Case, item: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    stated = _notice(case)
    if stated is None:
        raise NoNotice(number=case.number)
    found = next((one for one in stated.items if one.item == item), None)
    if found is None:
        raise NotFound(what="item", name=item)
    status, error = (refusal.status, sentence(refusal)) if refusal else (200, None)
    language = sheet_of(session(), case.version_id).language
    return page("deeds/item.html", status, case=case, one=found, error=error, words=language)


def _kind(case: Case, kind: str) -> tuple[str, date | None]:
    """The kind, and the last day to file it; None: there is none."""
    days = _until(case)
    if kind not in days:
        raise NotFound(what="appeal", name=kind[:40])
    return kind, days[kind]


def _until(case: Case) -> dict[str, date | None]:
    """What may be filed, and the last day to file it; None: there is none."""
    can_do, _clock = deeds(session(), case, at=now())
    days: dict[str, date | None] = {one.kind: one.until for one in can_do.appeals}
    return days | {COMPLAINT: None} if can_do.may_complain else days
