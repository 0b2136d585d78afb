"""Cases over `/api/v1`: where one stands and everything that happened in it."""

from typing import Any

from engine import history
from engine.case_list import CaseQuery, OpenTask, cases, open_tasks_in, open_tasks_of
from engine.cases import case_by_number
from engine.masking import masked_answer, masked_name
from engine.models import Case, CaseStatus, Role
from engine.spiff import Wait
from engine.terms.view import clock_view, clock_views
from webapp.api.clock import clock_shown
from webapp.api.problems import blueprint
from webapp.api.shapes import CaseOut, Cases, CasesQuery, Events, EventsQuery
from webapp.readings import is_read
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.words.case_data import knows, masked

api = blueprint("api_cases")
Json = dict[str, Any]

_READS = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR, Role.APPLICANT)


@api.get("/cases")
@access(*_READS)
@api.input(CasesQuery, location="query")
@api.output(Cases)
@api.doc(security="token")
def index(query_data: Json) -> Json:
    """Cases that the token's person may see, a page at a time."""
    query = CaseQuery(
        search=query_data["q"],
        status=CaseStatus(query_data["status"]) if "status" in query_data else None,
        procedure_key=query_data.get("procedure"),
        after=query_data.get("after"),
        limit=query_data["limit"],
        is_mine=query_data["mine"],
        is_under_way=query_data["under_way"],
    )
    found = cases(session(), signed_in(), query)
    ids = [row.id for row in found.rows]
    clocks = clock_views(session(), ids, at=now())
    tasks = open_tasks_in(session(), signed_in(), ids)
    return {
        "cases": [
            {
                "number": row.number,
                "procedure": row.procedure_key,
                "status": row.status,
                "outcome": row.outcome,
                "applicant": row.applicant_name,
                "filed_on": row.filed_on,
                "started_at": row.started_at,
                "ended_at": row.ended_at,
                "due_at": row.due_at,
                "clock": clock_shown(clocks.get(row.id)),
                "tasks": [_task(task) for task in tasks.get(row.id, [])],
            }
            for row in found.rows
        ],
        "next": found.next,
    }


@api.get("/cases/<path:number>")
@access(*_READS)
@api.output(CaseOut)
@api.doc(security="token")
def show(number: str) -> Json:
    """A case, with where it stands and what is known of it."""
    case = case_by_number(session(), signed_in(), number)
    is_read(case, "case")
    return case_shown(case)


@api.get("/cases/<path:number>/events")
@access(*_READS)
@api.input(EventsQuery, location="query")
@api.output(Events)
@api.doc(security="token")
def events(number: str, query_data: Json) -> Json:
    """The facts of a case, the oldest first."""
    case = case_by_number(session(), signed_in(), number)
    is_read(case, "case")
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
                "data": _data(case, entry.data),
            }
            for entry in page
        ],
        "next": page[-1].seq if len(told) > len(page) else None,
    }


def case_shown(case: Case) -> Json:
    """The case, read with its procedure and version, as JSON for whoever may see it; masked for who does not need to
    know whose it is.
    """
    stands = history.standing(session(), case)
    return {
        "number": case.number,
        "procedure": case.procedure.key,
        "version": case.version.number,
        "status": case.status,
        "outcome": case.outcome,
        "applicant": case.applicant_name if knows(case) else masked_name(case.applicant_name),
        "filed_on": case.filed_on,
        "started_at": case.started_at,
        "ended_at": case.ended_at,
        "positions": stands.positions,
        "waits": [_wait(wait, is_known=knows(case)) for wait in stands.awaited],
        "tasks": [_task(task) for task in open_tasks_of(session(), signed_in(), case)],
        "due_at": case.due_at,
        "clock": clock_shown(clock_view(session(), case, at=now())),
        "variables": stands.variables
        if knows(case)
        else masked(session(), case.version_id, stands.variables),
    }


_ANSWERS = ("answers", "before", "words")  # parts of a fact in which somebody wrote


def _data(case: Case, data: Json) -> Json:
    if knows(case):
        return data
    return {name: masked_answer(part) if name in _ANSWERS else part for name, part in data.items()}


def _wait(wait: Wait, *, is_known: bool) -> Json:
    return {
        "token": wait.token,
        "element_id": wait.element_id,
        "name": wait.name,
        "kind": wait.kind,
        "message": wait.message,
        "correlation": wait.correlation if is_known else masked_answer(wait.correlation),
        "due_at": wait.due_at,
    }


def _task(task: OpenTask) -> Json:
    return {
        "id": task.id,
        "name": task.name,
        "office": task.office_name,
        "assignee": task.assignee_name,
        "due_at": None if task.due_at is None else task.due_at.isoformat(),
    }
