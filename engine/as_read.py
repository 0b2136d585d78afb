"""Objects of rows that were read as plain columns, for the few questions that every request asks.

A query of the ORM gets ready anew, at each use, to make objects: for one row more than the database takes to find it.
What was read is merged into the session without loading, as SQLAlchemy merges from a cache; what was not is loaded
when somebody asks for it.
"""

from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Column, Table
from sqlalchemy.orm import Session, make_transient_to_detached

from engine.database import Base

Kind = TypeVar("Kind", bound=Base)


def columns(kind: type[Base], *, but: tuple[str, ...] = ()) -> tuple[Column[Any], ...]:
    """The columns of a table to select; `but` those whose values cannot be hashed, or are too large to be kept."""
    table: Table = kind.__table__  # type: ignore[assignment]  # the stubs say FromClause; it is a Table
    return tuple(column for column in table.columns if column.key not in but)


def as_read(
    session: Session, kind: type[Kind], read: tuple[Column[Any], ...], values: tuple[Any, ...]
) -> Kind:
    """The session's object of the row that has these values in the columns that were `read`, the key among them.

    One that the session has already takes them over: whatever was changed in it must be flushed before the question.
    """
    known: Kind = _known(kind, read, values)
    return session.merge(known, load=False)


@lru_cache(512)
def _known(kind: type[Kind], read: tuple[Column[Any], ...], values: tuple[Any, ...]) -> Kind:
    # In no session and changed by nobody. Kept under all that was read, so that another value is another object.
    known = kind(**{column.key: value for column, value in zip(read, values, strict=True)})
    make_transient_to_detached(known)
    return known
