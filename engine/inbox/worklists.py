"""Inboxes: which open tasks a person sees, in which order, a page at a time, fast however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    True_,
    and_,
    select,
)
from sqlalchemy.orm import Session, joinedload, undefer

from engine.errors import NotFound
from engine.inbox.counts import Count, counts_of
from engine.inbox.filters import Scope, TaskQuery
from engine.inbox.order import ORDERS, Order, Place
from engine.inbox.reach import Queue, reach_of
from engine.inbox.scans import (
    EXAMINED,
    MET,
    OWN,
    Look,
    Met,
    Part,
    asks_by_turns,
    depth,
    driven,
    examined_in,
    few_in,
    look_of,
    met,
    met_among,
    scans,
    way_of,
)
from engine.masking import masked_name
from engine.models import Case, Office, Person, Procedure, Task, TaskKey
from engine.stillness import Stillness, stillness
from engine.visibility import needs_applicants, visible_tasks

LARGEST_PAGE = 200
FURTHER = 5  # times as many tasks as at first are looked at when a page would stay short


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
    stands_still: Stillness | None  # nothing can be done to it meanwhile


# What a line says of its task; a whole Task for each line would take twice as long to make.
_OF_TASK = (
    Task.case_id,
    Task.token,
    Task.element_id,
    Task.name,
    Task.kind,
    Task.office_id,
    Task.assignee_id,
    Task.priority,
    Task.opened_at,
    Task.claimed_at,
    Task.due_at,
    Task.version_id,
    Task.review,
    Task.follow_up_on,
)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of an inbox; a cursor is None where there is nothing further. A page that `is_cut` ends, short or empty,
    where as many tasks were looked at as one page looks at: what else there is comes after its cursor.
    """

    rows: list[TaskRow]
    next: str | None
    previous: str | None
    is_cut: bool = False


def inbox(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> tuple[TaskPage, dict[Scope, Count]]:
    """A page with the counts beside it: `open_tasks` and `task_counts`, asked together."""
    look = look_of(session, person, query, at, zone)
    return _full_page(session, person, query, look, at), counts_of(session, person, look)


def open_tasks(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> TaskPage:
    """The page of open tasks that the query asks for, of those the person may see.

    `zone` says when a day ends. Raises CursorUnreadable.
    """
    return _full_page(session, person, query, look_of(session, person, query, at, zone), at)


def _full_page(
    session: Session, person: Person, query: TaskQuery, look: Look, at: datetime
) -> TaskPage:
    """A page that a look ends before half of it is full is looked for once more, as far as what was found lets hope
    for the rest: a person rather waits forty milliseconds than asks to look further after ten tasks.
    """
    first = _page(session, person, query, look, at)
    size = max(1, min(query.limit, LARGEST_PAGE))
    found = len(first.rows)
    if not first.is_cut or 2 * found >= size:
        return first
    missing = size - found
    times = min(-(-missing * 5 // (4 * found)), FURTHER) if found else FURTHER
    backwards = query.before is not None and query.after is None
    more = replace(
        query,
        limit=missing,
        after=None if backwards else first.next,
        before=first.previous if backwards else None,
    )
    rest = _page(session, person, more, look, at, times=times)
    # Of an empty look there is no place to come back to.
    if backwards:
        next_ = first.next if found else rest.next
        return replace(rest, rows=rest.rows + first.rows, next=next_)
    previous = first.previous if found or query.after is None else rest.previous
    return replace(rest, rows=first.rows + rest.rows, previous=previous)


def _page(
    session: Session, person: Person, query: TaskQuery, look: Look, at: datetime, *, times: int = 1
) -> TaskPage:
    size = max(1, min(query.limit, LARGEST_PAGE))
    order = ORDERS[query.sort]
    backwards = query.before is not None and query.after is None
    cursor = query.before if backwards else query.after
    edge = None if cursor is None else order.place(cursor)
    asked = look.asked
    reach = reach_of(person, look.seen, query.scope)
    look_at = Part(order, edge, backwards, examined_in(reach, times))
    way = way_of(session, reach, asked, look_at, key=look.key, is_common=look.is_common)
    end, is_by_turns = way.end, asks_by_turns(session)

    def part(of: Any) -> list[ColumnElement[bool]]:
        after = [] if edge is None else [order.beyond(edge, backwards, of=of)]
        return after + ([] if end is None else [order.until(end, backwards, of=of)])

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        key = way.key if how == MET else None
        of = Task if key is None else TaskKey
        is_sorted = way.is_sorted if how == MET else how == OWN and order.name != "due"
        if key is not None and isinstance(condition, True_) and asked.is_told(key):
            # Keys say what lists are in the order of: those of the page are known before any task is read.
            found = driven(asked, key, queue).where(*part(TaskKey))
            by = order.by_table(backwards, of=TaskKey, is_sorted=False)
            return found.add_columns(order.sort_key(TaskKey)).order_by(*by).limit(size + 1)
        if how == MET and way.has_sorted_keys:
            by = order.by_table(backwards, of=TaskKey, is_sorted=False)
            return met_among(
                asked,
                key,
                queue,
                condition,
                most=EXAMINED * times,
                in_order=order,
                within=part(TaskKey),
                by=by,
                backwards=backwards,
            ).limit(size + 1)
        if end is not None and key is None and is_by_turns and not isinstance(queue, list):
            # In the list's order up to its end: of a guess how many these are PostgreSQL reads the whole table.
            by = order.by_table(backwards, of=Task, is_sorted=False)
            return met_among(
                asked,
                None,
                queue,
                condition,
                most=look_at.most,
                in_order=order,
                within=part(Task),
                by=by,
                backwards=backwards,
            ).limit(size + 1)
        if how == MET and is_sorted:
            # Few: the limit says so to a database that guesses more, and would read every task instead.
            found = met_among(asked, key, queue, condition, most=few_in(reach, queue, of))
            found = found.where(*part(Task))
        else:
            # Up to the end of what is looked at there are few of many queues as well.
            met_in = None if is_sorted else order
            is_sorted = is_sorted or isinstance(queue, list)
            found = met(asked, key, queue, condition, in_order=met_in).where(*part(of))
        by = order.by_table(backwards, of=of, is_sorted=is_sorted)
        return found.order_by(*by).add_columns(order.sort_key(of)).limit(size + 1)

    reach = reach.without(way.empty)
    merged = scans(session, reach, scan, way)
    found = select(merged).order_by(*order.by(merged.c, backwards)).limit(size + 1).subquery()
    rows = list(session.execute(_lines(found, order, backwards)))
    if way.is_deep and not (len(rows) > size and reach.is_one and not way.walked):
        cut = depth(session, reach, asked, way, replace(look_at, most=EXAMINED * times))
        if cut is not None and (end is None or order.is_before(cut, end, backwards)):
            end = cut
            rows = [row for row in rows if not order.is_before(cut, _place(row), backwards)]
    more, is_cut = len(rows) > size, len(rows) <= size and end is not None
    rows = rows[:size]
    if backwards:
        rows.reverse()
    known = needs_applicants(session, person, [row.case_id for row in rows])
    lines = [_line(row, at, is_known=row.case_id in known) for row in rows]
    first, last = (
        [order.cursor(_place(row)) for row in (rows[0], rows[-1])] if rows else (None, None)
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
) -> Iterator[TaskRow]:
    """The tasks that the query asks for, page after page, as long as whoever asks goes on."""
    while True:
        found = open_tasks(session, person, query, at=at, zone=zone)
        yield from found.rows
        if found.next is None:
            return
        query = replace(query, after=found.next, before=None)


def task_counts(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> dict[Scope, Count]:
    """How many open tasks each scope has under the query's other filters, counted up to COUNT_LIMIT, and no further
    than as many tasks as one count looks at.
    """
    return counts_of(session, person, look_of(session, person, query, at, zone))


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
            *_OF_TASK,
            found.c.sort_key,
            Case.number,
            Case.applicant_name,
            Procedure.key,
            Procedure.name.label("procedure_name"),
            Office.name.label("office_name"),
            Person.full_name,
            Case.status.label("case_status"),
            Case.clock,
            Case.halt_id,
        )
        .join(found, and_(Task.case_id == found.c.case_id, Task.token == found.c.token))
        .join(Case, Case.id == Task.case_id)
        .join(Procedure, Procedure.id == Task.procedure_id)
        .outerjoin(Office, Office.id == Task.office_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .order_by(*order.by(found.c, backwards))
    )


def _place(row: Any) -> Place:
    return row.sort_key, row.case_id, row.token


def _line(row: Any, at: datetime, *, is_known: bool) -> TaskRow:
    return TaskRow(
        id=f"{row.case_id}-{row.token}",
        case_id=row.case_id,
        token=row.token,
        case_number=row.number,
        applicant_name=row.applicant_name if is_known else masked_name(row.applicant_name),
        procedure_key=row.key,
        procedure_name=row.procedure_name,
        element_id=row.element_id,
        name=row.name,
        kind=row.kind,
        office_id=row.office_id,
        office_name=row.office_name,
        assignee_id=row.assignee_id,
        assignee_name=row.full_name,
        priority=row.priority,
        opened_at=row.opened_at,
        claimed_at=row.claimed_at,
        due_at=row.due_at,
        is_overdue=row.due_at is not None and row.due_at < at,
        version_id=row.version_id,
        review=row.review,
        follow_up_on=row.follow_up_on,
        stands_still=stillness(row.case_status, row.clock, row.halt_id),
    )
