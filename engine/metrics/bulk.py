"""Many rows in one statement, as each database likes it best."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Connection, Integer, Table
from sqlalchemy.orm import Session

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
    if rows:
        _run(session, _insert(table, session.get_bind().dialect.name, conflict), table, rows)


def insert_short(session: Session, table: Table, shape: Shape, rows: Rows) -> None:
    """Insert rows of whole numbers that say only what differs; `shape` says what stands in each column of the table.

    Every value that is given costs a fifth of a microsecond; work items of a log have 22 columns and say 9 things.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        words = _insert_short(table, shape, "postgresql")
        connection.exec_driver_sql(words, {"rows": _as_json(rows)})
    else:
        connection.exec_driver_sql(_insert_short(table, shape, "sqlite"), list(rows))


@lru_cache(maxsize=16)
def _insert_short(table: Table, shape: Shape, dialect: str) -> str:
    is_postgres = dialect == "postgresql"
    names = ", ".join(column.name for column in table.columns)
    given = ", ".join(
        part if isinstance(part, str) else f"c{part}" if is_postgres else f"?{part + 1}"
        for part in shape
    )
    if not is_postgres:
        return f"INSERT INTO {table.name} ({names}) VALUES ({given})"  # noqa: S608  names of our tables
    width = 1 + max(part for part in shape if isinstance(part, int))
    typed = ", ".join(f"c{place} bigint" for place in range(width))
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {given}"  # noqa: S608  names of our tables
        f" FROM json_to_recordset(%(rows)s::json) AS given({typed})"
    )


def update_seen(session: Session, rows: Iterable[tuple[int, int, int]]) -> int:
    """Set how far cases are measured: (new, case, old), each only where it still is at the old; how many were."""
    given = list(rows)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        done = connection.exec_driver_sql(_SEEN_POSTGRES, {"rows": _as_json(given)})
    else:
        done = connection.exec_driver_sql(_SEEN, given)
    return int(done.rowcount)


_SEEN = "UPDATE case_file SET measured_seq = ? WHERE id = ? AND measured_seq = ?"
_SEEN_POSTGRES = (
    "UPDATE case_file SET measured_seq = given.c0 FROM json_to_recordset(%(rows)s::json)"
    " AS given(c0 int, c1 bigint, c2 int) WHERE id = given.c1 AND measured_seq = given.c2"
)


def _run(session: Session, words: str, table: Table, rows: Rows) -> None:
    connection: Connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(words, {"rows": _as_json(rows)})
        return
    connection.exec_driver_sql(words, _with_json(rows, _json_places(table)))


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


def _as_json(rows: Iterable[tuple[Any, ...]]) -> str:
    # One parameter, however many rows: the driver's own way costs ten times as much for each.
    return orjson.dumps(
        [{f"c{place}": value for place, value in enumerate(row)} for row in rows]
    ).decode()


@lru_cache(maxsize=64)
def _insert(table: Table, dialect: str, conflict: str) -> str:
    names = ", ".join(column.name for column in table.columns)
    after = f" ON CONFLICT {conflict}" if conflict else ""
    if dialect != "postgresql":
        marks = ", ".join("?" for _ in table.columns)
        return f"INSERT INTO {table.name} ({names}) VALUES ({marks}){after}"  # noqa: S608  names of our tables
    given = ", ".join(f"c{place}" for place in range(len(table.columns)))
    typed = ", ".join(f"c{place} {_kind(column)}" for place, column in enumerate(table.columns))
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {given}"  # noqa: S608  names of our tables
        f" FROM json_to_recordset(%(rows)s::json) AS given({typed}){after}"
    )


def _kind(column: Any) -> str:
    if _is_json(column.type):
        return "json"
    if isinstance(column.type, Boolean):
        return "boolean"
    return "bigint" if isinstance(column.type, Integer) else "text"


def _is_json(kind: Any) -> bool:
    return isinstance(kind, JSON)
