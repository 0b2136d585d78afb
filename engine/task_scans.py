"""How the tasks of an inbox are met without reading the others: by queue in the order of the list, or by a key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

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
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.cursors import cursor, cursor_key
from engine.models import Case, Person, Task, TaskKey, TaskStatus
from engine.task_filters import Asked, Key, Scope, Sort
from engine.visibility import Seen, Sources, is_excluded, sees_tasks_of_no_office

MOST_BRANCHES = 40  # queues of one person that are looked up one by one
# Matches of one queue, and of all there are, that are sorted rather than looked for in the list's order.
FEW, FEW_OF_ALL = 1_000, 6_000
RARE = 300  # a filter with so few matches is followed before all others

Queue = int | ColumnElement[int] | None  # None: whichever
Met = Literal["met", "walked", "own"]
MET: Met = "met"  # as the way says
WALKED: Met = "walked"  # one by one in the list's order
OWN: Met = "own"  # of one person, who has few
Scan = Callable[[Queue, ColumnElement[bool], Met], Select[Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """An order that an index has: the columns, then case and token, all the same way."""

    name: Sort
    column: InstrumentedAttribute[Any]
    descending: bool = False

    def by(self, columns: Any, backwards: bool) -> list[ColumnElement[Any]]:
        """Of a subquery's columns."""
        key = [columns[name] for name in ("sort_key", "case_id", "token")]
        down = self.descending != backwards
        return [column.desc() if down else column.asc() for column in key]

    def by_table(self, backwards: bool, *, of: Any, is_sorted: bool) -> list[ColumnElement[Any]]:
        """Of the table that is read, Task or TaskKey."""
        down = self.descending != backwards
        column = TaskKey.due_order if of is TaskKey else self.column
        # Few tasks are quickly sorted. The function keeps a database from walking through everybody's in the wanted
        # order until it has met enough of them.
        first: Any = func.coalesce(self.column, self.column) if is_sorted else column
        key = (first, of.case_id, of.token)
        return [one.desc() if down else one.asc() for one in key]

    def beyond(self, edge: str, backwards: bool, *, of: Any) -> ColumnElement[bool]:
        """What comes after a cursor; raises CursorUnreadable."""
        key, case_id, token = cursor_key(edge, self.name, int, int, int)
        value = _instant(key) if self.name == "opened" else key
        column = TaskKey.due_order if of is TaskKey and self.name == "due" else self.column
        here = tuple_(column, of.case_id, of.token)
        there = tuple_(literal(value, self.column.type), literal(case_id), literal(token))
        return here < there if self.descending != backwards else here > there

    def cursor(self, row: Any) -> str:
        """Where a row stands."""
        key = _microseconds(row.sort_key) if self.name == "opened" else row.sort_key
        return cursor(self.name, key, row.Task.case_id, row.Task.token)


ORDERS: dict[Sort, Order] = {
    "due": Order("due", Task.due_order),
    "opened": Order("opened", Task.opened_at),
    "priority": Order("priority", Task.priority, descending=True),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a scope's tasks are: disjoint conditions on Task, each within a queue or with an index of its own."""

    queues: list[int]  # each one's tasks under `also`
    also: ColumnElement[bool]
    others: list[tuple[int | None, ColumnElement[bool]]]  # queue, and what else must hold
    own: list[ColumnElement[bool]] = field(default_factory=list)  # of what people have taken


@dataclass(frozen=True, slots=True)
class Way:
    """How the rows of a page are met: by a key or in the list's order; and whether they are few, to be sorted. In the
    branches of `walked` there are many, and they are met in the list's order: a filter may mean much in one office and
    nothing in another.
    """

    key: Key | None
    is_sorted: bool
    walked: frozenset[int | None] = frozenset()


def reach_of(person: Person, seen: Seen | None, scope: Scope) -> Reach:
    """Where a scope's tasks are for this person."""
    free = Task.assignee_id.is_(None)
    taken = [Task.assignee_id == person.id]
    if seen is not None:
        taken += [
            _of(and_(Task.assignee_id == one, ~is_excluded(person.id)), procedures)
            for one, procedures in seen.people.items()
            if one != person.id
        ]
    if scope == "mine":
        return Reach([], true(), [], taken)
    if seen is None:
        if scope == "office":
            return Reach(sorted(person.office_ids), true(), [])
        return Reach([], true(), [(None, free if scope == "unassigned" else true())])
    queues = seen.own if scope == "office" else seen.queues
    plain = [queue for queue, sources in queues.items() if _is_plain(queue, sources, person)]
    others: list[tuple[int | None, ColumnElement[bool]]] = [
        (queue, _through(queue, sources, person))
        for queue, sources in queues.items()
        if not _is_plain(queue, sources, person)
    ]
    is_many = len(queues) > MOST_BRANCHES
    if is_many:
        # Who sees so many queues sees much: in the list's own order the first page is soon full. The function keeps a
        # database from collecting the tasks of every queue first and sorting them.
        within = [_within(queue, condition) for queue, condition in others]
        others = [(None, or_(func.coalesce(Task.queue_id, 0).in_(plain), *within))]
        plain = []
    if scope == "office":
        return Reach(plain, true(), others)
    if sees_tasks_of_no_office(person):
        homeless = Task.queue_id.is_(None)
        others = [(None, or_(others[0][1], homeless))] if is_many else [*others, (0, homeless)]
    if scope == "unassigned":
        return Reach(plain, free, [(queue, and_(one, free)) for queue, one in others])
    if is_many:
        mine = func.coalesce(Task.assignee_id, 0) == person.id
        return Reach([], true(), [(None, or_(others[0][1], mine, *taken[1:]))])
    elsewhere = and_(
        or_(Task.queue_id.is_(None), Task.queue_id.not_in(plain)),
        *(func.coalesce(_within(*one), false()).is_(False) for one in others),
    )
    return Reach(plain, true(), others, [and_(one, elsewhere) for one in taken])


def way_of(session: Session, reach: Reach, asked: Asked, order: Order) -> Way:
    """How a page is met quickest: at most two short queries, and none where no filter makes it doubtful."""
    key = rarest(session, asked)
    if key is None:
        if asked.is_rare or order.name == "due" or asked.due_before is None:
            return Way(None, is_sorted=asked.is_rare)
    elif key.sought.is_one and order.name == "due":
        return Way(key, is_sorted=False)
    # What people have taken is little in any case.
    branches: list[int | None] = [*reach.queues, *(queue for queue, _condition in reach.others)]
    if not branches:
        return Way(key, is_sorted=True)
    counts = []
    for queue in branches:
        if key is None:
            matching = select(literal(1)).where(
                _is_open(), _in_queue(Task, queue), Task.due_order < asked.due_before
            )
        else:
            matching = select(literal(1)).where(key.sought.rows(), _in_queue(TaskKey, queue))
        few = FEW_OF_ALL if queue is None else FEW
        capped = matching.limit(few + 1).subquery()
        counts.append(select(func.count() > few).select_from(capped).scalar_subquery())
    many = session.execute(select(*counts)).one()
    walked = frozenset(queue for queue, is_many in zip(branches, many, strict=True) if is_many)
    return Way(key, is_sorted=True, walked=walked)


def rarest(session: Session, asked: Asked) -> Key | None:
    """The key with the fewest tasks, as far as they are worth counting."""
    if len(asked.keys) < 2:
        return asked.keys[0] if asked.keys else None
    counts = [
        select(func.count())
        .select_from(select(literal(1)).where(one.sought.rows()).limit(RARE).subquery())
        .scalar_subquery()
        for one in asked.keys
    ]
    found = session.execute(select(*counts)).one()
    return min(zip(found, asked.keys, strict=True), key=lambda one: one[0])[1]


def met(
    asked: Asked,
    key: Key | None,
    queue: Queue,
    condition: ColumnElement[bool],
    *,
    in_order: Order | None = None,
) -> Select[*tuple[Any, ...]]:
    """Case and token of the tasks that a branch has, met by a key, or else in the order given, or in any."""
    if key is None:
        found = select(Task.case_id, Task.token).where(
            _is_open(),
            _in_queue(Task, queue),
            condition,
            *asked.besides(None, is_due_sought=in_order is None or in_order.name == "due"),
        )
    else:
        due = () if asked.due_before is None else (TaskKey.due_order < asked.due_before,)
        found = (
            select(TaskKey.case_id, TaskKey.token)
            .join(Task, and_(Task.case_id == TaskKey.case_id, Task.token == TaskKey.token))
            .where(
                key.sought.rows(),
                *due,
                _in_queue(TaskKey, queue),
                _is_open(),
                condition,
                *asked.besides(key),
            )
        )
    return found.join(Case, Case.id == Task.case_id) if asked.needs_case else found


def scans(
    session: Session, reach: Reach, scan: Scan, walked: frozenset[int | None] = frozenset()
) -> Subquery:
    """Every short scan of a reach, one after the other; a union of short scans stays short."""
    parts = [
        select(scan(queue, condition, WALKED if queue in walked else MET).subquery())
        for queue, condition in reach.others
    ]
    parts += [select(scan(None, condition, OWN).subquery()) for condition in reach.own]
    for met_how, queues in (
        (MET, [queue for queue in reach.queues if queue not in walked]),
        (WALKED, [queue for queue in reach.queues if queue in walked]),
    ):
        if len(queues) > 1 and session.get_bind().dialect.name == "postgresql":
            # One scan that is planned once and run for each queue: planning twenty takes longer than running them.
            ids = func.unnest(literal(queues, ARRAY(BigInteger)))
            queue = ids.table_valued("id").render_derived(name=f"queue_{met_how}")
            lateral = scan(queue.c.id, reach.also, met_how).lateral()
            parts.append(select(lateral).select_from(queue).join(lateral, true()))
        else:
            parts += [select(scan(queue_id, reach.also, met_how).subquery()) for queue_id in queues]
    if not parts:
        parts = [select(scan(None, false(), MET).subquery())]
    return union_all(*parts).subquery()


def _is_open() -> ColumnElement[bool]:
    return Task.status == literal(TaskStatus.OPEN.value, literal_execute=True)


def _in_queue(of: Any, queue: Queue) -> ColumnElement[bool]:
    if queue is None:
        return true()
    if of is Task and isinstance(queue, int) and queue == 0:
        return Task.queue_id.is_(None)
    found: ColumnElement[bool] = of.queue_id == queue
    return found


def _within(queue: int | None, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_in_queue(Task, queue), condition)


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


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _EPOCH
