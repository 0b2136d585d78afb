"""Inboxes: which open tasks a person sees, in which order, a page at a time, fast however many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from engine.models import Person, Task

Scope = Literal["mine", "office", "unassigned", "all"]
Due = Literal["overdue", "today", "week"]
Sort = Literal["due", "opened", "priority"]
COUNT_LIMIT = 1000  # counts stop here: a count equal to COUNT_LIMIT + 1 reads “1000+”


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


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of an inbox."""

    id: str  # `case-token`, as in addresses
    case_id: int
    token: int
    case_number: str
    applicant_name: str
    procedure_key: str
    procedure_name: str
    element_id: str
    name: str
    kind: str  # TaskKind
    office_id: int | None
    office_name: str | None
    assignee_id: int | None
    assignee_name: str | None
    priority: int
    opened_at: datetime
    claimed_at: datetime | None
    due_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of an inbox; a cursor is None where there is nothing further."""

    rows: list[TaskRow]
    next: str | None
    previous: str | None


def open_tasks(session: Session, person: Person, query: TaskQuery, *, at: datetime) -> TaskPage:
    """The page of open tasks that the query asks for, of those the person may see."""
    raise NotImplementedError


def task_counts(
    session: Session, person: Person, query: TaskQuery, *, at: datetime
) -> dict[Scope, int]:
    """How many open tasks each scope has under the query's other filters, counted up to COUNT_LIMIT + 1."""
    raise NotImplementedError


def task_by_id(session: Session, person: Person, task_id: str) -> Task:
    """The task, open or not, with its case, procedure and version; NotFound unless the person may see it."""
    raise NotImplementedError
