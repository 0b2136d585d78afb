"""The law's clock of a case on its own page: notices and corrections, suspensions, withdrawal, appeals."""

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases import case_by_number
from engine.deployments import blueprint
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.interventions.charge import case_at_hand, case_in_charge, is_at_hand, is_in_charge
from engine.models import Case, CaseStatus, Role
from engine.sheet import Sheet
from engine.terms import abandonment, appeals, endings, extensions, notices, stopping
from engine.terms.authority import may_decide
from engine.terms.clock import sheet_of_term, term_of
from engine.terms.offered import COMPLAINT, offered
from engine.terms.view import ClockFile, clock_file
from engine.visibility import knows_applicant
from engine.window.following import element_names
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("terms", __name__, url_prefix="/cases")

_OFFICE = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)
_MOST_FILES = 10


@pages.get("/<path:number>/term")
@access(*_OFFICE, Role.ANALYST)
def show(number: str) -> ResponseReturnValue:
    """How the clock stands, what was observed, why it stood still, what was appealed."""
    return _page(number)


@pages.get("/<path:number>/notice")
@access(*_OFFICE)
def ask_notice(number: str) -> ResponseReturnValue:
    """Everything that may be lacking, to be ticked."""
    return _notice_page(case_at_hand(session(), signed_in(), number))


@pages.post("/<path:number>/notice")
@access(*_OFFICE)
def notice(number: str) -> ResponseReturnValue:
    """State what is lacking, once."""
    case = case_at_hand(session(), signed_in(), number)
    try:
        notices.give_notice(
            session(),
            case.id,
            _items(),
            override_reason=request.form.get("override"),
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        return _notice_page(case_at_hand(session(), signed_in(), number), refusal)
    flash(_("What is lacking is stated; the letter to the applicant is being made."))
    return redirect(url_for("terms.show", number=number), 303)


@pages.post("/<path:number>/corrections/<int(max=1000):item>")
@access(*_OFFICE)
def correct(number: str, item: int) -> ResponseReturnValue:
    """At the counter: what the applicant brings for one item."""

    def command(case: Case) -> object:
        store: FileStore = current_app.extensions["files"]
        uploads = [one for one in request.files.getlist("files")[:_MOST_FILES] if one.filename]
        return notices.correct_item(
            session(),
            case.id,
            item,
            request.form.get("text", ""),
            files=[store.put(one.stream, one.filename or "") for one in uploads],
            by=signed_in(),
            at=now(),
        )

    return _done(number, case_by_number, command, _("Item %(item)s is corrected.", item=item))


@pages.post("/<path:number>/corrections")
@access(*_OFFICE)
def hand_in(number: str) -> ResponseReturnValue:
    """Everything is corrected: the case goes on."""
    return _done(
        number,
        case_by_number,
        lambda case: notices.hand_in_corrections(session(), case.id, by=signed_in(), at=now()),
        _("Everything is corrected; the term begins anew."),
    )


@pages.post("/<path:number>/suspension")
@access(*_OFFICE)
def suspend(number: str) -> ResponseReturnValue:
    """Stop the clock for a reason the law allows."""
    return _done(
        number,
        case_at_hand,
        lambda case: stopping.suspend_clock(
            session(),
            case.id,
            request.form.get("kind", "")[:40],
            request.form.get("reason", ""),
            days=request.form.get("days", type=int),
            by=signed_in(),
            at=now(),
        ),
        _("The clock stands still."),
    )


@pages.post("/<path:number>/suspension/longer")
@access(*_OFFICE)
def extend(number: str) -> ResponseReturnValue:
    """Let the clock stand still longer, once."""
    return _done(
        number,
        case_at_hand,
        lambda case: stopping.extend_suspension(
            session(), case.id, request.form.get("reason", ""), by=signed_in(), at=now()
        ),
        _("The clock may stand still longer."),
    )


@pages.post("/<path:number>/suspension/end")
@access(*_OFFICE)
def go_on(number: str) -> ResponseReturnValue:
    """What was waited for has come."""
    return _done(
        number,
        case_at_hand,
        lambda case: stopping.resume_clock(session(), case.id, by=signed_in(), at=now()),
        _("The clock goes on."),
    )


@pages.post("/<path:number>/tasks/<int:token>/longer")
@access(*_OFFICE)
def extend_task(number: str, token: int) -> ResponseReturnValue:
    """Give a task the days the law adds to its term."""
    return _done(
        number,
        case_at_hand,
        lambda case: extensions.extend_task(
            session(), case.id, token, request.form.get("reason", ""), by=signed_in(), at=now()
        ),
        _("The task is due later."),
    )


@pages.post("/<path:number>/withdrawal")
@access(*_OFFICE)
def withdraw(number: str) -> ResponseReturnValue:
    """At the counter: the applicant withdraws."""
    return _done(
        number,
        case_at_hand,
        lambda case: endings.withdraw(
            session(), case.id, request.form.get("reason", ""), by=signed_in(), at=now()
        ),
        _("The request is withdrawn."),
    )


@pages.post("/<path:number>/abandonment")
@access(*_OFFICE)
def abandon(number: str) -> ResponseReturnValue:
    """The applicant has done nothing for too long."""
    return _done(
        number,
        case_in_charge,
        lambda case: abandonment.abandon(session(), case.id, by=signed_in(), at=now()),
        _("The request is declared abandoned."),
    )


@pages.post("/<path:number>/appeals")
@access(*_OFFICE)
def appeal(number: str) -> ResponseReturnValue:
    """At the counter: an appeal, or a complaint for delay."""
    kind, grounds = request.form.get("kind", "")[:20], request.form.get("grounds", "")

    def command(case: Case) -> object:
        if kind == COMPLAINT:
            return appeals.file_complaint(session(), case.id, grounds, by=signed_in(), at=now())
        return appeals.file_appeal(session(), case.id, kind, grounds, by=signed_in(), at=now())

    return _done(number, case_by_number, command, _("It is filed."))


def _done(
    number: str,
    found: Callable[..., Case],
    command: Callable[[Case], object],
    told: str,
) -> ResponseReturnValue:
    try:
        command(found(session(), signed_in(), number))
    except NotFound:
        raise
    except Refusal as refusal:
        start_over()
        return _page(number, refusal)
    flash(told)
    return redirect(url_for("terms.show", number=number), 303)


def _page(number: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    case = case_by_number(session(), signed_in(), number)
    file = clock_file(session(), case, at=now())
    if file is None:
        raise NotFound(what="term", name=number[:60])
    is_over = case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED)
    return page(
        "terms/show.html",
        status=refusal.status if refusal else 200,
        case=case,
        file=file,
        clock=file.view,
        is_over=is_over,
        is_at_hand=not is_over and is_at_hand(session(), signed_in(), case),
        is_in_charge=is_in_charge(session(), signed_in(), case),
        appeals_open=_appeals_open(case),
        decidable=_decidable(case, file),
        extendable=extensions.extendable_tasks(session(), case) if not is_over else [],
        names=element_names(session(), case),
        refusal=sentence(refusal) if refusal else None,
        typed=request.form,
    )


def _appeals_open(case: Case) -> list[str]:
    term = term_of(session(), case)
    known = {} if term is None else offered(session(), case, term)
    kinds = [
        kind for kind, one in known.items() if appeals.may_appeal(session(), case, one, at=now())
    ]
    if appeals.may_complain(session(), case, at=now()):
        kinds.append(COMPLAINT)
    return kinds


def _decidable(case: Case, file: ClockFile) -> set[int]:
    """Numbers of the appeals that this person decides."""
    if file.view.state == "approved":
        return set()
    return {
        one.number
        for one in file.appeals
        if one.decided_on is None and may_decide(session(), signed_in(), case, one)
    }


def _notice_page(case: Case, refusal: Refusal | None = None) -> ResponseReturnValue:
    file = clock_file(session(), case, at=now())
    if file is None:
        raise NotFound(what="term", name=case.number)
    return page(
        "terms/notice.html",
        status=refusal.status if refusal else 200,
        case=case,
        file=file,
        is_known=knows_applicant(session(), signed_in(), case),
        requirements=_sheet(case).requirements,
        refusal=sentence(refusal) if refusal else None,
        typed=request.form,
    )


def _sheet(case: Case) -> Sheet:
    """The sheet it was filed under: only what that one asked for may be lacking."""
    term = term_of(session(), case)
    return (
        blueprint(session(), case.version_id).sheet
        if term is None
        else sheet_of_term(session(), case, term)
    )


def _items() -> list[notices.Item]:
    keys = request.form.getlist("lacking")[: notices.MOST_ITEMS]
    return [notices.Item(key, request.form.get(f"text.{key}", "")) for key in keys]
