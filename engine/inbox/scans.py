"""How the tasks of an inbox are met without reading the others: by queue in the order of the list, or by a key."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnClause,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    True_,
    and_,
    false,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from engine.inbox.filters import Asked, Key, TaskQuery, asked_of
from engine.inbox.order import Order, Place
from engine.inbox.reach import Queue, Reach, in_queue
from engine.models import Case, Person, Task, TaskKey, TaskStatus
from engine.visibility import Seen, seen_queues

# Matches of one queue, and of all there are, that are sorted rather than looked for in the list's order.
FEW, FEW_OF_ALL = 1_000, 6_000
# So many tasks at most does one list or count look at whose other filters it has to check one by one: what comes after
# them is the next page's. A filter with fewer matches is followed before all others.
EXAMINED, LEAST_EXAMINED = 1_000, 40  # in all, and in one branch

Met = Literal["met", "walked", "own"]
MET: Met = "met"  # as the way says
WALKED: Met = "walked"  # one by one in the list's order
OWN: Met = "own"  # of one person, who has few
Scan = Callable[[Queue, ColumnElement[bool], Met], Select[Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """How the rows of a page are met: by a key or in the list's order; and whether they are few, to be sorted. In the
    branches of `walked` there are many, and they are met in the list's order: a filter may mean much in one office and
    nothing in another. `is_long`: there may be more than can be looked at one by one.
    """

    key: Key | None
    is_sorted: bool
    walked: frozenset[int | None] = frozenset()
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What page and counts of a question both need to know."""

    asked: Asked
    key: Key | None  # with the fewest tasks
    is_common: bool  # of which there may be more than can be looked at one by one
    seen: Seen | None


def look_of(session: Session, person: Person, query: TaskQuery, at: datetime, zone: tzinfo) -> Look:
    """The look at a question; `zone` says when a day ends."""
    asked = asked_of(session, query, at, zone)
    return Look(asked, *rarest(session, asked), seen_queues(session, person))


def way_of(
    session: Session, reach: Reach, asked: Asked, order: Order, *, key: Key | None, is_common: bool
) -> Way:
    """How a page is met quickest: at most one short query, and none where no filter makes it doubtful. `key` and
    `is_common` are what `rarest` says.
    """
    is_long = is_common and is_checked(asked, key, reach)
    if key is None:
        if order.name == "due" or asked.due_before is None:
            return Way(None, is_sorted=False, is_long=is_long)
    elif key.sought.is_one and order.name == "due":
        return Way(key, is_sorted=False, is_long=is_long)
    # What people have taken is little in any case.
    branches = reach.branches
    if not branches:
        return Way(key, is_sorted=True)
    of, rows = (
        (Task, and_(_is_open(), Task.due_order < asked.due_before))
        if key is None
        else (TaskKey, key.sought.rows())
    )

    def is_many(queue: Queue) -> Select[Any]:
        return (
            select(literal(1))
            .where(rows, in_queue(of, queue))
            .limit(1)
            .offset(few_in(reach, queue))
        )

    found = _of_each(session, branches, is_many)
    walked = frozenset(queue for queue, told in found.items() if told[0] is not None)
    return Way(key, is_sorted=True, walked=walked, is_long=is_common and bool(walked))


def rarest(session: Session, asked: Asked) -> tuple[Key | None, bool]:
    """The key with the fewest tasks, as far as they are worth counting; and whether there may be more of it than can
    be looked at one by one, which without any filter nothing has to be.
    """
    if not asked.keys and not asked.conditions:
        return None, False
    rows = [one.sought.rows() for one in asked.keys] or [_is_open()]
    counts = [
        select(func.count())
        .select_from(select(literal(1)).where(one).limit(EXAMINED + 1).subquery())
        .scalar_subquery()
        for one in rows
    ]
    found = session.execute(select(*counts)).one()
    if not asked.keys:
        return None, found[0] > EXAMINED
    least, key = min(zip(found, asked.keys, strict=True), key=lambda one: one[0])
    return key, least > EXAMINED


def is_checked(asked: Asked, key: Key | None, reach: Reach) -> bool:
    """Whether what an index gives has to be checked one by one."""
    plain = [reach.also] if reach.queues else []
    conditions = [*plain, *(condition for _queue, condition in reach.others)]
    return bool(asked.besides(key)) or not all(isinstance(one, True_) for one in conditions)


def driven(
    asked: Asked, key: Key | None, queue: Queue, in_order: Order | None = None
) -> Select[*tuple[Any, ...]]:
    """Case and token of what an index gives, before anything else is checked."""
    if key is None:
        found = select(Task.case_id, Task.token).where(_is_open(), in_queue(Task, queue))
        return found.where(*asked.due(is_sought=True)) if _is_due_sought(in_order) else found
    due = () if asked.due_before is None else (TaskKey.due_order < asked.due_before,)
    return select(TaskKey.case_id, TaskKey.token).where(
        key.sought.rows(), *due, in_queue(TaskKey, queue)
    )


def met(
    asked: Asked,
    key: Key | None,
    queue: Queue,
    condition: ColumnElement[bool],
    *,
    in_order: Order | None = None,
) -> Select[*tuple[Any, ...]]:
    """Case and token of the tasks that a branch has, met by a key, or else in the order given, or in any."""
    found = driven(asked, key, queue, in_order)
    if key is not None:
        same = and_(Task.case_id == TaskKey.case_id, Task.token == TaskKey.token)
        found = found.join(Task, same).where(_is_open())
    found = found.where(condition, *asked.besides(key))
    if key is None and not _is_due_sought(in_order):
        found = found.where(*asked.due(is_sought=False))
    return found.join(Case, Case.id == Task.case_id) if asked.needs_case else found


def met_among(
    asked: Asked,
    key: Key | None,
    queue: Queue,
    condition: ColumnElement[bool],
    *,
    most: int,
    in_order: Order | None = None,
    within: Sequence[ColumnElement[bool]] = (),
    by: Sequence[ColumnElement[Any]] = (),
    backwards: bool = False,
) -> Select[*tuple[Any, ...]]:
    """The same of the first `most` that an index gives of a branch, `within` a part of the order `by`, and then in that
    order. Also where there are no more anyway: the limit keeps a database from meeting the fields of every case first.
    """
    first = driven(asked, key, queue, in_order).where(*within).order_by(*by).limit(most)
    if by and in_order is not None:
        first = first.add_columns(
            in_order.column_of(Task if key is None else TaskKey).label("sort_key")
        )
    some: Any = first.subquery()
    if isinstance(queue, ColumnClause) and queue.table is not None:  # of each queue in turn
        some = first.correlate(queue.table).lateral()
    found = (
        select(Task.case_id, Task.token)
        .join(some, and_(Task.case_id == some.c.case_id, Task.token == some.c.token))
        .where(_is_open(), condition, *asked.besides(key))
    )
    if key is None and not _is_due_sought(in_order):
        found = found.where(*asked.due(is_sought=False))
    if by and in_order is not None:
        found = found.order_by(*in_order.by(some.c, backwards))
    return found.join(Case, Case.id == Task.case_id) if asked.needs_case else found


def horizon(
    session: Session,
    reach: Reach,
    asked: Asked,
    way: Way,
    order: Order,
    *,
    most: int,
    after: Place | None,
    backwards: bool,
) -> Place | None:
    """How far a list can be looked through at once, `most` tasks of each branch; None: to its end. Only of what has to
    be checked one by one.
    """
    if not way.is_long:
        return None
    branches = reach.branches
    last, ends = most - 1, []
    for key, some in (
        (None, [one for one in branches if way.key is None or one in way.walked]),
        (way.key, [one for one in branches if way.key is not None and one not in way.walked]),
    ):
        if not some or (key is not None and way.is_sorted):
            continue
        of = Task if key is None else TaskKey

        def end(queue: Queue, key: Key | None = key, of: Any = of) -> Select[Any]:
            found = driven(asked, key, queue, order)
            if after is not None:
                found = found.where(order.beyond(after, backwards, of=of))
            by = order.by_table(backwards, of=of, is_sorted=False)
            column = of.due_order if order.name == "due" else order.column
            return (
                found.with_only_columns(column, of.case_id, of.token)
                .order_by(*by)
                .limit(1)
                .offset(last)
            )

        ends += [one for one in _of_each(session, some, end).values() if one[1] is not None]
    if not ends:
        return None
    return max(ends) if order.descending != backwards else min(ends)


def _of_each(
    session: Session, queues: Iterable[int | None], one_of: Callable[[Queue], Select[Any]]
) -> dict[int | None, tuple[Any, ...]]:
    """What `one_of` finds of each queue, one row of three cells at most; of many queues in one short statement."""
    nothing = (None, None, None)
    found: dict[int | None, tuple[Any, ...]] = dict.fromkeys(queues, nothing)
    plain = [queue for queue in found if queue]
    if plain:
        queue, cells, source = _per_queue(session, plain, one_of, "each")
        for row in session.execute(select(queue, *cells).select_from(source)):
            found[row[0]] = tuple(row[1:])
    for one in found:
        if not one:
            found[one] = tuple(session.execute(one_of(one)).one_or_none() or nothing)
    return found


def few_in(reach: Reach, queue: Queue) -> int:
    """How many at most a branch has whose tasks are sorted; those of many branches are as many as of one in all."""
    return FEW_OF_ALL if queue is None else min(FEW, FEW_OF_ALL // len(reach.branches))


def examined_in(reach: Reach, times: int = 1) -> int:
    """How many tasks are looked at in each branch of a reach; `times` as many where a page would stay short."""
    once = max(EXAMINED // max(1, len(reach.queues) + len(reach.others)), LEAST_EXAMINED)
    return times * once


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
        if len(queues) > 1:

            def one(queue: Queue, met_how: Met = met_how) -> Select[Any]:
                return scan(queue, reach.also, met_how)

            _queue, cells, source = _per_queue(session, queues, one, met_how)
            parts.append(select(*cells).select_from(source))
        else:
            parts += [select(scan(queue_id, reach.also, met_how).subquery()) for queue_id in queues]
    if not parts:
        parts = [select(scan(None, false(), MET).subquery())]
    return union_all(*parts).subquery()


def _per_queue(
    session: Session, queues: list[int], scan: Callable[[Queue], Select[Any]], name: str
) -> tuple[ColumnElement[int], list[ColumnElement[Any]], FromClause]:
    """The rows of a scan of each queue: queue, cells, and where they are from. It is written and planned once: to put
    twenty together takes longer than to run them.
    """
    each = queue_rows(session, queues, f"queue_{name}")
    if session.get_bind().dialect.name == "postgresql":
        rows = scan(each.c.value).lateral()
        return each.c.value, list(rows.c), each.join(rows, true())
    # SQLite has no LATERAL, but lets the argument of a function in FROM ask for each row of what stands before it.
    found = scan(literal_column(f"queue_{name}.value")).subquery()
    whole = select(func.json_group_array(func.json_array(*found.c))).select_from(found)
    row = func.json_each(whole.scalar_subquery()).table_valued("value", name=f"row_{name}")
    cells: list[ColumnElement[Any]] = [
        # as text: made as expressions these few cells are a third of what it takes to put a list together
        literal_column(f"json_extract(row_{name}.value, '$[{at}]')", cell.type).label(cell.name)
        for at, cell in enumerate(found.c)
    ]
    return each.c.value, cells, each.join(row, true())


def queue_rows(session: Session, queues: list[int], name: str) -> Any:
    """The queues as rows of a column `value`."""
    if session.get_bind().dialect.name == "postgresql":
        ids: Any = func.unnest(literal(queues, ARRAY(BigInteger)))
        return ids.table_valued("value").render_derived(name=name)
    return func.json_each(json.dumps(queues)).table_valued("value", name=name)


def _is_due_sought(in_order: Order | None) -> bool:
    return in_order is None or in_order.name == "due"


def _is_open() -> ColumnElement[bool]:
    return Task.status == literal(TaskStatus.OPEN.value, literal_execute=True)
