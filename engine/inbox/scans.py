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

# Matches of one queue, and of all there are, that are sorted rather than looked for in the list's order: tasks, which
# have to be looked up for it, and keys, which say it themselves.
FEW, FEW_OF_ALL = 1_000, 6_000
FEW_KEYS = 20_000
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
    nothing in another; in those of `empty` there are none. `end`: how far the list can be looked through at once; None:
    to its end. `is_deep`: there may be more of what is sorted than can be looked at one by one.
    """

    key: Key | None
    is_sorted: bool
    walked: frozenset[int | None] = frozenset()
    empty: frozenset[int | None] = frozenset()
    end: Place | None = None
    is_deep: bool = False

    @property
    def has_sorted_keys(self) -> bool:
        return self.is_sorted and self.key is not None

    def is_together(self, how: Met, *, is_by_turns: bool) -> bool:
        """Whether few rows are read of all queues together: keys that are sorted, or what is met up to an end.

        `is_by_turns`: as `asks_by_turns` says; it would read the whole table for tasks of some queues up to an end.
        """
        if how == MET and self.is_sorted:
            return self.key is not None
        return self.end is not None and not is_by_turns


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


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for: in which order, after which place (or, backwards, before it), and how many
    tasks of each branch may be looked at.
    """

    order: Order
    after: Place | None
    backwards: bool
    most: int

    def until(self, ends: Iterable[tuple[Any, ...]]) -> Place | None:
        """The first of some places at which branches end; None where none does."""
        found = [(one[0], one[1], one[2]) for one in ends if one[1] is not None]
        if not found:
            return None
        return max(found) if self.order.descending != self.backwards else min(found)

    def end(self, asked: Asked, key: Key | None, queue: Queue) -> Any:
        """The place of the last that is looked at, of what an index gives of a branch; no row where there are less."""
        of = Task if key is None else TaskKey
        found = driven(asked, key, queue, self.order)
        if self.after is not None:
            found = found.where(self.order.beyond(self.after, self.backwards, of=of))
        place = (self.order.sort_key(of), of.case_id, of.token)
        by = self.order.by_table(self.backwards, of=of, is_sorted=False)
        only: Any = found.with_only_columns(*place)
        return only.order_by(*by).limit(1).offset(self.most - 1)


def way_of(
    session: Session, reach: Reach, asked: Asked, part: Part, *, key: Key | None, is_common: bool
) -> Way:
    """How a page is met quickest: at most one short query, and none where no filter makes it doubtful. `key` and
    `is_common` are what `rarest` says.
    """
    is_due = part.order.name == "due"
    is_in_order = (
        is_due or asked.due_before is None if key is None else key.sought.is_one and is_due
    )
    # What people have taken is little in any case.
    branches = reach.branches
    if is_in_order or not branches:
        end = None
        if is_common and branches and is_checked(asked, key, reach):
            end = part.until(
                _of_each(session, branches, lambda queue: part.end(asked, key, queue)).values()
            )
        return Way(key, is_sorted=not is_in_order, end=end)
    of, rows = (
        (Task, and_(_is_open(), Task.due_order < asked.due_before))
        if key is None
        else (TaskKey, key.sought.rows())
    )
    few = few_in(reach, branches[0], of)

    def number(queue: Queue) -> Select[Any]:
        some = select(literal(1)).where(rows, in_queue(of, queue)).limit(few + 1)
        count = select(func.count()).select_from(within_each(some, queue))
        if not is_common:
            return count
        # In the same statement where the list would end if it had to be met in its own order.
        end = within_each(part.end(asked, None, queue), queue)
        return select(count.scalar_subquery(), *(func.max(cell).label(cell.name) for cell in end.c))

    found = _of_each(session, branches, number)
    walked = frozenset(queue for queue, cells in found.items() if cells[0] > few)
    sorted_ = sum(cells[0] for queue, cells in found.items() if queue not in walked)
    return Way(
        key,
        is_sorted=True,
        walked=walked,
        empty=frozenset(queue for queue, cells in found.items() if not cells[0]),
        end=part.until(found[queue][1:] for queue in walked) if is_common else None,
        is_deep=key is not None and sorted_ > EXAMINED and is_checked(asked, key, reach),
    )


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
    if not asked.is_told(key):
        return True
    plain = [reach.also] if reach.queues else []
    conditions = [*plain, *(condition for _queue, condition in reach.others)]
    return not all(isinstance(one, True_) for one in conditions)


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
    of = Task if key is None else TaskKey
    first = driven(asked, key, queue, in_order).where(*within).order_by(*by).limit(most)
    if by and in_order is not None:
        first = first.add_columns(in_order.column_of(of).label("sort_key"))
    some: Any = within_each(first, queue)
    found = (
        select(Task.case_id, Task.token)
        .join(some, and_(Task.case_id == some.c.case_id, Task.token == some.c.token))
        .where(_is_open(), condition, *asked.besides(key))
    )
    if key is None and not _is_due_sought(in_order):
        found = found.where(*asked.due(is_sought=False))
    if by and in_order is not None:
        found = found.add_columns(in_order.sort_key(of, some.c.sort_key))
        found = found.order_by(*in_order.by(some.c, backwards))
    return found.join(Case, Case.id == Task.case_id) if asked.needs_case else found


def within_each(found: Select[Any], queue: Queue) -> Any:
    """A part of a branch to select from, of each queue in turn where there are many."""
    if isinstance(queue, ColumnClause) and queue.table is not None:
        return found.correlate(queue.table).lateral()
    return found.subquery()


def depth(session: Session, reach: Reach, asked: Asked, way: Way, part: Part) -> Place | None:
    """How far what is sorted is looked through; None: to its end."""
    plain = [queue for queue in reach.queues if queue not in way.walked]
    others = [queue for queue, _condition in reach.others if queue not in way.walked]
    some: list[Queue] = [*([plain] if plain else []), *others]
    ends = [session.execute(part.end(asked, way.key, queue)).first() for queue in some]
    return part.until(tuple(end) for end in ends if end is not None)


def _of_each(
    session: Session, queues: Iterable[int | None], one_of: Callable[[Queue], Select[Any]]
) -> dict[int | None, tuple[Any, ...]]:
    """What `one_of` finds of each queue, one row at most; of many queues in one short statement."""
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


def few_in(reach: Reach, queue: Queue, of: Any) -> int:
    """How many at most a branch has whose tasks, or keys, are sorted; those of many branches are as many as of one in
    all.
    """
    if of is TaskKey:
        return FEW_KEYS if queue is None else FEW_KEYS // len(reach.branches)
    return FEW_OF_ALL if queue is None else min(FEW, FEW_OF_ALL // len(reach.branches))


def examined_in(reach: Reach, times: int = 1) -> int:
    """How many tasks are looked at in each branch of a reach; `times` as many where a page would stay short."""
    once = max(EXAMINED // max(1, len(reach.queues) + len(reach.others)), LEAST_EXAMINED)
    return times * once


def asks_by_turns(session: Session) -> bool:
    """Whether one queue after the other is asked quickly, and it is badly guessed how many rows an end leaves."""
    return session.get_bind().dialect.name == "postgresql"


def scans(session: Session, reach: Reach, scan: Scan, way: Way | None = None) -> Subquery:
    """Every short scan of a reach, one after the other; a union of short scans stays short. Queues of which only few
    rows are read in all are scanned together.
    """
    walked = frozenset() if way is None else way.walked
    is_by_turns = asks_by_turns(session)
    parts = [
        select(scan(queue, condition, WALKED if queue in walked else MET).subquery())
        for queue, condition in reach.others
    ]
    parts += [select(scan(None, condition, OWN).subquery()) for condition in reach.own]
    for met_how, queues in (
        (MET, [queue for queue in reach.queues if queue not in walked]),
        (WALKED, [queue for queue in reach.queues if queue in walked]),
    ):
        if way is not None and way.is_together(met_how, is_by_turns=is_by_turns):
            parts += [select(scan(queues, reach.also, met_how).subquery())] if queues else []
        elif len(queues) > 1:

            def one(queue: Queue, met_how: Met = met_how) -> Select[Any]:
                return scan(queue, reach.also, met_how)

            _queue, cells, source = _per_queue(session, queues, one, met_how)
            parts.append(select(*cells).select_from(source))
        else:
            parts += [select(scan(queue_id, reach.also, met_how).subquery()) for queue_id in queues]
    if not parts:
        parts = [select(scan(None, false(), MET).subquery())]
    return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()


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
