"""Many rows in one statement, as each database likes it best."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import JSON, Boolean, Connection, Integer, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from psycopg import Copy

Rows = Sequence[tuple[Any, ...]]
Shape = tuple[int | str, ...]  # per column: the place in the given row, or words of SQL


@contextmanager
def calm_collector() -> Iterator[None]:
    """Spare the collector of garbage what is there already: it walked a whole program for every few thousand rows."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def insert_rows(session: Session, table: Table, rows: Rows, conflict: str = "") -> None:
    """Insert rows that have every column of the table, in its order; `conflict` is the words after ON CONFLICT."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        words = _insert(table, conflict)
        connection.exec_driver_sql(words, _with_json(rows, _json_places(table)))
    elif not conflict:
        _copy_rows(connection, table, _with_json(rows, _json_places(table)))
    elif _are_numbers(table):
        given = {
            f"c{place}": _array(column) for place, column in enumerate(zip(*rows, strict=True))
        }
        connection.exec_driver_sql(_insert_numbers(table, conflict), given)
    else:
        connection.exec_driver_sql(_insert_named(table, conflict), {"rows": _as_json(rows)})


def insert_short(session: Session, table: Table, shape: Shape, rows: Rows) -> None:
    """Insert rows of whole numbers that say only what differs; `shape` says what stands in each column of the table.

    Every value that is given costs a fifth of a microsecond; work items of a log have 22 columns and say 9 things.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        line = _line(shape)
        _copy(
            connection, table, lambda copy: copy.write("".join([line.format(*row) for row in rows]))
        )
    else:
        connection.exec_driver_sql(_insert_short(table, shape), list(rows))


def update_seen(session: Session, rows: Iterable[tuple[int, int, int]]) -> int:
    """Set how far cases are measured: (new, case, old), each only where it still is at the old; how many were."""
    given = list(rows)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        arrays = {
            f"c{place}": _array(column) for place, column in enumerate(zip(*given, strict=True))
        }
        done = connection.exec_driver_sql(_SEEN_POSTGRES, arrays)
    else:
        done = connection.exec_driver_sql(_SEEN, given)
    return int(done.rowcount)


def _copy_rows(connection: Connection, table: Table, rows: Rows) -> None:
    def write(copy: "Copy") -> None:
        for row in rows:
            copy.write_row(row)

    _copy(connection, table, write)


def _copy(connection: Connection, table: Table, write: Callable[["Copy"], object]) -> None:
    """PostgreSQL reads such rows at a quarter of what those of a statement cost it, and they are cheaper to say."""
    words = f"COPY {table.name} ({_names(table)}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(words) as copy:
            write(copy)
    except connection.dialect.loaded_dbapi.Error as error:
        # as SQLAlchemy says it of its own statements: whoever tries again looks for that
        raise DBAPIError.instance(
            words, None, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from error


_SEEN = "UPDATE case_file SET measured_seq = ? WHERE id = ? AND measured_seq = ?"
_SEEN_POSTGRES = (
    "UPDATE case_file SET measured_seq = given.c0"
    " FROM unnest(%(c0)s::int[], %(c1)s::bigint[], %(c2)s::int[]) AS given(c0, c1, c2)"
    " WHERE id = given.c1 AND measured_seq = given.c2"
)


def _with_json(rows: Rows, places: tuple[int, ...]) -> list[tuple[Any, ...]]:
    said = [row for row in rows if any(row[place] is not None for place in places)]
    if not said:
        return list(rows)
    return [
        tuple(
            orjson.dumps(value).decode() if place in places and value is not None else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


@lru_cache(maxsize=64)
def _json_places(table: Table) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(table.columns) if _is_json(column.type))


@lru_cache(maxsize=64)
def _are_numbers(table: Table) -> bool:
    return all(isinstance(column.type, Integer) for column in table.columns)


# One parameter, however many rows: the driver's own way costs ten times as much for each.
def _as_json(rows: Rows) -> str:
    names = [f"c{place}" for place in range(len(rows[0]))]
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows]).decode()


def _array(numbers: Sequence[int]) -> str:
    """The same for a column of whole numbers, as PostgreSQL writes an array."""
    return "{" + orjson.dumps(numbers)[1:-1].decode() + "}"


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


@lru_cache(maxsize=64)
def _insert(table: Table, conflict: str) -> str:
    marks = ", ".join("?" for _ in table.columns)
    after = f" ON CONFLICT {conflict}" if conflict else ""
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks}){after}"  # noqa: S608  names of our tables


@lru_cache(maxsize=16)
def _insert_short(table: Table, shape: Shape) -> str:
    given = ", ".join(part if isinstance(part, str) else f"?{part + 1}" for part in shape)
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({given})"  # noqa: S608  names of our tables


@lru_cache(maxsize=16)
def _line(shape: Shape) -> str:
    """A row of `shape` in the words of COPY, to be formatted."""
    return (
        "\t".join(
            f"{{{part}}}" if isinstance(part, int) else r"\N" if part == "NULL" else part
            for part in shape
        )
        + "\n"
    )


@lru_cache(maxsize=64)
def _insert_numbers(table: Table, conflict: str) -> str:
    given = ", ".join(f"c{place}" for place in range(len(table.columns)))
    arrays = ", ".join(f"%(c{place})s::bigint[]" for place in range(len(table.columns)))
    return (
        f"INSERT INTO {table.name} ({_names(table)}) SELECT {given}"  # noqa: S608  names of our tables
        f" FROM unnest({arrays}) AS given({given}) ON CONFLICT {conflict}"
    )


@lru_cache(maxsize=64)
def _insert_named(table: Table, conflict: str) -> str:
    given = ", ".join(f"c{place}" for place in range(len(table.columns)))
    typed = ", ".join(f"c{place} {_kind(column)}" for place, column in enumerate(table.columns))
    return (
        f"INSERT INTO {table.name} ({_names(table)}) SELECT {given}"  # noqa: S608  names of our tables
        f" FROM json_to_recordset(%(rows)s::json) AS given({typed}) ON CONFLICT {conflict}"
    )


def _kind(column: Any) -> str:
    if _is_json(column.type):
        return "json"
    if isinstance(column.type, Boolean):
        return "boolean"
    return "bigint" if isinstance(column.type, Integer) else "text"


def _is_json(kind: Any) -> bool:
    return isinstance(kind, JSON)
