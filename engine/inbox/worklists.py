"""Inboxes: which open tasks a person sees, in which order, a page at a time, fast however many there are."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    True_,
    and_,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session, joinedload, undefer

from engine.errors import NotFound
from engine.inbox.filters import SCOPES, Asked, Key, Scope, TaskQuery, asked_of
from engine.inbox.order import ORDERS, Order
from engine.inbox.scans import (
    EXAMINED,
    MET,
    OWN,
    Branches,
    Met,
    Queue,
    Reach,
    Scan,
    driven,
    examined_in,
    few_in,
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
from engine.stillness import Stillness, stillness
from engine.visibility import Seen, needs_applicants, seen_queues, visible_tasks

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


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks there are; `is_more`: at least so many."""

    number: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """What page and counts of a question both need to know."""

    asked: Asked
    key: Key | None  # with the fewest tasks
    is_common: bool  # of which there may be more than can be looked at one by one
    seen: Seen | None


def inbox(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> tuple[TaskPage, dict[Scope, Count]]:
    """A page with the counts beside it: `open_tasks` and `task_counts`, asked together."""
    look = _look(session, person, query, at, zone)
    return _page(session, person, query, look, at), _counts(session, person, look)


def open_tasks(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> TaskPage:
    """The page of open tasks that the query asks for, of those the person may see.

    `zone` says when a day ends. Raises CursorUnreadable.
    """
    return _page(session, person, query, _look(session, person, query, at, zone), at)


def _look(session: Session, person: Person, query: TaskQuery, at: datetime, zone: tzinfo) -> _Look:
    asked = asked_of(session, query, at, zone)
    return _Look(asked, *rarest(session, asked), seen_queues(session, person))


def _page(
    session: Session, person: Person, query: TaskQuery, look: _Look, at: datetime
) -> TaskPage:
    size = max(1, min(query.limit, LARGEST_PAGE))
    order = ORDERS[query.sort]
    backwards = query.before is not None and query.after is None
    cursor = query.before if backwards else query.after
    edge = None if cursor is None else order.place(cursor)
    asked = look.asked
    reach = reach_of(person, look.seen, query.scope)
    way = way_of(session, reach, asked, order, key=look.key, is_common=look.is_common)
    end = horizon(session, reach, asked, way, order, after=edge, backwards=backwards)

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        key = way.key if how == MET else None
        of = Task if key is None else TaskKey
        is_sorted = way.is_sorted if how == MET else how == OWN and order.name != "due"
        met_in = None if is_sorted else order
        most = few_in(queue) if is_sorted else None if end is None else examined_in(reach)

        def part(of: Any) -> list[ColumnElement[bool]]:
            after = [] if edge is None else [order.beyond(edge, backwards, of=of)]
            return after + ([] if end is None else [order.until(end, backwards, of=of)])

        by = order.by_table(backwards, of=of, is_sorted=is_sorted)
        sort_key = order.column.label("sort_key")
        if how == OWN or most is None or not is_checked(asked, key, reach):
            found = met(asked, key, queue, condition, in_order=met_in).where(*part(of))
            found = found.order_by(*by)
        elif is_sorted:
            found = met_among(asked, key, queue, condition, most=most).where(*part(Task))
            found = found.order_by(*order.by_table(backwards, of=Task, is_sorted=True))
        else:
            found = met_among(
                asked,
                key,
                queue,
                condition,
                most=most,
                in_order=order,
                within=part(of),
                by=by,
                backwards=backwards,
            )
        return found.add_columns(sort_key).limit(size + 1)

    merged = scans(session, reach, scan, way.walked)
    found = select(merged).order_by(*order.by(merged.c, backwards)).limit(size + 1).subquery()
    rows = list(session.execute(_lines(found, order, backwards)))
    more, is_cut = len(rows) > size, len(rows) <= size and end is not None
    rows = rows[:size]
    if backwards:
        rows.reverse()
    known = needs_applicants(session, person, [row.case_id for row in rows])
    lines = [_line(row, at, is_known=row.case_id in known) for row in rows]
    first, last = (
        [order.cursor((row.sort_key, row.case_id, row.token)) for row in (rows[0], rows[-1])]
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
    return _counts(session, person, _look(session, person, query, at, zone))


def _counts(session: Session, person: Person, look: _Look) -> dict[Scope, Count]:
    asked, key = look.asked, look.key
    reaches = {scope: reach_of(person, look.seen, scope) for scope in SCOPES}
    told: list[Any] = []
    more: dict[Branches, Scope] = {}  # whether there is more depends on where is looked only
    beside: Any = None
    shared: set[Scope] = set()
    if asked.besides(key):
        # What has to be checked one by one is checked once, for every scope of the same queues.
        reach = reaches["all"]
        shared = {"all", "unassigned"}
        if (reach.queues, reach.others) == (reaches["office"].queues, reaches["office"].others):
            shared.add("office")
        beside = _all_at_once(session, asked, key, reach, is_long=look.is_common)
        told += [beside.c[scope] for scope in shared]
    for scope, reach in reaches.items():
        is_long = look.is_common and reach.has_queues and is_checked(asked, key, reach)
        if is_long and more.setdefault(reach.branches, scope) == scope:
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
            is_more=(row[scope] or 0) > COUNT_LIMIT
            or (
                is_checked(asked, key, reach) and bool(row.get(f"more_{more.get(reach.branches)}"))
            ),
        )
        for scope, reach in reaches.items()
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
        elif isinstance(condition, True_) and not asked.besides(key):
            found = driven(
                asked, key, queue
            )  # a key is of an open task: nothing else has to be read
        else:
            found = met_among(asked, key, queue, condition, most=most or EXAMINED)
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
