"""Objects and events of an object-centric log, laid down in a temporary SQLite file and read back case by case.

The forms of OCEL keep objects and events apart, in any order: so the memory needed is the same for any size.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from engine.logs.log import KEPT_CHARACTERS, MOST_ATTRIBUTES, MOST_EVENTS, LogCase, LogEvent, Value
from engine.logs.refusals import CaseTooLong, NoSuchType

if TYPE_CHECKING:  # a second SQLite in memory, for who reads such a log
    from sqlite3 import Connection

RESOURCE_TYPES = (
    "resource", "resources", "person", "employee", "employees", "worker", "workers", "persona", "org:resource",
)  # fmt: skip
_AT_ONCE = 5_000  # rows
_NAMED = ", ".join(f"'{type}'" for type in RESOURCE_TYPES)
_TABLES = """
    CREATE TABLE object (id TEXT PRIMARY KEY, type TEXT, said BLOB) WITHOUT ROWID;
    CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER, type TEXT, said BLOB);
    CREATE TABLE relation (event INTEGER, place INTEGER, object TEXT, PRIMARY KEY (event, place)) WITHOUT ROWID;
"""
# The type that most events name, of those that are nobody who works.
_MOST_NAMED = f"""
    SELECT type FROM (
        SELECT DISTINCT relation.event, object.type FROM relation JOIN object ON object.id = relation.object
        WHERE lower(object.type) NOT IN ({_NAMED})
    ) GROUP BY type ORDER BY count(*) DESC, type LIMIT 1
"""  # noqa: S608  our own words
_CASES = f"""
    SELECT object.id, object.said, event.at, event.type, event.said, (
        SELECT doer.id FROM relation AS done JOIN object AS doer ON doer.id = done.object
        WHERE done.event = event.seq AND lower(doer.type) IN ({_NAMED}) ORDER BY done.place LIMIT 1
    )
    FROM object
    LEFT JOIN (SELECT DISTINCT object, event FROM relation) AS named ON named.object = object.id
    LEFT JOIN event ON event.seq = named.event
    WHERE object.type = ? ORDER BY object.id, event.at, event.seq
"""  # noqa: S608  our own words


class Told(NamedTuple):
    """Something an object or event says of itself; `time` as it is written, empty: always."""

    name: str
    value: Value
    time: str = ""


class Spool:
    """Where objects and events are laid down."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        self._objects: list[tuple[str, str, bytes]] = []
        self._events: list[tuple[int, int, str, bytes]] = []
        self._relations: list[tuple[int, int, str]] = []
        self._count = 0

    def add_object(self, id: str, type: str, told: Sequence[Told]) -> None:
        """Lay an object down; one that is told in several rows is one."""
        self._objects.append((id, type[:200], orjson.dumps(_last(told))))
        self._write(_AT_ONCE)

    def add_event(self, type: str, at: int, told: Sequence[Told], objects: Sequence[str]) -> None:
        """Lay an event down, with the objects that it names."""
        self._count += 1
        self._events.append((self._count, at, type[:200], orjson.dumps(_last(told))))
        self._relations += [(self._count, place, id) for place, id in enumerate(objects)]
        self._write(_AT_ONCE)

    def _write(self, least: int) -> None:
        if len(self._objects) + len(self._events) + len(self._relations) < least:
            return
        run = self._connection.executemany
        run("INSERT OR IGNORE INTO object VALUES (?, ?, ?)", self._objects)
        run("INSERT INTO event VALUES (?, ?, ?, ?)", self._events)
        run("INSERT INTO relation VALUES (?, ?, ?)", self._relations)
        self._objects, self._events, self._relations = [], [], []

    def cases(self, wanted: str | None) -> Iterator[LogCase]:
        """Every object of the wanted type (None: the one that most events name) as a case; raises NoSuchType."""
        self._write(0)
        self._connection.execute("COMMIT")
        self._connection.execute("CREATE INDEX by_object ON relation (object, event)")
        found = self._connection.execute("SELECT DISTINCT type FROM object ORDER BY type LIMIT 200")
        types = [type for (type,) in found]
        if wanted is None:
            (wanted,) = self._connection.execute(_MOST_NAMED).fetchone() or (None,)
        if wanted not in types:
            raise NoSuchType(type=wanted or "?", types=", ".join(types[:20]))
        case: LogCase | None = None
        for id, said, at, type, of_event, doer in self._connection.execute(_CASES, (wanted,)):
            if case is None or case.name != id:
                if case is not None:
                    yield case
                case = LogCase(id, [], orjson.loads(said))
            if at is not None:
                case.events.append(_event(type, at, orjson.loads(of_event), doer))
                if len(case.events) > MOST_EVENTS:
                    raise CaseTooLong(line="?", limit=MOST_EVENTS)
        if case is not None:
            yield case


def _event(type: str, at: int, said: dict[str, Any], doer: str | None) -> LogEvent:
    def text(*names: str) -> str | None:
        found = next((said[name] for name in names if said.get(name) not in (None, "")), None)
        return None if found is None else str(found)

    step = text("lifecycle", "lifecycle:transition") or "complete"
    resource = text("resource", "org:resource") or doer
    group = text("group", "org:group")
    return LogEvent(type, at, step.lower(), resource, group, text("instance", "concept:instance"))


def _last(told: Sequence[Told]) -> dict[str, Value]:
    """Name → value; of one that changed, the last."""
    found: dict[str, Value] = {}
    for name, value, _ in sorted(told, key=lambda one: one.time):
        if name and (name in found or len(found) < MOST_ATTRIBUTES):
            found[name[:100]] = value[:KEPT_CHARACTERS] if isinstance(value, str) else value
    return found
