"""Intervening in a case: cancel, suspend, resume it, move it by hand; each told before it is done."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases import (
    CaseEnded,
    ReasonMissing,
    cancel_case,
    resume_case,
    suspend_case,
)
from engine.errors import Refusal
from engine.history import path, positions
from engine.interventions.charge import case_in_charge
from engine.interventions.moves import Movable, movable_tokens, move_preview, move_token
from engine.interventions.previews import MovedMeanwhile, Preview, hold_as_seen, what_if
from engine.models import Case, CaseStatus, Role
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.cases import statuses
from webapp.words.elements import kind_name

pages = Blueprint("operations", __name__, url_prefix="/cases")

_CHARGE = (Role.MANAGER, Role.OPERATOR)
_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


@pages.get("/<path:number>/cancel")
@access(*_CHARGE)
def ask_cancel(number: str) -> ResponseReturnValue:
    """What cancelling would do."""
    return _asked("cancel", number)


@pages.post("/<path:number>/cancel")
@access(*_CHARGE)
def cancel(number: str) -> ResponseReturnValue:
    """End the case from outside."""
    return _done("cancel", number, cancel_case, _("Case %(number)s is cancelled.", number=number))


@pages.get("/<path:number>/suspend")
@access(*_CHARGE)
def ask_suspend(number: str) -> ResponseReturnValue:
    """What suspending would do."""
    return _asked("suspend", number)


@pages.post("/<path:number>/suspend")
@access(*_CHARGE)
def suspend(number: str) -> ResponseReturnValue:
    """Stop the case where it stands."""
    told = _("Case %(number)s is suspended: nothing moves until it is resumed.", number=number)
    return _done("suspend", number, suspend_case, told)


@pages.get("/<path:number>/resume")
@access(*_CHARGE)
def ask_resume(number: str) -> ResponseReturnValue:
    """What resuming would do."""
    return _asked("resume", number)


@pages.post("/<path:number>/resume")
@access(*_CHARGE)
def resume(number: str) -> ResponseReturnValue:
    """Let the case go on."""
    return _done("resume", number, resume_case, _("Case %(number)s goes on.", number=number))


@pages.get("/<path:number>/move")
@access(*_CHARGE)
def ask_move(number: str) -> ResponseReturnValue:
    """Where each token of the case can be moved, and what the move in the address would do."""
    return _moving(number)


@pages.post("/<path:number>/move")
@access(*_CHARGE)
def move(number: str) -> ResponseReturnValue:
    """Move the token."""
    case = case_in_charge(session(), signed_in(), number)
    try:
        move_token(
            session(),
            case.id,
            request.form.get("token", 0, type=int),
            request.form.get("to", "")[:200],
            request.form.get("reason", "")[:2000],
            seen=request.form.get("seen", type=int),
            by=signed_in(),
            at=now(),
        )
    except (ReasonMissing, MovedMeanwhile) as refusal:
        start_over()
        return _moving(number, refusal)
    flash(_("Moved. What happened and why is kept with the case."))
    return redirect(url_for("cases.show", number=number), 303)


def _asked(deed: str, number: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    case = case_in_charge(session(), signed_in(), number)
    if case.status not in _OPEN:
        raise CaseEnded(number=case.number, status=case.status)
    # What cancelling takes away is what suspending keeps waiting and resuming sets going.
    preview = what_if(session(), case.id, lambda execution: execution.cancel(now()), at=now())
    return page(
        f"operations/{deed}.html",
        status=refusal.status if refusal else 200,
        case=case,
        preview=preview,
        reason=request.form.get("reason", ""),
        refusal=sentence(refusal) if refusal else None,
        statuses=statuses(),
        at=now(),
    )


def _done(deed: str, number: str, command: Callable[..., Case], told: str) -> ResponseReturnValue:
    case = case_in_charge(session(), signed_in(), number)
    try:
        hold_as_seen(session(), case.id, request.form.get("seen", type=int))
        reason = request.form.get("reason", "")[:2000]
        command(session(), case.id, reason, by=signed_in(), at=now())
    except (ReasonMissing, MovedMeanwhile) as refusal:
        start_over()
        return _asked(deed, number, refusal)
    flash(told)
    return redirect(url_for("cases.show", number=number), 303)


def _moving(number: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    case = case_in_charge(session(), signed_in(), number)
    if case.status not in _OPEN:
        raise CaseEnded(number=case.number, status=case.status)
    sent = request.form if request.method == "POST" else request.args
    token, to = sent.get("token", type=int), sent.get("to", "")[:200]
    movables = movable_tokens(session(), case, at=now())
    chosen = next((one for one in movables if one.token == token), None)
    preview, gone = _preview(case, chosen, token, to)
    refusal = refusal or gone
    return page(
        "operations/move.html",
        status=refusal.status if refusal else 200,
        case=case,
        movables=movables,
        chosen=chosen,
        target=next((one for one in chosen.places if one.element_id == to), None)
        if chosen
        else None,
        preview=preview,
        reason=sent.get("reason", ""),
        refusal=sentence(refusal) if refusal else None,
        statuses=statuses(),
        kind_name=kind_name,
        positions=positions(session(), case),
        path=path(session(), case),
        marks={to: "lit"} if to else {},
    )


def _preview(
    case: Case, chosen: Movable | None, token: int | None, to: str
) -> tuple[Preview | None, Refusal | None]:
    """What the move would do, or why there is none to show: the token has gone, the place is none of its."""
    if token is None or not to:
        return None, None
    if chosen is None:
        return None, MovedMeanwhile(number=case.number)
    try:
        return move_preview(session(), case, chosen.token, to, at=now()), None
    except Refusal as refusal:
        return None, refusal
