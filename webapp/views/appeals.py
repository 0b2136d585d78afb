"""Appeals and complaints that wait for a decision: what a manager's offices owe, and the page where one is decided."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.cases import case_by_number
from engine.errors import NotFound, Refusal
from engine.models import Case, FiledAppeal, Role
from engine.routing.absence import day_of
from engine.terms.authority import appeals_to_decide, appeals_waiting, check_may_decide, may_decide
from engine.terms.offered import COMPLAINT
from engine.terms.rulings import FOUNDED, RESULTS, decide_appeal, stages
from engine.terms.view import clock_file
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.words.case_data import knows

pages = Blueprint("appeals", __name__)


def _waiting() -> int:
    return appeals_waiting(session(), signed_in())


NAVIGATION = Link("appeals.index", lazy_gettext("Appeals"), place=55, count=_waiting)


@pages.get("/appeals")
@access(Role.MANAGER)
def index() -> ResponseReturnValue:
    """What waits to be decided, the first due first."""
    found = appeals_to_decide(session(), signed_in())
    return page("appeals/index.html", appeals=found, today=day_of(now()))


@pages.get("/cases/<path:number>/appeals/<int(max=1000):which>")
@access(Role.MANAGER, Role.OPERATOR)
def show(number: str, which: int) -> ResponseReturnValue:
    """What the applicant says, and where the decision is written."""
    return _page(number, which)


@pages.post("/cases/<path:number>/appeals/<int(max=1000):which>")
@access(Role.MANAGER, Role.OPERATOR)
def decide(number: str, which: int) -> ResponseReturnValue:
    """Decide it; the applicant gets a letter."""
    case, _appeal = _found(number, which)
    result = request.form.get("result", "")[:12]
    effect = request.form.get("effect", "")[:12] or None
    try:
        decide_appeal(
            session(),
            case.id,
            which,
            result,
            request.form.get("decision", ""),
            effect=effect if result in FOUNDED else None,
            stage=request.form.get("stage", "")[:200] or None,
            by=signed_in(),
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        start_over()
        return _page(number, which, refusal)
    flash(_("It is decided; the letter to the applicant is being made."))
    return redirect(url_for("terms.show", number=number), 303)


def _found(number: str, which: int) -> tuple[Case, FiledAppeal]:
    case = case_by_number(session(), signed_in(), number)
    appeal = session().get(FiledAppeal, (case.id, which))
    if appeal is None:
        raise NotFound(what="appeal", name=which)
    return case, appeal


def _page(number: str, which: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    case, appeal = _found(number, which)
    if refusal is None and appeal.decided_on is None:
        check_may_decide(session(), signed_in(), case, appeal)
    file = clock_file(session(), case, at=now())
    is_open = appeal.kind != COMPLAINT and appeal.decided_on is None
    return page(
        "appeals/show.html",
        status=refusal.status if refusal else 200,
        case=case,
        appeal=appeal,
        clock=None if file is None else file.view,
        is_known=knows(case),
        is_deciding=appeal.decided_on is None and may_decide(session(), signed_in(), case, appeal),
        results=RESULTS,
        stages=stages(session(), case, at=now()) if is_open else [],
        refusal=sentence(refusal) if refusal else None,
        typed=request.form,
    )
