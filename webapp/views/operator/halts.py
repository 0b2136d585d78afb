"""Suspending a procedure, its open cases too where chosen, and resuming it; what will happen, and how far it is."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases import ReasonMissing
from engine.deployments import procedure_by_key
from engine.errors import Refusal
from engine.halts.commands import (
    Standing,
    outlook,
    past_halts,
    present_halt,
    resume_procedure,
    standing,
    suspend_procedure,
    try_halt_again,
)
from engine.models import Procedure, Role
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("halts", __name__, url_prefix="/procedures/<key>")

_READS = (Role.ANALYST, Role.MANAGER, Role.OPERATOR)
_KEEPS = (Role.ANALYST, Role.OPERATOR)


@pages.get("/halts")
@access(*_READS)
def index(key: str) -> ResponseReturnValue:
    """How the procedure stands, how far the worker is, and when it was suspended before."""
    procedure = procedure_by_key(session(), key)
    return page(
        "halts/index.html",
        procedure=procedure,
        halt=_present(procedure),
        past=past_halts(session(), procedure),
    )


@pages.get("/suspend")
@access(*_KEEPS)
def ask_suspend(key: str) -> ResponseReturnValue:
    """What suspending would do, with the open cases and without."""
    return _asked("suspend", key)


@pages.post("/suspend")
@access(*_KEEPS)
def suspend(key: str) -> ResponseReturnValue:
    """Take no new cases; let the open ones stand still where that is chosen."""
    procedure = procedure_by_key(session(), key)
    try:
        halt = suspend_procedure(
            session(),
            procedure,
            request.form.get("reason", ""),
            is_with_cases=request.form.get("cases") == "still",
            by=signed_in(),
            at=now(),
        )
    except ReasonMissing as refusal:
        start_over()
        return _asked("suspend", key, refusal)
    if halt.is_with_cases:
        flash(_("“%(name)s” is suspended with its open cases.", name=procedure.name))
    else:
        flash(_("“%(name)s” takes no new cases now. Open cases go on.", name=procedure.name))
    return redirect(url_for("halts.index", key=key), 303)


@pages.get("/resume")
@access(*_KEEPS)
def ask_resume(key: str) -> ResponseReturnValue:
    """What resuming would do."""
    return _asked("resume", key)


@pages.post("/resume")
@access(*_KEEPS)
def resume(key: str) -> ResponseReturnValue:
    """Take new cases again, and set those going that stood still with the procedure."""
    procedure = procedure_by_key(session(), key)
    try:
        resume_procedure(
            session(), procedure, request.form.get("reason", ""), by=signed_in(), at=now()
        )
    except ReasonMissing as refusal:
        start_over()
        return _asked("resume", key, refusal)
    flash(_("“%(name)s” takes new cases again.", name=procedure.name))
    return redirect(url_for("halts.index", key=key), 303)


@pages.post("/halts/again")
@access(Role.OPERATOR)
def again(key: str) -> ResponseReturnValue:
    """Try again the batch that was given up."""
    halt = present_halt(session(), procedure_by_key(session(), key))
    if halt is not None and try_halt_again(session(), halt, at=now()):
        flash(_("It is tried again."))
    return redirect(url_for("halts.index", key=key), 303)


def _asked(deed: str, key: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    procedure = procedure_by_key(session(), key)
    return page(
        f"halts/{deed}.html",
        status=refusal.status if refusal else 200,
        procedure=procedure,
        halt=_present(procedure),
        outlook=outlook(session(), procedure),
        reason=request.form.get("reason", ""),
        chosen=request.form.get("cases", "on"),
        is_operator=signed_in().has_role(Role.OPERATOR),
        refusal=sentence(refusal) if refusal else None,
    )


def _present(procedure: Procedure) -> Standing | None:
    halt = present_halt(session(), procedure)
    return None if halt is None else standing(session(), halt)
