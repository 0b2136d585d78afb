"""How many open tasks each scope of an inbox has, counted up to a limit and looked at no further than a page is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    True_,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session

from engine.inbox.filters import SCOPES, Asked, Key, Scope
from engine.inbox.reach import Queue, Reach, reach_of
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
    scans,
    within_each,
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
    some: list[Subquery] = []  # each of one row
    shared: set[Scope] = set()
    if not asked.is_told(key):
        # What has to be checked one by one is checked once, for every scope of the same queues.
        reach = reaches["all"]
        shared = {"all", "unassigned"}
        if (reach.queues, reach.others) == (reaches["office"].queues, reaches["office"].others):
            shared.add("office")
        one = _all_at_once(session, asked, key, reach, is_long=look.is_common)
        told += [one.c[scope] for scope in shared]
        told += [one.c.is_more.label(f"more_{scope}") for scope in shared]
        some.append(one)
    for scope, reach in reaches.items():
        if scope in shared:
            continue
        if look.is_common and reach.has_queues and is_checked(asked, key, reach):
            one = _checked(session, asked, key, reach)
            told += [one.c.all.label(scope), one.c.is_more.label(f"more_{scope}")]
            some.append(one)
        else:
            told.append(_limited(session, asked, key, reach, scope).label(scope))
    asked_for = select(*told)
    if some:
        source: Any = some[0]
        for other in some[1:]:
            source = source.join(other, true())
        asked_for = asked_for.select_from(source)
    row = session.execute(asked_for).one()._mapping
    numbers = {scope: int(row[scope] or 0) for scope in reaches}  # PostgreSQL sums to a Decimal
    return {
        scope: Count(
            min(number, COUNT_LIMIT),
            is_more=number > COUNT_LIMIT or bool(row.get(f"more_{scope}")),
        )
        for scope, number in numbers.items()
    }


def _all_at_once(
    session: Session, asked: Asked, key: Key | None, reach: Reach, *, is_long: bool
) -> Subquery:
    """Of everything a person sees: all, what is in a queue, what of that is nobody's, and whether there is more."""
    is_long = is_long and reach.has_queues
    most = _looked_at(reach) if is_long else EXAMINED

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Any:
        if how == OWN:
            own, none = _own(asked, queue, condition), literal(0)
            return own.add_columns(*(none.label(name) for name in ("office", "unassigned", "more")))
        number, is_free = func.count(), case((Task.assignee_id.is_(None), 1))
        numbers: list[Any] = [
            number.label("all"),
            number.label("office"),
            func.count(is_free).label("unassigned"),
            (_looked(asked, key, queue, most) if is_long else literal(0)).label("more"),
        ]
        found: Any = met_among(asked, key, queue, condition, most=most)
        return found.with_only_columns(*numbers)

    return _summed(scans(session, reach, scan), most)


def _checked(session: Session, asked: Asked, key: Key | None, reach: Reach) -> Subquery:
    """Of the first that an index gives of each branch, what meets every filter: few, and each is looked at. And
    whether there is more than these.
    """
    most = _looked_at(reach)

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Any:
        if how == OWN:
            return _own(asked, queue, condition).add_columns(literal(0).label("more"))
        found: Any = met_among(asked, key, queue, condition, most=most)
        return found.with_only_columns(
            func.count().label("all"), _looked(asked, key, queue, most).label("more")
        )

    return _summed(scans(session, reach, scan), most)


def _summed(some: Subquery, most: int) -> Subquery:
    """The numbers of every branch, and whether there is more in one of them than is looked at."""
    sums = [func.sum(column).label(column.name) for column in some.c if column.name != "more"]
    return select(*sums, (func.max(some.c.more) > most).label("is_more")).subquery()


def _looked(asked: Asked, key: Key | None, queue: Queue, most: int) -> ColumnElement[int]:
    """How many an index gives of a branch, counted until there are more than are looked at."""
    found = driven(asked, key, queue).with_only_columns(literal(1).label("one")).limit(most + 1)
    return select(func.count()).select_from(within_each(found, queue)).scalar_subquery()


def _looked_at(reach: Reach) -> int:
    """How many tasks are looked at in each branch: half as many as for a page. Where there are more, a count is only
    told as “at least so many”, which is as true of fewer.
    """
    return max(examined_in(reach) // 2, 1)


def _own(asked: Asked, queue: Queue, condition: ColumnElement[bool]) -> Select[Any]:
    found = met(asked, None, queue, condition).with_only_columns(literal(1).label("one"))
    return select(func.count().label("all")).select_from(found.limit(COUNT_LIMIT + 1).subquery())


def _limited(
    session: Session, asked: Asked, key: Key | None, reach: Reach, scope: Scope
) -> ColumnElement[int | None]:
    """What is counted until there are enough, one branch after the other.

    What is nobody's has indexes of its own, so it is counted without looking at the rest.
    """
    is_indexed = scope == "unassigned" and key is None and asked.is_told(key)

    def scan(queue: Queue, condition: ColumnElement[bool], how: Met) -> Select[Any]:
        if how == OWN:
            found = met(asked, None, queue, condition)
        elif isinstance(condition, True_) and asked.is_told(key):
            # a key is of an open task: nothing else has to be read
            found = driven(asked, key, queue)
        elif is_indexed:
            found = met(asked, key, queue, condition)
        else:
            found = met_among(asked, key, queue, condition, most=EXAMINED)
        return found.with_only_columns(literal(1).label("one")).limit(COUNT_LIMIT + 1)

    some = scans(session, reach, scan)
    capped = select(literal(1)).select_from(some).limit(COUNT_LIMIT + 1).subquery()
    return select(func.count()).select_from(capped).scalar_subquery()
