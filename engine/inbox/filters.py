"""What an inbox may be filtered by: one frozen question, and the conditions it means."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

from sqlalchemy import ColumnElement, and_, false, func, select
from sqlalchemy.orm import Session

from engine.case_fields import COMPARISONS, LONGEST, Compare, has_field
from engine.inbox.keys import (
    PROPOSED,
    Sought,
    is_number,
    is_whole,
    of_bound,
    of_case_words,
    of_element,
    of_follow_up,
    of_procedure,
    of_review,
    of_text,
    of_value,
    words,
)
from engine.models import Procedure, Task
from engine.search import fold, found_by

Scope = Literal["mine", "office", "unassigned", "all"]
Due = Literal["overdue", "today", "week"]
Sort = Literal["due", "opened", "priority"]
SCOPES: tuple[Scope, ...] = ("mine", "office", "unassigned", "all")
MOST_FIELDS = 5  # asked at once
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A case field with what it is compared to, as engine.case_fields.has_field has it."""

    name: str
    compare: Compare
    value: str


def read_field(text: str) -> FieldAsked | None:
    """What “name~compare~value” asks; None for what cannot be understood."""
    name, _, rest = text.partition("~")
    compare, _, value = rest.partition("~")
    known = next((one for one in COMPARISONS if one == compare), None)
    if known is None or not 0 < len(name) <= LONGEST or not 0 < len(value) <= LONGEST:
        return None
    return FieldAsked(name, known, value)


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """One view of an inbox, as it stands in the address. `after` and `before` are opaque cursors."""

    scope: Scope = "mine"
    search: str = ""  # case number or words of the applicant's name; accents and case do not matter
    procedure_key: str | None = None
    due: Due | None = None
    sort: Sort = "due"
    after: str | None = None
    before: str | None = None
    limit: int = 50
    element_id: str | None = None  # of one kind of task of the procedure
    due_days: int | None = None  # due within so many days, overdue ones included
    is_to_review: bool = False  # what waits for a second pair of eyes
    is_follow_up: bool = False  # what its holder wanted to look at by today
    fields: tuple[FieldAsked, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A filter that task keys answer."""

    sought: Sought
    # says the same of a task that was met otherwise, where its own row says it; else its keys do
    of_row: ColumnElement[bool] | None = None
    rest: tuple[ColumnElement[bool], ...] = ()  # what the key does not say

    @property
    def walked(self) -> list[ColumnElement[bool]]:
        """The conditions on a task that was met otherwise."""
        return [self.sought.of_task(), *self.rest] if self.of_row is None else [self.of_row]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters mean: conditions on Task (and on Case, when `needs_case`), and the keys to find tasks by."""

    conditions: list[ColumnElement[bool]]
    keys: list[Key]
    due_before: int | None  # seconds since 1970
    needs_case: bool
    # what was put together once: a list asks the same in many places
    kept: dict[int, list[ColumnElement[bool]]] = field(default_factory=dict, compare=False)

    def is_told(self, key: Key | None) -> bool:
        """Whether nothing is left to check of tasks found by a key, or in any way; when they are due apart."""
        others = [one for one in self.keys if one is not key]
        return not (self.conditions or others or (key is not None and key.rest))

    def besides(self, key: Key | None) -> list[ColumnElement[bool]]:
        """The conditions that are left for tasks found by a key, or in any way; when they are due apart."""
        found = self.kept.get(id(key))
        if found is None:
            rest = () if key is None else key.rest
            others = [one for other in self.keys if other is not key for one in other.walked]
            found = self.kept[id(key)] = [*self.conditions, *rest, *others]
        return found

    def due(self, *, is_sought: bool) -> list[ColumnElement[bool]]:
        """When a task must be due; `is_sought`: an index by due date may be used."""
        if self.due_before is None:
            return []
        return [
            (Task.due_order if is_sought else func.coalesce(Task.due_order, 0)) < self.due_before
        ]


def asked_of(session: Session, query: TaskQuery, at: datetime, zone: tzinfo) -> Asked:
    """What the filters mean; `zone` says when a day ends."""
    conditions: list[ColumnElement[bool]] = []
    keys = _words(query.search)
    needs_case = bool(keys)
    if query.search.strip() and not keys:
        conditions.append(false())
    if query.procedure_key:
        wanted = select(Procedure.id).where(Procedure.key == query.procedure_key)
        procedure_id = session.scalar(wanted) or 0
        # The functions keep a database from meeting tasks by an index of theirs that no list is in the order of.
        of = func.coalesce(Task.procedure_id, 0) == procedure_id
        if query.element_id:
            of = and_(of, func.coalesce(Task.element_id, "") == query.element_id)
            keys.append(Key(of_element(procedure_id, query.element_id), of))
        else:
            keys.append(Key(of_procedure(procedure_id), of))
    elif query.element_id:
        conditions.append(func.coalesce(Task.element_id, "") == query.element_id)
    today = at.astimezone(zone).date()
    if query.is_to_review:
        keys.append(Key(of_review(), func.coalesce(Task.review, "") == PROPOSED))
    if query.is_follow_up:
        keys.append(Key(of_follow_up(today), Task.follow_up_on <= today))
    for one in query.fields[:MOST_FIELDS]:
        said = has_field(Task.case_id, one.name, one.compare, one.value)
        found = _key_of(one, said)
        if found is None:
            conditions.append(said)
        else:
            keys.append(found)
    return Asked(conditions, keys, _due_before(query, at, zone), needs_case)


def _words(text: str) -> list[Key]:
    found = of_case_words(text)
    # A key holds the beginning of a word, and no hyphen: the text itself says the rest.
    parts = words(text)
    is_told = all(map(is_whole, parts)) and fold(text).split() == parts
    rest = () if is_told else (found_by(text),)
    return [Key(one, rest=rest) for one in found]


def _key_of(asked: FieldAsked, said: ColumnElement[bool]) -> Key | None:
    if asked.compare == "is":
        return Key(of_value(asked.name, asked.value))
    if asked.compare == "has":
        found = of_text(asked.name, asked.value)
        longest = max(found, key=lambda one: one.low - one.high, default=None)
        return None if longest is None else Key(longest, rest=(said,))
    if asked.compare in ("at_least", "at_most"):
        bound = of_bound(asked.name, asked.value, is_least=asked.compare == "at_least")
        if bound is not None and is_number(asked.value):
            # A key holds all of a number: nothing is left to be looked up in a million cases.
            return Key(bound)
        return None if bound is None else Key(bound, said, (said,))
    return None


def _due_before(query: TaskQuery, at: datetime, zone: tzinfo) -> int | None:
    if query.due is None and query.due_days is None:
        return None
    tomorrow = datetime.combine(at.astimezone(zone).date(), time(), zone) + timedelta(days=1)
    if query.due_days is not None:
        until = tomorrow + timedelta(days=max(0, min(query.due_days, MOST_DAYS)))
    elif query.due == "overdue":
        until = at
    else:
        until = tomorrow + timedelta(days=6 if query.due == "week" else 0)
    return int(until.timestamp())
