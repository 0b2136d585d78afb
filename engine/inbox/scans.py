"""How the tasks of an inbox are met without reading the others: by queue in the order of the list, or by a key."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
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
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from engine.inbox.filters import Asked, Key, Scope
from engine.inbox.order import Order, Place
from engine.models import Case, Person, Task, TaskKey, TaskStatus
from engine.visibility import Seen, Sources, is_excluded, sees_tasks_of_no_office

MOST_BRANCHES = 40  # queues of one person that are looked up one by one
# Matches of one queue, and of all there are, that are sorted rather than looked for in the list's order.
FEW, FEW_OF_ALL = 1_000, 6_000
# So many tasks at most does one list or count look at whose other filters it has to check one by one: what comes after
# them is the next page's. A filter with fewer matches is followed before all others.
EXAMINED, LEAST_EXAMINED = 1_000, 40  # in all, and in one branch

Queue = int | ColumnElement[int] | None  # None: whichever
Branches = tuple[int | None, ...]
Met = Literal["met", "walked", "own"]
MET: Met = "met"  # as the way says
WALKED: Met = "walked"  # one by one in the list's order
OWN: Met = "own"  # of one person, who has few
Scan = Callable[[Queue, ColumnElement[bool], Met], Select[Any]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a scope's tasks are: disjoint conditions on Task, each within a queue or with an index of its own."""

    queues: list[int]  # each one's tasks under `also`
    also: ColumnElement[bool]
    others: list[tuple[int | None, ColumnElement[bool]]]  # queue, and what else must hold
    own: list[ColumnElement[bool]] = field(default_factory=list)  # of what people have taken

    @property
    def branches(self) -> Branches:
        """Where is looked, whatever else has to hold there."""
        return (*self.queues, *(queue for queue, _condition in self.others))

    @property
    def has_queues(self) -> bool:
        return bool(self.queues or self.others)

    def without_own(self) -> "Reach":
        """What people have taken apart, which is little."""
        return replace(self, own=[])


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
        return select(literal(1)).where(rows, _in_queue(of, queue)).limit(1).offset(few_in(queue))

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
        found = select(Task.case_id, Task.token).where(_is_open(), _in_queue(Task, queue))
        return found.where(*asked.due(is_sought=True)) if _is_due_sought(in_order) else found
    due = () if asked.due_before is None else (TaskKey.due_order < asked.due_before,)
    return select(TaskKey.case_id, TaskKey.token).where(
        key.sought.rows(), *due, _in_queue(TaskKey, queue)
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
    after: Place | None,
    backwards: bool,
) -> Place | None:
    """How far a list can be looked through at once; None: to its end. Only of what has to be checked one by one."""
    if not way.is_long:
        return None
    branches = reach.branches
    last, ends = examined_in(reach) - 1, []
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


def few_in(queue: Queue) -> int:
    """How many at most a branch has whose tasks are sorted."""
    return FEW_OF_ALL if queue is None else FEW


def examined_in(reach: Reach) -> int:
    """How many tasks are looked at in each branch of a reach."""
    return max(EXAMINED // max(1, len(reach.queues) + len(reach.others)), LEAST_EXAMINED)


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
    if session.get_bind().dialect.name == "postgresql":
        ids: Any = func.unnest(literal(queues, ARRAY(BigInteger)))
        each = ids.table_valued("value").render_derived(name=f"queue_{name}")
        rows = scan(each.c.value).lateral()
        return each.c.value, list(rows.c), each.join(rows, true())
    # SQLite has no LATERAL, but lets the argument of a function in FROM ask for each row of what stands before it.
    each = func.json_each(json.dumps(queues)).table_valued("value", name=f"queue_{name}")
    found = scan(literal_column(f"queue_{name}.value")).subquery()
    whole = select(func.json_group_array(func.json_array(*found.c))).select_from(found)
    row = func.json_each(whole.scalar_subquery()).table_valued("value", name=f"row_{name}")
    cells: list[ColumnElement[Any]] = [
        type_coerce(func.json_extract(row.c.value, f"$[{at}]"), cell.type).label(cell.name)
        for at, cell in enumerate(found.c)
    ]
    return each.c.value, cells, each.join(row, true())


def _is_due_sought(in_order: Order | None) -> bool:
    return in_order is None or in_order.name == "due"


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
