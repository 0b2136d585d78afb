"""OCEL 2.0 as an SQLite file. The file is somebody's, so nothing in it is run: it is opened for reading only, only its
tables are read (no views, nothing virtual or computed), no function may be called, and reading may take so long and
no longer.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pysqlite3.dbapi2 as sqlite  # newer than the system's: its mended faults are those a hostile file looks for

from engine.logs.log import LONGEST_VALUE, Progress, Value
from engine.logs.ocel_spool import Spool, Told
from engine.logs.refusals import BadTimeOfEvent, BrokenSqlite, NoOcel

MOST_TYPES = 1_000
MOST_SECONDS = 600  # of reading
_STEPS = 100_000  # of SQLite's machine between two looks at the clock
_MAY = {sqlite.SQLITE_SELECT, sqlite.SQLITE_READ}
_TABLES = ("event", "object", "event_object", "event_map_type", "object_map_type")
_OWN = ("ocel_id", "ocel_time", "ocel_changed_field")


def lay_down_sqlite(
    path: Path, name: str, spool: Spool, seconds: Callable[[str], int], progress: Progress | None
) -> None:
    """Everything of the file into the spool. Raises NoOcel, BrokenSqlite, BadTimeOfEvent."""
    with _opened(path, name) as connection:
        tables = _tables(connection)
        connection.set_authorizer(
            lambda what, *_about: sqlite.SQLITE_OK if what in _MAY else sqlite.SQLITE_DENY
        )
        for part in _TABLES:
            if part not in tables:
                raise NoOcel(name=name, part=part)
        size = path.stat().st_size
        for type, table in _types(connection, "object", tables, name):
            _lay_down_objects(connection, spool, type, table)
        if progress is not None:
            progress(size // 3, size)
        for type, table in _types(connection, "event", tables, name):
            _lay_down_events(connection, spool, type, table, seconds)
        if progress is not None:
            progress(size, size)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    until = monotonic() + MOST_SECONDS
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite.connect(address, uri=True, isolation_level=None)) as connection:
            # before the schema is looked at for the first time
            for pragma in (
                "trusted_schema=OFF",
                "cell_size_check=ON",
                "mmap_size=0",
                "cache_size=-8000",
            ):
                connection.execute(f"PRAGMA {pragma}")
            connection.set_progress_handler(lambda: monotonic() > until, _STEPS)
            # a text that is none in UTF-8 is somebody's mistake, not a reason to stop
            connection.text_factory = lambda raw: raw[:LONGEST_VALUE].decode("utf-8", "replace")
            yield connection
    except sqlite.Error as error:
        raise BrokenSqlite(name=name, problem=str(error)[:200]) from None


def _tables(connection: Any) -> dict[str, list[str]]:
    """Name → columns of everything that is a table and no more than that: no view, nothing virtual or computed."""
    found = {}
    rows = connection.execute("SELECT name, type, sql FROM sqlite_master LIMIT 20000").fetchall()
    for name, type, sql in rows:
        if type == "table" and " ".join(str(sql).upper().split()).startswith("CREATE TABLE"):
            columns = connection.execute(f"PRAGMA table_xinfo({_quoted(name)})").fetchall()
            if not any(column[-1] for column in columns):  # hidden: computed whenever it is read
                found[name] = [column[1] for column in columns]
    return found


def _types(
    connection: Any, of: str, tables: dict[str, list[str]], name: str
) -> list[tuple[str, tuple[str, list[str]]]]:
    """Each type of events or objects, with the table of its attributes and the columns of that."""
    rows = connection.execute(
        f"SELECT ocel_type, ocel_type_map FROM {of}_map_type LIMIT {MOST_TYPES}"  # noqa: S608  our own words
    )
    found = []
    for type, mapped in rows.fetchall():
        table = f"{of}_{mapped}"
        if "ocel_id" not in tables.get(table, ()):
            raise NoOcel(name=name, part=table)
        found.append((str(type), (table, tables[table])))
    return found


def _lay_down_objects(
    connection: Any, spool: Spool, type: str, table: tuple[str, list[str]]
) -> None:
    name, columns = table
    attributes = [column for column in columns if column not in _OWN]
    time = _column("ocel_time", columns)
    fields = ", ".join(["object.ocel_id", time, *(f"said.{_quoted(each)}" for each in attributes)])
    rows = connection.execute(
        f"SELECT {fields} FROM object LEFT JOIN {_quoted(name)} AS said"  # noqa: S608  quoted
        " ON said.ocel_id = object.ocel_id WHERE object.ocel_type = ? ORDER BY object.ocel_id",
        (type,),
    )
    last, told = None, list[Told]()
    for id, at, *values in rows:
        if id != last:
            if last is not None:
                spool.add_object(str(last), type, told)
            last, told = id, []
        told += _told(attributes, values, str(at or ""))
    if last is not None:
        spool.add_object(str(last), type, told)


def _lay_down_events(
    connection: Any,
    spool: Spool,
    type: str,
    table: tuple[str, list[str]],
    seconds: Callable[[str], int],
) -> None:
    name, columns = table
    attributes = [column for column in columns if column not in _OWN]
    time = _column("ocel_time", columns)
    fields = ", ".join(
        [
            "event.ocel_id",
            time,
            "named.ocel_object_id",
            *(f"said.{_quoted(each)}" for each in attributes),
        ]
    )
    rows = connection.execute(
        f"SELECT {fields} FROM event JOIN {_quoted(name)} AS said ON said.ocel_id = event.ocel_id"  # noqa: S608  quoted
        " LEFT JOIN event_object AS named ON named.ocel_event_id = event.ocel_id"
        " WHERE event.ocel_type = ? ORDER BY event.ocel_id",
        (type,),
    )
    last, at, told, objects = None, 0, list[Told](), list[str]()
    for id, stamp, object_id, *values in rows:
        if id != last:
            if last is not None:
                spool.add_event(type, at, told, objects)
            try:
                at = seconds(str(stamp or "").strip())
            except (ValueError, OverflowError):
                raise BadTimeOfEvent(event=str(id)[:60], value=str(stamp)[:60]) from None
            last, told, objects = id, _told(attributes, values, ""), []
        if object_id is not None:
            objects.append(str(object_id))
    if last is not None:
        spool.add_event(type, at, told, objects)


def _told(names: list[str], values: list[Any], time: str) -> list[Told]:
    said: list[tuple[str, Value]] = [
        (name, value)
        for name, value in zip(names, values, strict=True)
        if isinstance(value, str | int | float) and value != ""
    ]
    return [Told(name, value, time) for name, value in said]


def _column(name: str, columns: list[str]) -> str:
    return f"said.{name}" if name in columns else "NULL"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
