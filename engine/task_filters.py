"""What an inbox may be filtered by: one frozen question, and the conditions it means."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

from sqlalchemy import ColumnElement, select

from engine.case_fields import Compare, has_field
from engine.models import Procedure, Task
from engine.reviews import PROPOSED
from engine.search import found_by

Scope = Literal["mine", "office", "unassigned", "all"]
Due = Literal["overdue", "today", "week"]
Sort = Literal["due", "opened", "priority"]
SCOPES: tuple[Scope, ...] = ("mine", "office", "unassigned", "all")
MOST_FIELDS = 5  # asked at once
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A case field with what it is compared to, as engine.case_fields.has_field has it."""

    name: str
    compare: Compare
    value: str


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """One view of an inbox, as it stands in the address. `after` and `before` are opaque cursors."""

    scope: Scope = "mine"
    search: str = ""  # case number or words of the applicant's name; accents and case do not matter
    procedure_key: str | None = None
    due: Due | None = None
    sort: Sort = "due"
    after: str | None = None
    before: str | None = None
    limit: int = 50
    element_id: str | None = None  # of one kind of task of the procedure
    due_days: int | None = None  # due within so many days, overdue ones included
    is_to_review: bool = False  # what waits for a second pair of eyes
    is_follow_up: bool = False  # what its holder wanted to look at by today
    fields: tuple[FieldAsked, ...] = ()


def conditions(query: TaskQuery, at: datetime, zone: tzinfo) -> list[ColumnElement[bool]]:
    """Conditions on Task (and Case where the query searches) that the filters mean; `zone` says when a day ends."""
    asked: list[ColumnElement[bool]] = []
    if query.search.strip():
        asked.append(found_by(query.search))
    if query.procedure_key:
        procedure = select(Procedure.id).where(Procedure.key == query.procedure_key)
        asked.append(Task.procedure_id == procedure.scalar_subquery())
    if query.element_id:
        asked.append(Task.element_id == query.element_id)
    today = at.astimezone(zone).date()
    if query.due is not None or query.due_days is not None:
        tomorrow = datetime.combine(today, time(), zone) + timedelta(days=1)
        if query.due == "overdue":
            until = at
        elif query.due_days is not None:
            until = tomorrow + timedelta(days=max(0, min(query.due_days, MOST_DAYS)))
        else:
            until = tomorrow + timedelta(days=6 if query.due == "week" else 0)
        asked.append(Task.due_order < int(until.timestamp()))
    if query.is_to_review:
        asked.append(Task.review == PROPOSED)
    if query.is_follow_up:
        asked.append(Task.follow_up_on <= today)
    asked += [
        has_field(Task.case_id, one.name, one.compare, one.value)
        for one in query.fields[:MOST_FIELDS]
    ]
    return asked
