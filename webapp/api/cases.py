"""Cases over `/api/v1`: where one stands and everything that happened in it."""

from typing import Any

from engine import history
from engine.case_list import open_tasks_of
from engine.cases import case_by_number
from engine.models import Case, Procedure, Role, Version
from webapp.access import access
from webapp.api.problems import blueprint
from webapp.api.shapes import CaseOut, Events, EventsQuery
from webapp.sessions import signed_in
from webapp.transactions import session

api = blueprint("api_cases")
Json = dict[str, Any]

_READS = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR, Role.APPLICANT)


@api.get("/cases/<path:number>")
@access(*_READS)
@api.output(CaseOut)
@api.doc(security="token")
def show(number: str) -> Json:
    """A case, with where it stands and what is known of it."""
    return case_shown(case_by_number(session(), signed_in(), number))


@api.get("/cases/<path:number>/events")
@access(*_READS)
@api.input(EventsQuery, location="query")
@api.output(Events)
@api.doc(security="token")
def events(number: str, query_data: Json) -> Json:
    """The facts of a case, the oldest first."""
    case = case_by_number(session(), signed_in(), number)
    told = [e for e in history.timeline(session(), case) if e.seq > query_data["after"]]
    page = told[: query_data["limit"]]
    return {
        "events": [
            {
                "seq": entry.seq,
                "at": entry.at,
                "type": entry.type,
                "element_id": entry.element_id,
                "element": entry.element_name,
                "task": None if entry.token is None else f"{case.id}-{entry.token}",
                "by": entry.by_name,
                "office": entry.office_name,
                "data": entry.data,
            }
            for entry in page
        ],
        "next": page[-1].seq if len(told) > len(page) else None,
    }


def case_shown(case: Case) -> Json:
    """The case as JSON, for whoever may see it."""
    return {
        "number": case.number,
        "procedure": session().get_one(Procedure, case.procedure_id).key,
        "version": session().get_one(Version, case.version_id).number,
        "status": case.status,
        "outcome": case.outcome,
        "applicant": case.applicant_name,
        "filed_on": case.filed_on,
        "started_at": case.started_at,
        "ended_at": case.ended_at,
        "positions": history.positions(session(), case),
        "tasks": [
            {"id": task.id, "name": task.name, "office": task.office_name}
            for task in open_tasks_of(session(), signed_in(), case)
        ],
        "variables": history.variables(session(), case),
    }
