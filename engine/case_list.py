"""Cases a person may see, the newest first, a page at a time; and who has to do what next in one of them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from engine.cursors import cursor, cursor_key
from engine.masking import masked_name
from engine.models import Case, CaseStatus, Office, Person, Procedure, Standing, Task, TaskStatus
from engine.search import found_by
from engine.visibility import needed_cases, visible_cases, visible_tasks


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """One view of the cases, as it stands in the address. `after` is an opaque cursor."""

    search: str = ""
    status: CaseStatus | None = None
    procedure_key: str | None = None
    after: str | None = None
    limit: int = 50
    is_mine: bool = False  # only those the person has a task of, has worked on, or opened
    is_under_way: bool = False  # only those that have not ended


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list."""

    id: int
    number: str
    applicant_name: str
    procedure_key: str
    procedure_name: str
    status: str
    outcome: str | None
    filed_on: date
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases; `next` is None at the end."""

    rows: list[CaseRow]
    next: str | None


def cases(session: Session, person: Person, query: CaseQuery) -> CasePage:
    """The page that the query asks for, of the cases the person may see. Raises CursorUnreadable."""
    conditions: list[ColumnElement[bool]] = [visible_cases(person), found_by(query.search)]
    if query.is_under_way:
        conditions.append(Case.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED)))
    if query.status is not None:
        conditions.append(Case.status == query.status.value)
    if query.procedure_key:
        conditions.append(Procedure.key == query.procedure_key)
    if query.after is not None:
        # identifiers grow with time: the newest first needs no other key
        (edge,) = cursor_key(query.after, "cases", int)
        conditions.append(Case.id < edge)
    if query.is_mine:
        conditions = [Case.id.in_(_mine(person, conditions, query.limit + 1))]
    found = session.execute(
        select(
            Case.id,
            Case.number,
            Case.applicant_name,
            Procedure.key.label("procedure_key"),
            Procedure.name.label("procedure_name"),
            Case.status,
            Case.outcome,
            Case.filed_on,
            Case.started_at,
            Case.ended_at,
            Case.due_at,
            needed_cases(person).label("is_known"),
        )
        .join(Procedure, Procedure.id == Case.procedure_id)
        .where(*conditions)
        .order_by(Case.id.desc())
        .limit(query.limit + 1)
    ).all()
    rows = [_row(row._asdict()) for row in found[: query.limit]]
    more = len(found) > query.limit
    return CasePage(rows, cursor("cases", rows[-1].id) if more else None)


def _mine(person: Person, conditions: list[ColumnElement[bool]], limit: int) -> Select[int]:
    """Ids of the newest cases of a person: each of three short scans has the newest of its kind."""
    of_tasks = (
        Task.ended_by_id == person.id,
        and_(Task.assignee_id == person.id, Task.status == TaskStatus.OPEN.value),
    )
    scans: list[Select[int]] = [
        select(Task.case_id)
        .distinct()
        .join(Case, Case.id == Task.case_id)
        .join(Procedure, Procedure.id == Case.procedure_id)
        .where(mine, *conditions)
        .order_by(Task.case_id.desc())
        .limit(limit)
        for mine in of_tasks
    ]
    scans.append(
        select(Case.id)
        .join(Procedure, Procedure.id == Case.procedure_id)
        .where(Case.started_by_id == person.id, *conditions)
        .order_by(Case.id.desc())
        .limit(limit)
    )
    return select(union_all(*(select(one.subquery()) for one in scans)).subquery())


def _row(told: dict[str, Any]) -> CaseRow:
    if not told.pop("is_known"):
        told["applicant_name"] = masked_name(told["applicant_name"])
    return CaseRow(**told)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task of one case; `id` is None when the person may not see the task itself."""

    id: str | None
    name: str
    office_name: str | None
    assignee_name: str | None
    due_at: datetime | None


_Seen = tuple[int, int, str, datetime | None, str, str, bool]


def open_tasks_of(session: Session, person: Person, case: Case) -> list[OpenTask]:
    """Who has to do what next in a case the person may see; tasks of other offices are told but not opened."""
    session.flush()
    # Columns only: the connection answers without what the ORM gets ready to make objects.
    asked = _open_tasks_of_one_as_seen_by(person.standing)
    return [_told(row) for row in session.connection().execute(asked, {"case_id": case.id})]


def open_tasks_in(
    session: Session, person: Person, case_ids: list[int]
) -> dict[int, list[OpenTask]]:
    """The same for a page of cases the person may see, by id; one query."""
    if not case_ids:
        return {}
    found: dict[int, list[OpenTask]] = {}
    for row in session.execute(_open_tasks_as_seen_by(person.standing), {"case_ids": case_ids}):
        found.setdefault(row.case_id, []).append(_told(row))
    return found


def _told(row: Row[*_Seen]) -> OpenTask:
    return OpenTask(
        f"{row.case_id}-{row.token}" if row.is_seen else None,
        row.name,
        row.office,
        row.assignee,
        row.due_at,
    )


# Said, not bound: SQLite compiles a statement again at every use whose plan hangs on a bound value, and the indexes of
# open tasks say 'open' themselves.
_OPEN = literal_column(f"'{TaskStatus.OPEN.value}'", String)


# Putting them together costs more than the database takes to answer.
@lru_cache(64)
def _open_tasks_as_seen_by(person: Standing) -> Select[*_Seen]:
    ids: Any = bindparam("case_ids", expanding=True)
    asked = _seen_by(person).where(Task.case_id.in_(ids))
    return asked.order_by(Task.case_id, Task.opened_at, Task.token)


@lru_cache(64)
def _open_tasks_of_one_as_seen_by(person: Standing) -> Select[*_Seen]:
    asked = _seen_by(person).where(Task.case_id == bindparam("case_id"))
    return asked.order_by(Task.opened_at, Task.token)


def _seen_by(person: Standing) -> Select[*_Seen]:
    return (
        select(
            Task.case_id,
            Task.token,
            Task.name,
            Task.due_at,
            Office.name.label("office"),
            Person.full_name.label("assignee"),
            visible_tasks(person).label("is_seen"),
        )
        .outerjoin(Office, Office.id == Task.office_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(Task.status == _OPEN)
    )
