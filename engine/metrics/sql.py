"""Expressions over instants that each database says in its own words."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement


class seconds_between(FunctionElement[float]):
    """Seconds from the first instant to the second, null when one is null."""

    type = Float()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between)
def _seconds_default(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"EXTRACT(EPOCH FROM ({end} - {start}))"


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(unixepoch({end}, 'subsec') - unixepoch({start}, 'subsec'))"


class epoch_of(FunctionElement[int]):
    """The instant in whole seconds since 1970, null when it is."""

    type = BigInteger()
    inherit_cache = True
    name = "epoch_of"


@compiles(epoch_of)
def _epoch_default(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    (instant,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {instant})) AS BIGINT)"


@compiles(epoch_of, "sqlite")
def _epoch_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    (instant,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"unixepoch({instant})"


class _monday(FunctionElement[Any]):
    type = Date()
    inherit_cache = False
    name = "monday"

    def __init__(self, instant: ColumnElement[Any], zone: str) -> None:
        self.zone = zone
        super().__init__(instant)


def monday_of(instant: Any, zone: ZoneInfo) -> ColumnElement[Any]:
    """The Monday (a date) of the week in which an instant falls, on the calendar of `zone`."""
    return _monday(instant, str(zone))


@compiles(_monday)
def _monday_default(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    (instant,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(date_trunc('week', {instant} AT TIME ZONE '{element.zone}') AS DATE)"


@compiles(_monday, "sqlite")
def _monday_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    (instant,) = (compiler.process(clause, **options) for clause in element.clauses)
    # SQLite knows no zones; the offset of today is right wherever there is no summer time, as in the Andes.
    offset = datetime.now(UTC).astimezone(ZoneInfo(element.zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return f"date({instant}, '{seconds} seconds', '-6 days', 'weekday 1')"
