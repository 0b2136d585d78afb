"""The orders of an inbox, a place in one, and the cursor that says it in an address."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, literal, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from engine.cursors import cursor, cursor_key
from engine.inbox.filters import Sort
from engine.models import Task, TaskKey

Place = tuple[int, int, int]  # in an order: what it sorts by, instants in microseconds; case, token


class _MicrosecondsOf(FunctionElement[int]):
    """An instant as task keys have it."""

    type = BigInteger()
    inherit_cache = True
    name = "microseconds_of"


@compiles(_MicrosecondsOf)
def _microseconds_default(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    (instant,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM {instant}) * 1000000 AS BIGINT)"


@compiles(_MicrosecondsOf, "sqlite")
def _microseconds_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    (instant,) = (compiler.process(clause, **options) for clause in element.clauses)
    # text with six digits after its seconds; read as one number they would be rounded to thousandths
    seconds = f"unixepoch(substr({instant}, 1, 19))"
    return f"({seconds} * 1000000 + CAST(substr({instant}, 21) AS INTEGER))"


@dataclass(frozen=True, slots=True)
class Order:
    """An order that an index of tasks has: the column, then case and token, all the same way; and what says the same
    of a key.
    """

    name: Sort
    of_task: InstrumentedAttribute[Any]
    of_key: InstrumentedAttribute[int]
    descending: bool = False

    def column_of(self, of: Any) -> InstrumentedAttribute[Any]:
        """What it sorts by, of the table that is read: Task or TaskKey."""
        return self.of_key if of is TaskKey else self.of_task

    def sort_key(self, of: Any, column: Any = None) -> ColumnElement[int]:
        """The same as the number that a place has; `column`: what carries it."""
        column = self.column_of(of) if column is None else column
        if self.name == "opened" and of is Task:
            column = _MicrosecondsOf(column)
        found: ColumnElement[int] = column.label("sort_key")
        return found

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
        first: Any = func.coalesce(column, column) if is_sorted else column
        key = (first, of.case_id, of.token)
        return [one.desc() if down else one.asc() for one in key]

    def place(self, edge: str) -> Place:
        """What a cursor says; raises CursorUnreadable."""
        key, case_id, token = cursor_key(edge, self.name, int, int, int)
        return key, case_id, token

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

    def is_before(self, place: Place, other: Place, backwards: bool) -> bool:
        """Whether one place comes before another."""
        return place > other if self.descending != backwards else place < other

    def cursor(self, place: Place) -> str:
        """A place in an address."""
        return cursor(self.name, *place)

    def _compared(self, place: Place, of: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        column = self.column_of(of)
        key, case_id, token = place
        value = _instant(key) if self.name == "opened" and of is Task else key
        first = literal(value, column.type) if value is not key else literal(key)
        there = tuple_(first, literal(case_id), literal(token))
        return tuple_(column, of.case_id, of.token), there


ORDERS: dict[Sort, Order] = {
    "due": Order("due", Task.due_order, TaskKey.due_order),
    "opened": Order("opened", Task.opened_at, TaskKey.opened_order),
    "priority": Order("priority", Task.priority, TaskKey.priority, descending=True),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _instant(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _EPOCH
