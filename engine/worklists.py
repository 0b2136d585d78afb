"""Inboxes: which open tasks a person sees, in which order, a page at a time, fast however many there are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, undefer

from engine.cursors import cursor, cursor_key
from engine.errors import NotFound
from engine.models import Case, Office, Person, Procedure, Task, TaskStatus
from engine.task_filters import SCOPES, Scope, Sort, TaskQuery, conditions
from engine.visibility import (
    Seen,
    Sources,
    is_excluded,
    seen_queues,
    sees_tasks_of_no_office,
    visible_tasks,
)

COUNT_LIMIT = 1000  # counts stop here: a count equal to COUNT_LIMIT + 1 reads “1000+”
LARGEST_PAGE = 200
MOST_BRANCHES = 40  # queues of one person that are looked up one by one


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
    """A page of an inbox; a cursor is None where there is nothing further."""

    rows: list[TaskRow]
    next: str | None
    previous: str | None


def open_tasks(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> TaskPage:
    """The page of open tasks that the query asks for, of those the person may see.

    `zone` says when a day ends. Raises CursorUnreadable.
    """
    size = max(1, min(query.limit, LARGEST_PAGE))
    order = _ORDERS[query.sort]
    backwards = query.before is not None and query.after is None
    edge = query.before if backwards else query.after
    asked = conditions(query, at, zone)
    if edge is not None:
        asked.append(order.beyond(edge, backwards))
    found = _page_keys(session, person, query, asked, order, size + 1, backwards)
    rows = list(session.execute(_lines(found, order, backwards)))
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    lines = [_line(row, at) for row in rows]
    if not lines:
        return TaskPage([], None, None)
    first, last = order.cursor(rows[0]), order.cursor(rows[-1])
    return TaskPage(
        lines,
        next=last if more or backwards else None,
        previous=first if (more if backwards else edge is not None) else None,
    )


def task_counts(
    session: Session, person: Person, query: TaskQuery, *, at: datetime, zone: tzinfo = UTC
) -> dict[Scope, int]:
    """How many open tasks each scope has under the query's other filters, counted up to COUNT_LIMIT + 1."""
    asked = conditions(query, at, zone)
    seen = seen_queues(session, person)

    def scan(condition: ColumnElement[bool], _is_own: bool) -> Select[Any]:
        return (
            _from(query, condition, *asked)
            .with_only_columns(literal(1).label("one"))
            .limit(COUNT_LIMIT + 1)
        )

    columns = []
    for scope in SCOPES:
        some = _scans(session, _reach(person, seen, scope), scan)
        capped = select(literal(1)).select_from(some).limit(COUNT_LIMIT + 1).subquery()
        columns.append(select(func.count()).select_from(capped).scalar_subquery().label(scope))
    row = session.execute(select(*columns)).one()
    return {scope: int(getattr(row, scope)) for scope in SCOPES}


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


@dataclass(frozen=True, slots=True)
class _Order:
    """An order that an index has: the columns, then case and token, all the same way."""

    name: Sort
    column: InstrumentedAttribute[Any]
    descending: bool = False

    def by(self, columns: Any, backwards: bool) -> list[ColumnElement[Any]]:
        key = [columns[name] for name in ("sort_key", "case_id", "token")]
        down = self.descending != backwards
        return [column.desc() if down else column.asc() for column in key]

    def by_table(self, backwards: bool, *, is_own: bool) -> list[ColumnElement[Any]]:
        down = self.descending != backwards
        # One person's tasks are few and have an index by due date only: sorting them is quick. The function keeps
        # PostgreSQL from walking through everybody's in the wanted order until it has met enough of theirs.
        is_sorted = is_own and self.name != "due"
        first: Any = func.coalesce(self.column, self.column) if is_sorted else self.column
        key = (first, Task.case_id, Task.token)
        return [column.desc() if down else column.asc() for column in key]

    def beyond(self, edge: str, backwards: bool) -> ColumnElement[bool]:
        key, case_id, token = cursor_key(edge, self.name, int, int, int)
        value = _instant(key) if self.name == "opened" else key
        here = tuple_(self.column, Task.case_id, Task.token)
        there = tuple_(literal(value, self.column.type), literal(case_id), literal(token))
        return here < there if self.descending != backwards else here > there

    def cursor(self, row: Any) -> str:
        key = _microseconds(row.sort_key) if self.name == "opened" else row.sort_key
        return cursor(self.name, key, row.Task.case_id, row.Task.token)


_ORDERS: dict[Sort, _Order] = {
    "due": _Order("due", Task.due_order),
    "opened": _Order("opened", Task.opened_at),
    "priority": _Order("priority", Task.priority, descending=True),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _EPOCH


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where a scope's tasks are: disjoint conditions, each with an index of its own."""

    queues: list[int]  # each one's tasks under `also`
    also: ColumnElement[bool]
    others: list[ColumnElement[bool]]
    own: list[ColumnElement[bool]] = field(default_factory=list)  # of what people have taken


def _reach(person: Person, seen: Seen | None, scope: Scope) -> _Reach:
    free = Task.assignee_id.is_(None)
    taken = [Task.assignee_id == person.id]
    if seen is not None:
        taken += [
            _of(and_(Task.assignee_id == one, ~is_excluded(person.id)), procedures)
            for one, procedures in seen.people.items()
            if one != person.id
        ]
    if scope == "mine":
        return _Reach([], true(), [], taken)
    if seen is None:
        if scope == "office":
            return _Reach(sorted(person.office_ids), true(), [])
        return _Reach([], true(), [free if scope == "unassigned" else true()])
    queues = seen.own if scope == "office" else seen.queues
    plain = [queue for queue, sources in queues.items() if _is_plain(queue, sources, person)]
    others = [
        and_(Task.queue_id == queue, _through(queue, sources, person))
        for queue, sources in queues.items()
        if not _is_plain(queue, sources, person)
    ]
    is_many = len(queues) > MOST_BRANCHES
    if is_many:
        # Who sees so many queues sees much: in the list's own order the first page is soon full. The function keeps a
        # database from collecting the tasks of every queue first and sorting them.
        others = [or_(func.coalesce(Task.queue_id, 0).in_(plain), *others)]
        plain = []
    if scope == "office":
        return _Reach(plain, true(), others)
    if sees_tasks_of_no_office(person):
        homeless = Task.queue_id.is_(None)
        others = [or_(*others, homeless)] if is_many else [*others, homeless]
    if scope == "unassigned":
        return _Reach(plain, free, [and_(one, free) for one in others])
    if is_many:
        mine = func.coalesce(Task.assignee_id, 0) == person.id
        return _Reach([], true(), [or_(*others, mine, *taken[1:])])
    elsewhere = and_(
        or_(Task.queue_id.is_(None), Task.queue_id.not_in(plain)),
        *(func.coalesce(one, false()).is_(False) for one in others),
    )
    return _Reach(plain, true(), others, [and_(one, elsewhere) for one in taken])


def _is_plain(queue: int, sources: Sources, person: Person) -> bool:
    """Whether every task of the queue is meant; only rows of other queues need a look at the table itself."""
    return queue > 0 and person.id in sources


def _through(queue: int, sources: Sources, person: Person) -> ColumnElement[bool]:
    if queue > 0:
        return or_(*(_of(true(), procedures) for procedures in sources.values()))
    # Of a pool, not what the person did the work that it checks of; nor the one who is away.
    reached = [_of(~is_excluded(source), procedures) for source, procedures in sources.items()]
    return and_(~is_excluded(person.id), or_(*reached))


def _of(condition: ColumnElement[bool], procedures: frozenset[int] | None) -> ColumnElement[bool]:
    if procedures is None:
        return condition
    return and_(condition, Task.procedure_id.in_(procedures))


def _scans(
    session: Session, reach: _Reach, scan: Callable[[ColumnElement[bool], bool], Select[Any]]
) -> Subquery:
    """Every short scan of a reach, one after the other; a union of short scans stays short."""
    parts = [select(scan(condition, False).subquery()) for condition in reach.others]
    parts += [select(scan(condition, True).subquery()) for condition in reach.own]
    if len(reach.queues) > 1 and session.get_bind().dialect.name == "postgresql":
        # One scan that is planned once and run for each queue: planning twenty takes longer than running them.
        ids = func.unnest(literal(reach.queues, ARRAY(BigInteger)))
        queue = ids.table_valued("id").render_derived(name="queue")
        lateral = scan(and_(Task.queue_id == queue.c.id, reach.also), False).lateral()
        parts.append(select(lateral).select_from(queue).join(lateral, true()))
    else:
        parts += [
            select(scan(and_(Task.queue_id == queue_id, reach.also), False).subquery())
            for queue_id in reach.queues
        ]
    if not parts:
        parts = [select(scan(false(), False).subquery())]
    return union_all(*parts).subquery()


def _from(
    query: TaskQuery, branch: ColumnElement[bool], *asked: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    chosen = select(Task.case_id, Task.token).where(
        Task.status == literal(TaskStatus.OPEN.value, literal_execute=True), branch, *asked
    )
    if query.search.strip():
        chosen = chosen.join(Case, Case.id == Task.case_id)
    return chosen


def _page_keys(
    session: Session,
    person: Person,
    query: TaskQuery,
    asked: list[ColumnElement[bool]],
    order: _Order,
    size: int,
    backwards: bool,
) -> Any:
    def scan(condition: ColumnElement[bool], is_own: bool) -> Select[Any]:
        return (
            _from(query, condition, *asked)
            .add_columns(order.column.label("sort_key"))
            .order_by(*order.by_table(backwards, is_own=is_own))
            .limit(size)
        )

    merged = _scans(session, _reach(person, seen_queues(session, person), query.scope), scan)
    return select(merged).order_by(*order.by(merged.c, backwards)).limit(size).subquery()


def _lines(found: Any, order: _Order, backwards: bool) -> Select[*tuple[Any, ...]]:
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


def _line(row: Any, at: datetime) -> TaskRow:
    task: Task = row.Task
    return TaskRow(
        id=task.id,
        case_id=task.case_id,
        token=task.token,
        case_number=row.number,
        applicant_name=row.applicant_name,
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
