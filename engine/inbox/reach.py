"""Where the tasks of a scope are for one person: queues, and what else must hold there."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, true

from engine.inbox.filters import Scope
from engine.models import Person, Task
from engine.visibility import Seen, Sources, is_excluded, sees_tasks_of_no_office

MOST_BRANCHES = 40  # queues of one person that are looked up one by one

Queue = int | list[int] | ColumnElement[int] | None  # several at once; None: whichever
Branches = tuple[int | None, ...]


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

    @property
    def is_one(self) -> bool:
        """Whether one look finds everything, when its queues are looked at together."""
        return bool(self.queues) + len(self.others) + len(self.own) == 1

    def without(self, empty: frozenset[int | None]) -> "Reach":
        """The same without branches in which nothing is."""
        if not empty:
            return self
        return replace(
            self,
            queues=[queue for queue in self.queues if queue not in empty],
            others=[one for one in self.others if one[0] not in empty],
        )


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


def in_queue(of: Any, queue: Queue) -> ColumnElement[bool]:
    """Condition on Task or TaskKey: of this queue, 0 for none, of one of these, or of whichever."""
    if queue is None:
        return true()
    found: ColumnElement[bool]
    if isinstance(queue, list):
        found = of.queue_id.in_(queue)
        return found
    if of is Task and isinstance(queue, int) and queue == 0:
        return Task.queue_id.is_(None)
    found = of.queue_id == queue
    return found


def _within(queue: int | None, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(in_queue(Task, queue), condition)


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
