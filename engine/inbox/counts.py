"""How many open tasks each scope of an inbox has, counted up to a limit and looked at no further than a page is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    True_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from engine.inbox.filters import SCOPES, Asked, Key, Scope
from engine.inbox.reach import Branches, Queue, Reach, reach_of
from engine.inbox.scans import (
    EXAMINED,
    OWN,
    Look,
    Met,
    driven,
    examined_in,
    is_checked,
    met,
    met_among,
    queue_rows,
    scans,
)
from engine.models import Person, Task

COUNT_LIMIT = 1000  # counts stop here, and say that there are more


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks there are; `is_more`: at least so many."""

    number: int
    is_more: bool = False


def counts_of(session: Session, person: Person, look: Look) -> dict[Scope, Count]:
    """How many open tasks each scope has, in one statement."""
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
            number = _checked if is_long else _limited
            told.append(number(session, asked, key, reach).label(scope))
    asked_for = select(*told) if beside is None else select(*told).select_from(beside)
    row = session.execute(asked_for).one()._mapping
    numbers = {scope: int(row[scope] or 0) for scope in reaches}  # PostgreSQL sums to a Decimal
    return {
        scope: Count(
            min(numbers[scope], COUNT_LIMIT),
            is_more=numbers[scope] > COUNT_LIMIT
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
    most = _looked_at(reach) if is_long and reach.has_queues else EXAMINED

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Any:
        if how == OWN:
            own = _own(asked, queue, condition)
            return own.add_columns(literal(0).label("office"), literal(0).label("unassigned"))
        number, is_free = func.count(), case((Task.assignee_id.is_(None), 1))
        numbers: list[Any] = [
            number.label("all"),
            number.label("office"),
            func.count(is_free).label("unassigned"),
        ]
        found: Any = met_among(asked, key, queue, condition, most=most)
        return found.with_only_columns(*numbers)

    some = scans(session, reach, scan)
    return select(*(func.sum(column).label(column.name) for column in some.c)).subquery()


def _checked(
    session: Session, asked: Asked, key: Key | None, reach: Reach
) -> ColumnElement[int | None]:
    """Of the first that an index gives of each branch, what meets every filter: few, and each is looked at."""
    most = _looked_at(reach)

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        if how == OWN:
            return _own(asked, queue, condition)
        found = met_among(asked, key, queue, condition, most=most)
        return found.with_only_columns(func.count().label("all"))

    some = scans(session, reach, scan)
    return select(func.sum(some.c["all"])).scalar_subquery()


def _looked_at(reach: Reach) -> int:
    """How many tasks are looked at in each branch: half as many as for a page. Where there are more, a count is only
    told as “at least so many”, which is as true of fewer.
    """
    return max(examined_in(reach) // 2, 1)


def _own(asked: Asked, queue: Queue, condition: ColumnElement[bool]) -> Select[Any]:
    found = met(asked, None, queue, condition).with_only_columns(literal(1).label("one"))
    return select(func.count().label("all")).select_from(found.limit(COUNT_LIMIT + 1).subquery())


def _limited(
    session: Session, asked: Asked, key: Key | None, reach: Reach
) -> ColumnElement[int | None]:
    """What is counted until there are enough, one branch after the other."""

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        if how == OWN:
            found = met(asked, None, queue, condition)
        elif isinstance(condition, True_) and not asked.besides(key):
            # a key is of an open task: nothing else has to be read
            found = driven(asked, key, queue)
        else:
            found = met_among(asked, key, queue, condition, most=EXAMINED)
        return found.with_only_columns(literal(1).label("one")).limit(COUNT_LIMIT + 1)

    some = scans(session, reach, scan)
    capped = select(literal(1)).select_from(some).limit(COUNT_LIMIT + 1).subquery()
    return select(func.count()).select_from(capped).scalar_subquery()


def _is_more(session: Session, asked: Asked, key: Key | None, reach: Reach) -> ColumnElement[bool]:
    """Whether some branch has more than is looked at."""
    most = _looked_at(reach)

    def further(queue: Queue) -> Select[Any]:
        found = driven(asked, key, queue).with_only_columns(literal(1).label("one"))
        return found.limit(1).offset(most)

    plain = [queue for queue in reach.branches if queue]
    found = [exists(further(queue)) for queue in reach.branches if not queue]
    if plain:
        each = queue_rows(session, plain, "queue_more")
        is_long = further(each.c.value).correlate(each).scalar_subquery().is_not(None)
        found.append(exists(select(literal(1)).select_from(each).where(is_long)))
    return or_(*found)
