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
    json_places = [place for place, column in enumerate(table.columns) if _is_json(column.type)]
    connection.exec_driver_sql(words, _with_json(rows, json_places) if json_places else list(rows))


def _with_json(rows: Rows, places: list[int]) -> list[tuple[Any, ...]]:
    return [
        tuple(
            orjson.dumps(value).decode() if place in places and value is not None else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


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
