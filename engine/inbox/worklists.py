"""Inboxes: which open tasks a person sees, in which order, a page at a time, fast however many there are."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session, joinedload, undefer

from engine.errors import NotFound
from engine.inbox.filters import SCOPES, Asked, Key, Scope, TaskQuery, asked_of
from engine.inbox.order import ORDERS, Order
from engine.inbox.scans import (
    MET,
    OWN,
    Met,
    Queue,
    Reach,
    Scan,
    driven,
    examined_in,
    horizon,
    is_checked,
    met,
    met_among,
    rarest,
    reach_of,
    scans,
    way_of,
)
from engine.masking import masked_name
from engine.models import Case, Office, Person, Procedure, Task, TaskKey
from engine.visibility import needs_applicants, seen_queues, visible_tasks

COUNT_LIMIT = 1000  # counts stop here, and say that there are more
LARGEST_PAGE = 200


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
    version_id: int
    review: str | None  # “wanted”, or “proposed” and waiting for a second pair of eyes
    follow_up_on: date | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of an inbox; a cursor is None where there is nothing further. A page that `is_cut` ends, short or empty,
    where as many tasks were looked at as one page looks at: what else there is comes after its cursor.
    """

    rows: list[TaskRow]
    next: str | None
    previous: str | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks there are; `is_more`: at least so many."""

    number: int
    is_more: bool = False


def open_tasks(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> TaskPage:
    """The page of open tasks that the query asks for, of those the person may see.

    `zone` says when a day ends. Raises CursorUnreadable.
    """
    size = max(1, min(query.limit, LARGEST_PAGE))
    order = ORDERS[query.sort]
    backwards = query.before is not None and query.after is None
    cursor = query.before if backwards else query.after
    edge = None if cursor is None else order.place(cursor)
    asked = asked_of(session, query, at, zone)
    reach = reach_of(person, seen_queues(session, person), query.scope)
    way = way_of(session, reach, asked, order)
    end = horizon(session, reach, asked, way, order, after=edge, backwards=backwards)

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        key = way.key if how == MET else None
        of = Task if key is None else TaskKey
        is_sorted = way.is_sorted if how == MET else how == OWN and order.name != "due"
        met_in = None if is_sorted else order
        found = met(asked, key, queue, condition, in_order=met_in)
        found = found.add_columns(order.column.label("sort_key"))
        if edge is not None:
            found = found.where(order.beyond(edge, backwards, of=of))
        if end is not None:
            found = found.where(order.until(end, backwards, of=of))
        return found.order_by(*order.by_table(backwards, of=of, is_sorted=is_sorted)).limit(
            size + 1
        )

    merged = scans(session, reach, scan, way.walked)
    found = select(merged).order_by(*order.by(merged.c, backwards)).limit(size + 1).subquery()
    rows = list(session.execute(_lines(found, order, backwards)))
    more, is_cut = len(rows) > size, len(rows) <= size and end is not None
    rows = rows[:size]
    if backwards:
        rows.reverse()
    known = needs_applicants(session, person, [row.Task.case_id for row in rows])
    lines = [_line(row, at, is_known=row.Task.case_id in known) for row in rows]
    first, last = (
        [
            order.cursor((row.sort_key, row.Task.case_id, row.Task.token))
            for row in (rows[0], rows[-1])
        ]
        if rows
        else (None, None)
    )
    if end is not None and is_cut:
        more = True
        if backwards:
            first = order.cursor(end)
        else:
            last = order.cursor(end)
    if not lines and not is_cut:
        return TaskPage([], None, None)
    return TaskPage(
        lines,
        next=last if more or backwards else None,
        previous=first if (more if backwards else edge is not None) else None,
        is_cut=is_cut,
    )


def next_tasks(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> list[TaskRow]:
    """The first tasks that the query asks for, however far one has to look."""
    found = open_tasks(session, person, query, at=at, zone=zone)
    while not found.rows and found.next is not None:
        further = replace(query, after=found.next, before=None)
        found = open_tasks(session, person, further, at=at, zone=zone)
    return found.rows


def task_counts(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> dict[Scope, Count]:
    """How many open tasks each scope has under the query's other filters, counted up to COUNT_LIMIT, and no further
    than as many tasks as one count looks at.
    """
    asked = asked_of(session, query, at, zone)
    key, is_common = rarest(session, asked)
    seen = seen_queues(session, person)
    reaches = {scope: reach_of(person, seen, scope) for scope in SCOPES}
    told: list[Any] = []
    beside: Any = None
    shared: set[Scope] = set()
    if asked.besides(key):
        # What has to be checked one by one is checked once, for every scope of the same queues.
        reach = reaches["all"]
        shared = {"all", "unassigned"}
        if (reach.queues, reach.others) == (reaches["office"].queues, reaches["office"].others):
            shared.add("office")
        beside = _all_at_once(session, asked, key, reach, is_long=is_common)
        told += [beside.c[scope] for scope in shared]
    for scope, reach in reaches.items():
        is_long = is_common and reach.has_queues and is_checked(asked, key, reach)
        if is_long:
            told.append(_is_more(session, asked, key, reach).label(f"more_{scope}"))
        if scope not in shared:
            some = scans(
                session, reach, _counted(asked, key, examined_in(reach) if is_long else None)
            )
            capped = select(literal(1)).select_from(some).limit(COUNT_LIMIT + 1).subquery()
            told.append(select(func.count()).select_from(capped).scalar_subquery().label(scope))
    asked_for = select(*told) if beside is None else select(*told).select_from(beside)
    row = session.execute(asked_for).one()._mapping
    return {
        scope: Count(
            min(row[scope] or 0, COUNT_LIMIT),
            is_more=(row[scope] or 0) > COUNT_LIMIT or bool(row.get(f"more_{scope}")),
        )
        for scope in SCOPES
    }


def _all_at_once(
    session: Session, asked: Asked, key: Key | None, reach: Reach, *, is_long: bool
) -> Subquery:
    """Of everything a person sees: all, what is in a queue, and what of that is nobody's."""
    most = examined_in(reach) if is_long and reach.has_queues else None

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        found = _counted(asked, key, most)(queue, condition, how)
        return found.with_only_columns(
            literal(int(how != OWN)).label("queued"),
            case((Task.assignee_id.is_(None), int(how != OWN)), else_=0).label("free"),
        )

    some = scans(session, reach, scan)
    return (
        select(
            func.count().label("all"),
            func.sum(some.c.queued).label("office"),
            func.sum(some.c.free).label("unassigned"),
        )
        .select_from(some)
        .subquery()
    )


def _counted(asked: Asked, key: Key | None, most: int | None) -> Scan:
    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        if how == OWN:
            found = met(asked, None, queue, condition)
        elif most is None:
            found = met(asked, key, queue, condition)
        else:
            found = met_among(asked, key, queue, condition, most=most)
        return found.with_only_columns(literal(1).label("one")).limit(COUNT_LIMIT + 1)

    return scan


def _is_more(session: Session, asked: Asked, key: Key | None, reach: Reach) -> ColumnElement[bool]:
    """Whether some branch has more than is looked at."""
    most = examined_in(reach)

    def scan(queue: Queue, _condition: ColumnElement[bool], _how: Met) -> Select[Any]:
        return driven(asked, key, queue).limit(1).offset(most)

    return exists().select_from(scans(session, reach.without_own(), scan))


def task_by_id(session: Session, person: Person, task_id: str) -> Task:
    """The task, open or not, with its case, procedure and version; NotFound unless the person may see it."""
    case_id, token = read_task_id(task_id)
    task = session.scalar(
        select(Task)
        .where(Task.case_id == case_id, Task.token == token, visible_tasks(person))
        .options(
            undefer(Task.wait),
            joinedload(Task.case, innerjoin=True).options(
                undefer(Case.state),
                joinedload(Case.procedure, innerjoin=True),
                joinedload(Case.version, innerjoin=True),
            ),
        )
    )
    if task is None:
        raise NotFound(what="task", name=task_id)
    return task


def read_task_id(task_id: str) -> tuple[int, int]:
    """Case and token of a task's id in an address; NotFound where it is none."""
    case_id, _, token = task_id.partition("-")
    if not (case_id.isascii() and case_id.isdigit() and token.isascii() and token.isdigit()):
        raise NotFound(what="task", name=task_id[:60])
    if len(case_id) > 18 + 1 or len(token) > 9 or int(case_id) >= 2**63:
        raise NotFound(what="task", name=task_id[:60])
    return int(case_id), int(token)


def _lines(found: Any, order: Order, backwards: bool) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Task,
            found.c.sort_key,
            Case.number,
            Case.applicant_name,
            Procedure.key,
            Procedure.name.label("procedure_name"),
            Office.name.label("office_name"),
            Person.full_name,
        )
        .join(found, and_(Task.case_id == found.c.case_id, Task.token == found.c.token))
        .join(Case, Case.id == Task.case_id)
        .join(Procedure, Procedure.id == Task.procedure_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .order_by(*order.by(found.c, backwards))
    )


def _line(row: Any, at: datetime, *, is_known: bool) -> TaskRow:
    task: Task = row.Task
    return TaskRow(
        id=task.id,
        case_id=task.case_id,
        token=task.token,
        case_number=row.number,
        applicant_name=row.applicant_name if is_known else masked_name(row.applicant_name),
        procedure_key=row.key,
        procedure_name=row.procedure_name,
        element_id=task.element_id,
        name=task.name,
        kind=task.kind,
        office_id=task.office_id,
        office_name=row.office_name,
        assignee_id=task.assignee_id,
        assignee_name=row.full_name,
        priority=task.priority,
        opened_at=task.opened_at,
        claimed_at=task.claimed_at,
        due_at=task.due_at,
        is_overdue=task.due_at is not None and task.due_at < at,
        version_id=task.version_id,
        review=task.review,
        follow_up_on=task.follow_up_on,
    )
