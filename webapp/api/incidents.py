"""What broke inside cases, over `/api/v1`: the list, one of them, try again, settle."""

from typing import Any

from engine.errors import NotFound
from engine.incidents import open_incidents, resolve
from engine.interventions.mending import broken, locals_at, try_again
from engine.interventions.previews import hold_as_seen
from engine.models import Role
from webapp.api.intervention_shapes import IncidentOut, RetryIn, SettleIn
from webapp.api.problems import blueprint
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session

api = blueprint("api_incidents")
Json = dict[str, Any]

_CHARGE = (Role.MANAGER, Role.OPERATOR)


@api.get("/incidents")
@access(*_CHARGE)
@api.output(IncidentOut(many=True))
@api.doc(security="token")
def index() -> list[Json]:
    """Up to 100 incidents that wait to be mended, the oldest first."""
    return [_shown(row.case_id, row.number) for row in open_incidents(session(), signed_in())]


@api.get("/incidents/<incident_id>")
@access(*_CHARGE)
@api.output(IncidentOut)
@api.doc(security="token")
def show(incident_id: str) -> Json:
    """One incident, mended or not."""
    return _shown(*_numbers(incident_id))


@api.post("/incidents/<incident_id>/retry")
@access(*_CHARGE)
@api.input(RetryIn)
@api.output(IncidentOut)
@api.doc(security="token")
def again(incident_id: str, json_data: Json) -> Json:
    """Let the case go on from what broke, with corrected data where some is given."""
    case_id, number = _numbers(incident_id)
    broken(session(), signed_in(), case_id, number)
    try_again(
        session(),
        case_id,
        number,
        json_data["reason"],
        corrections=json_data["corrections"],
        local={one["token"]: one["values"] for one in json_data["local"]},
        seen=json_data.get("seen"),
        by=signed_in(),
        at=now(),
    )
    return _shown(case_id, number)


@api.post("/incidents/<incident_id>/settle")
@access(*_CHARGE)
@api.input(SettleIn)
@api.output(IncidentOut)
@api.doc(security="token")
def settle(incident_id: str, json_data: Json) -> Json:
    """Note that it was dealt with by other means; with `answer`, a call to another machine counts as answered."""
    case_id, number = _numbers(incident_id)
    broken(session(), signed_in(), case_id, number)
    hold_as_seen(session(), case_id, json_data.get("seen"))
    resolve(
        session(),
        case_id,
        number,
        json_data["reason"],
        data=json_data.get("answer"),
        by=signed_in(),
        at=now(),
    )
    return _shown(case_id, number)


def _numbers(incident_id: str) -> tuple[int, int]:
    case_id, _, number = incident_id.partition("-")
    if not (case_id.isascii() and case_id.isdigit() and number.isascii() and number.isdigit()):
        raise NotFound(what="incident", name=incident_id[:60])
    if len(case_id) > 18 or len(number) > 5:
        raise NotFound(what="incident", name=incident_id[:60])
    return int(case_id), int(number)


def _shown(case_id: int, number: int) -> Json:
    found = broken(session(), signed_in(), case_id, number)
    incident = found.incident
    return {
        "id": f"{case_id}-{number}",
        "case": found.case.number,
        "kind": incident.kind,
        "element_id": incident.element_id,
        "token": incident.token,
        "message": incident.message,
        "raised_at": incident.raised_at,
        "resolved_at": incident.resolved_at,
        "resolution": incident.resolution,
        "local": [] if incident.resolved_at else locals_at(session(), incident, at=now()),
    }
