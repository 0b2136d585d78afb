"""Our exports in the eyes of others: r4pm (Rust), DuckDB, and the rules that the standards print as schemas."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import jsonschema_rs
import orjson
import r4pm
from lxml import etree
from r4pm import bindings

from engine.logs.exporting import as_csv, as_ocel, as_xes, write_parquet
from engine.logs.log import LogCase

_XES = "{http://www.xes-standard.org/}"
_NC_NAME = re.compile(r"[^\W\d][\w.\-]*")
_NAME = re.compile(r"[^\W\d:][\w.\-:]*")
_INSTANT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
# IEEE 1849: what the value of an attribute looks like, by its type
_VALUES = {
    "string": re.compile(r".*", re.DOTALL),
    "id": re.compile(r".*", re.DOTALL),
    "date": _INSTANT,
    "int": re.compile(r"[+-]?\d+"),
    "float": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|INF|-INF|NaN"),
    "boolean": re.compile(r"true|false|0|1"),
}
# … and in which order the parts of a log stand
_ORDER = {
    "extension": 0,
    "global": 1,
    "classifier": 2,
    **dict.fromkeys(_VALUES, 3),
    "trace": 4,
    "event": 5,
}


def _rows(needs: str, **parts: dict[str, Any]) -> dict[str, Any]:
    """Of a JSON schema: rows with these parts, of which some must be there."""
    return {
        "type": "array",
        "items": {"type": "object", "properties": parts, "required": needs.split()},
    }


_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_TYPES = _rows("name attributes", name=_TEXT, attributes=_rows("name type", name=_TEXT, type=_TEXT))
_RELATED = _rows("objectId qualifier", objectId=_TEXT, qualifier=_TEXT)
# OCEL 2.0, section 8.2: every value is text, of the type that is declared
OCEL = jsonschema_rs.Draft7Validator(
    {
        "type": "object",
        "properties": {
            "eventTypes": _TYPES,
            "objectTypes": _TYPES,
            "events": _rows(
                "id type time",
                id=_TEXT,
                type=_TEXT,
                time=_TIME,
                attributes=_rows("name value", name=_TEXT, value=_TEXT),
                relationships=_RELATED,
            ),
            "objects": _rows(
                "id type",
                id=_TEXT,
                type=_TEXT,
                attributes=_rows("name value time", name=_TEXT, value=_TEXT, time=_TIME),
                relationships=_RELATED,
            ),
        },
        "required": ["eventTypes", "objectTypes", "events", "objects"],
    },
    validate_formats=True,
)


def told_by_others(cases: list[LogCase], folder: Path) -> None:
    """Every format says to others what the cases are: as many, with the same events in the same order."""
    ways = Counter(tuple(event.activity for event in case.events) for case in cases)
    events = sum(len(case.events) for case in cases)
    xes = _written(folder / "a.xes", as_xes(cases, "A log"))
    assert not against_ieee_1849(xes)
    assert _ways_in_xes(xes) == Counter({" → ".join(way): n for way, n in ways.items() if way})
    ocel = _written(folder / "a.json", as_ocel(cases, "A log"))
    assert not [str(error) for error in OCEL.iter_errors(orjson.loads(ocel.read_bytes()))][:3]
    item = r4pm.import_item("OCEL", str(ocel))
    try:
        people = {event.resource for case in cases for event in case.events if event.resource}
        assert bindings.num_events(item) == events
        assert bindings.num_objects(item) == len(cases) + len(people)
    finally:
        r4pm.remove_item(item)
    table = _written(folder / "a.csv", as_csv(cases, "A log"))
    parquet = folder / "a.parquet"
    write_parquet(cases, "A log", parquet)
    told = [
        (
            case.name,
            len(case.events),
            min(event.at for event in case.events),
            max(event.at for event in case.events),
        )
        for case in cases
        if case.events
    ]
    for source in (f"read_csv('{table}', header = true, all_varchar = true)", f"'{parquet}'"):
        with duckdb.connect() as database:
            rows = database.execute(
                'SELECT "case", count(*), min(epoch(timestamp::TIMESTAMPTZ))::BIGINT,'
                f" max(epoch(timestamp::TIMESTAMPTZ))::BIGINT FROM {source} GROUP BY 1"
            ).fetchall()
        assert sorted(rows) == sorted(told)


def against_ieee_1849(path: Path) -> list[str]:
    """What in a file is not as IEEE 1849 wants a log to be; empty: nothing."""
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False)).getroot()
    found = [] if root.tag == f"{_XES}log" else [f"the root is {root.tag}"]
    if not re.fullmatch(r"\d+(\.\d+)?", root.get("xes.version", "")):
        found.append(f"xes.version is no decimal: {root.get('xes.version')}")
    found += _order(root)
    declared = [one.get("prefix") for one in root.iterfind(f"{_XES}extension")]
    for one in root.iterfind(f"{_XES}classifier"):
        if not _NC_NAME.fullmatch(one.get("name", "")):
            found.append(f"a classifier is called {one.get('name')}")
    for part in root.iter(*(f"{_XES}{kind}" for kind in _VALUES)):
        kind, key, value = part.tag.removeprefix(_XES), part.get("key", ""), part.get("value", "")
        if not _NAME.fullmatch(key):
            found.append(f"a key is {key}")
        if ":" in key and key.partition(":")[0] not in declared:
            found.append(f"nobody has declared {key}")
        if not _VALUES[kind].fullmatch(value):
            found.append(f"{key} is no {kind}: {value}")
    for trace in root.iterfind(f"{_XES}trace"):
        found += _order(trace)
    return found


def _order(parent: Any) -> list[str]:
    places = [_ORDER.get(child.tag.removeprefix(_XES), -1) for child in parent]
    return [] if places == sorted(places) and -1 not in places else [f"order in {parent.tag}"]


def _ways_in_xes(path: Path) -> Counter[str]:
    item = r4pm.import_item("EventLog", str(path))
    try:
        projection = r4pm.convert_item(item, "EventLogActivityProjection")
        found: Any = bindings.get_variants(projection)
        return Counter({" → ".join(way["activities"]): way["count"] for way in found})
    finally:
        r4pm.remove_item(item)


def _written(path: Path, chunks: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(chunks))
    return path
