"""Intervening in a case over `/api/v1`: cancel, suspend, resume, move, correct what it knows."""

from dataclasses import replace
from typing import Any

from engine.cases import cancel_case, resume_case, suspend_case
from engine.history import variables
from engine.interventions.charge import case_in_charge
from engine.interventions.mending import correct_data, locals_of
from engine.interventions.moves import movable_tokens, move_preview, move_token
from engine.interventions.previews import Preview, hold_as_seen
from engine.masking import masked_answer
from engine.models import Case, Role
from webapp.api.cases import case_shown
from webapp.api.intervention_shapes import (
    DataIn,
    DataOut,
    Movables,
    MoveIn,
    MoveQuery,
    PreviewOut,
    ReasonIn,
)
from webapp.api.problems import blueprint
from webapp.api.shapes import CaseOut
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.words.case_data import knows, masked

api = blueprint("api_operations")
Json = dict[str, Any]

_CHARGE = (Role.MANAGER, Role.OPERATOR)


@api.post("/cases/<path:number>/cancel")
@access(*_CHARGE)
@api.input(ReasonIn)
@api.output(CaseOut)
@api.doc(security="token")
def cancel(number: str, json_data: Json) -> Json:
    """End a case from outside."""
    case = _seen(number, json_data)
    cancel_case(session(), case.id, json_data["reason"], by=signed_in(), at=now())
    return case_shown(case)


@api.post("/cases/<path:number>/suspend")
@access(*_CHARGE)
@api.input(ReasonIn)
@api.output(CaseOut)
@api.doc(security="token")
def suspend(number: str, json_data: Json) -> Json:
    """Stop a case where it stands; its timers keep their time but do not fire."""
    case = _seen(number, json_data)
    suspend_case(session(), case.id, json_data["reason"], by=signed_in(), at=now())
    return case_shown(case)


@api.post("/cases/<path:number>/resume")
@access(*_CHARGE)
@api.input(ReasonIn)
@api.output(CaseOut)
@api.doc(security="token")
def resume(number: str, json_data: Json) -> Json:
    """Let a suspended case go on."""
    case = _seen(number, json_data)
    resume_case(session(), case.id, json_data["reason"], by=signed_in(), at=now())
    return case_shown(case)


@api.get("/cases/<path:number>/tokens")
@access(*_CHARGE)
@api.output(Movables)
@api.doc(security="token")
def tokens(number: str) -> Json:
    """What waits in a case and can be moved, and where to."""
    case = case_in_charge(session(), signed_in(), number)
    return {"revision": case.revision, "tokens": movable_tokens(session(), case, at=now())}


@api.get("/cases/<path:number>/move")
@access(*_CHARGE)
@api.input(MoveQuery, location="query")
@api.output(PreviewOut)
@api.doc(security="token")
def preview(number: str, query_data: Json) -> Preview:
    """What moving a token would do; nothing is written."""
    case = case_in_charge(session(), signed_in(), number)
    return move_preview(session(), case, query_data["token"], query_data["to"], at=now())


@api.post("/cases/<path:number>/move")
@access(*_CHARGE)
@api.input(MoveIn)
@api.output(CaseOut)
@api.doc(security="token")
def move(number: str, json_data: Json) -> Json:
    """Take a token back, forward or past something."""
    case = case_in_charge(session(), signed_in(), number)
    move_token(
        session(),
        case.id,
        json_data["token"],
        json_data["to"],
        json_data["reason"],
        seen=json_data.get("seen"),
        by=signed_in(),
        at=now(),
    )
    return case_shown(case)


@api.get("/cases/<path:number>/data")
@access(*_CHARGE)
@api.output(DataOut)
@api.doc(security="token")
def data(number: str) -> Json:
    """What a case knows, and what only single rounds, called processes and activities of it know."""
    return _data(case_in_charge(session(), signed_in(), number))


@api.post("/cases/<path:number>/data")
@access(*_CHARGE)
@api.input(DataIn)
@api.output(DataOut)
@api.doc(security="token")
def correct(number: str, json_data: Json) -> Json:
    """Correct what a case or a part of it knows; what it knew before is kept in its record."""
    case = case_in_charge(session(), signed_in(), number)
    correct_data(
        session(),
        case.id,
        json_data["values"],
        json_data["reason"],
        token=json_data.get("token"),
        seen=json_data.get("seen"),
        by=signed_in(),
        at=now(),
    )
    return _data(case)


def _seen(number: str, sent: Json) -> Case:
    case = case_in_charge(session(), signed_in(), number)
    hold_as_seen(session(), case.id, sent.get("seen"))
    return case


def _data(case: Case) -> Json:
    known, local = variables(session(), case), locals_of(session(), case, at=now())
    if not knows(case):
        known = masked(session(), case.version_id, known)
        local = [replace(one, variables=masked_answer(one.variables)) for one in local]
    return {"revision": case.revision, "variables": known, "local": local}
