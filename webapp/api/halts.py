"""Suspending and resuming a procedure over `/api/v1`, and how it stands."""

from typing import Any

from engine.deployments import procedure_by_key
from engine.halts.commands import (
    Standing,
    past_halts,
    present_halt,
    resume_procedure,
    standing,
    suspend_procedure,
    try_halt_again,
)
from engine.models import Procedure, Role
from webapp.api.intervention_shapes import EndHaltIn, HaltIn, HaltsOut
from webapp.api.problems import blueprint
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session

api = blueprint("api_halts")
Json = dict[str, Any]

_KEEPS = (Role.ANALYST, Role.OPERATOR)


@api.get("/procedures/<key>/halts")
@access(Role.ANALYST, Role.MANAGER, Role.OPERATOR)
@api.output(HaltsOut)
@api.doc(security="token")
def index(key: str) -> Json:
    """Whether a procedure is suspended, by whom and why, how far the worker is with its cases, and what was before."""
    return _shown(procedure_by_key(session(), key))


@api.post("/procedures/<key>/suspend")
@access(*_KEEPS)
@api.input(HaltIn)
@api.output(HaltsOut)
@api.doc(security="token")
def suspend(key: str, json_data: Json) -> Json:
    """Take no new cases; with `cases`, which is for operators, the worker lays the open ones still, too.

    A procedure that stands as wished stays so under its first reason. The law's clock runs on in every case.
    """
    procedure = procedure_by_key(session(), key)
    suspend_procedure(
        session(),
        procedure,
        json_data["reason"],
        is_with_cases=json_data["cases"],
        by=signed_in(),
        at=now(),
    )
    return _shown(procedure)


@api.post("/procedures/<key>/resume")
@access(*_KEEPS)
@api.input(EndHaltIn)
@api.output(HaltsOut)
@api.doc(security="token")
def resume(key: str, json_data: Json) -> Json:
    """Take new cases again; the worker sets those going that stood still with the procedure."""
    procedure = procedure_by_key(session(), key)
    resume_procedure(session(), procedure, json_data["reason"], by=signed_in(), at=now())
    return _shown(procedure)


@api.post("/procedures/<key>/halts/again")
@access(Role.OPERATOR)
@api.output(HaltsOut)
@api.doc(security="token")
def again(key: str) -> Json:
    """Try again the batches that were given up."""
    procedure = procedure_by_key(session(), key)
    halt = present_halt(session(), procedure)
    if halt is not None:
        try_halt_again(session(), halt, at=now())
    return _shown(procedure)


def _shown(procedure: Procedure) -> Json:
    halt = present_halt(session(), procedure)
    return {
        "procedure": procedure.key,
        "takes_cases": not procedure.is_suspended,
        "present": None if halt is None else _told(standing(session(), halt)),
        "past": [_told(one) for one in past_halts(session(), procedure)],
    }


def _told(one: Standing) -> Json:
    return {
        "step": one.halt.step,
        "cases": one.halt.is_with_cases,
        "reason": one.halt.reason,
        "by": one.begun_by,
        "at": one.halt.begun_at,
        "end_reason": one.halt.end_reason,
        "ended_by": one.ended_by,
        "ended_at": one.halt.ended_at,
        "done": one.done,
        "all": one.all,
        "stood": one.halt.stood,
        "failure": one.failure,
        "kept": [{"case": number, "reason": why} for number, why in one.kept],
    }
