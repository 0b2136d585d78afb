"""Tasks over `/api/v1`: list, take, give back, give to someone, complete."""

from typing import Any

from engine.case_fields import COMPARISONS
from engine.errors import NotFound, Refusal
from engine.inbox.filters import FieldAsked, TaskQuery, read_field
from engine.inbox.worklists import open_tasks, task_by_id
from engine.models import Person, Role, Task
from engine.people import person_by_name
from engine.stillness import stillness
from engine.tasks import assign_task, claim_task, complete_task, release_task
from engine.terms.view import clock_view, clock_views
from webapp.api.clock import clock_shown
from webapp.api.problems import blueprint
from webapp.api.shapes import AssignIn, CompleteIn, CompleteOut, TaskDetail, Tasks, TasksQuery
from webapp.readings import is_read
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, now, session

api = blueprint("api_tasks")
Json = dict[str, Any]

_WORKS = (Role.CIVIL_SERVANT, Role.MANAGER, Role.OPERATOR)


@api.get("/tasks")
@access(*_WORKS)
@api.input(TasksQuery, location="query")
@api.output(Tasks)
@api.doc(security="token")
def index(query_data: Json) -> Json:
    """Open tasks that the token's person may see, a page at a time."""
    query = TaskQuery(
        scope=query_data["scope"],
        search=query_data["q"],
        procedure_key=query_data.get("procedure"),
        element_id=query_data.get("element_id"),
        due=query_data.get("due"),
        due_days=query_data.get("days"),
        is_to_review=query_data["review"],
        is_follow_up=query_data["follow"],
        fields=tuple(_field(one) for one in query_data["field"]),
        sort=query_data["sort"],
        after=query_data.get("after"),
        limit=query_data["limit"],
    )
    found = open_tasks(session(), signed_in(), query, at=now(), zone=current_zone())
    clocks = clock_views(session(), list({row.case_id for row in found.rows}), at=now())
    return {
        "tasks": [
            {
                "id": row.id,
                "case": row.case_number,
                "applicant": row.applicant_name,
                "procedure": row.procedure_key,
                "element_id": row.element_id,
                "name": row.name,
                "kind": row.kind,
                "office": row.office_name,
                "assignee": row.assignee_name,
                "priority": row.priority,
                "opened_at": row.opened_at,
                "claimed_at": row.claimed_at,
                "due_at": row.due_at,
                "is_overdue": row.is_overdue,
                "follow_up_on": row.follow_up_on,
                "stands_still": row.stands_still,
                "clock": clock_shown(clocks.get(row.case_id)),
            }
            for row in found.rows
        ],
        "next": found.next,
    }


@api.get("/tasks/<task_id>")
@access(*_WORKS)
@api.output(TaskDetail)
@api.doc(security="token")
def show(task_id: str) -> Json:
    """One task, open or not."""
    task = task_by_id(session(), signed_in(), task_id)
    is_read(task.case, "task")
    return _shown(task)


@api.post("/tasks/<task_id>/claim")
@access(*_WORKS)
@api.output(TaskDetail)
@api.doc(security="token")
def claim(task_id: str) -> Json:
    """Take a task of one's office."""
    claim_task(session(), task_id, by=signed_in(), at=now())
    return _shown(task_by_id(session(), signed_in(), task_id))


@api.post("/tasks/<task_id>/release")
@access(*_WORKS)
@api.output(TaskDetail)
@api.doc(security="token")
def release(task_id: str) -> Json:
    """Give a task back to its office."""
    release_task(session(), task_id, by=signed_in(), at=now())
    return _shown(task_by_id(session(), signed_in(), task_id))


@api.post("/tasks/<task_id>/assign")
@access(*_WORKS)
@api.input(AssignIn)
@api.output(TaskDetail)
@api.doc(security="token")
def assign(task_id: str, json_data: Json) -> Json:
    """Give a task to someone of its office."""
    to = person_by_name(session(), json_data["to"])
    if to is None:
        raise NotFound(what="person", name=json_data["to"])
    assign_task(session(), task_id, to, by=signed_in(), at=now())
    return _shown(task_by_id(session(), signed_in(), task_id))


@api.post("/tasks/<task_id>/complete")
@access(*_WORKS)
@api.input(CompleteIn)
@api.output(CompleteOut)
@api.doc(security="token")
def complete(task_id: str, json_data: Json) -> Json:
    """Complete a task; answers are checked by its form."""
    done = complete_task(
        session(),
        task_id,
        json_data["answers"],
        choices=json_data["choices"],
        by=signed_in(),
        at=now(),
    )
    return {
        "case": done.case.number,
        "status": done.case.status,
        "next_task": done.next_task.id if done.next_task else None,
    }


class FilterUnreadable(Refusal):
    """A filter by a case field has three parts."""

    sentence = "“{text}” is no filter. Write name~compare~value, with one of: {known}."


def _field(text: str) -> FieldAsked:
    found = read_field(text)
    if found is None:
        raise FilterUnreadable(text=text, known=", ".join(COMPARISONS))
    return found


def _shown(task: Task) -> Json:
    assignee = None if task.assignee_id is None else session().get_one(Person, task.assignee_id)
    return {
        "id": task.id,
        "case": task.case.number,
        "element_id": task.element_id,
        "name": task.name,
        "kind": task.kind,
        "status": task.status,
        "assignee": None if assignee is None else assignee.full_name,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "stands_still": stillness(task.case.status, task.case.clock, task.case.halt_id),
        "clock": clock_shown(clock_view(session(), task.case, at=now())),
        "choices": (task.wait or {}).get("choices", []),
    }
