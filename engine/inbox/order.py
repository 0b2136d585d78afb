"""The orders of an inbox, a place in one, and the cursor that says it in an address."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from engine.cursors import cursor, cursor_key
from engine.inbox.filters import Sort
from engine.models import Task, TaskKey

Place = tuple[Any, int, int]  # in an order: what it sorts by, case, token


@dataclass(frozen=True, slots=True)
class Order:
    """An order that an index has: the columns, then case and token, all the same way."""

    name: Sort
    column: InstrumentedAttribute[Any]
    descending: bool = False

    def column_of(self, of: Any) -> InstrumentedAttribute[Any]:
        """What it sorts by, of the table that is read: Task, or TaskKey as far as that has it."""
        return TaskKey.due_order if of is TaskKey and self.name == "due" else self.column

    def by(self, columns: Any, backwards: bool) -> list[ColumnElement[Any]]:
        """Of a subquery's columns."""
        key = [columns[name] for name in ("sort_key", "case_id", "token")]
        down = self.descending != backwards
        return [column.desc() if down else column.asc() for column in key]

    def by_table(self, backwards: bool, *, of: Any, is_sorted: bool) -> list[ColumnElement[Any]]:
        """Of the table that is read, Task or TaskKey."""
        down = self.descending != backwards
        column = self.column_of(of)
        # Few tasks are quickly sorted. The function keeps a database from walking through everybody's in the wanted
        # order until it has met enough of them.
        first: Any = func.coalesce(self.column, self.column) if is_sorted else column
        key = (first, of.case_id, of.token)
        return [one.desc() if down else one.asc() for one in key]

    def place(self, edge: str) -> Place:
        """What a cursor says; raises CursorUnreadable."""
        key, case_id, token = cursor_key(edge, self.name, int, int, int)
        return (_instant(key) if self.name == "opened" else key), case_id, token

    def beyond(self, place: Place, backwards: bool, *, of: Any) -> ColumnElement[bool]:
        """What comes after a place."""
        here, there = self._compared(place, of)
        found: ColumnElement[bool] = here < there if self.descending != backwards else here > there
        return found

    def until(self, place: Place, backwards: bool, *, of: Any) -> ColumnElement[bool]:
        """What comes up to a place, it included."""
        here, there = self._compared(place, of)
        found: ColumnElement[bool] = (
            here >= there if self.descending != backwards else here <= there
        )
        return found

    def cursor(self, place: Place) -> str:
        """A place in an address."""
        key, case_id, token = place
        return cursor(
            self.name, _microseconds(key) if self.name == "opened" else key, case_id, token
        )

    def _compared(self, place: Place, of: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        column = self.column_of(of)
        key, case_id, token = place
        there = tuple_(literal(key, self.column.type), literal(case_id), literal(token))
        return tuple_(column, of.case_id, of.token), there


ORDERS: dict[Sort, Order] = {
    "due": Order("due", Task.due_order),
    "opened": Order("opened", Task.opened_at),
    "priority": Order("priority", Task.priority, descending=True),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _EPOCH
