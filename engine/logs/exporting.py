"""A log as a file: XES (IEEE 1849-2016), OCEL 2.0, CSV, Parquet. All but Parquet are written as a stream."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, ClassVar
from xml.sax.saxutils import quoteattr  # writes, reads nothing

import orjson

from engine.errors import Refusal
from engine.formulas import no_formula
from engine.logs.log import LogCase, LogEvent, Value

CASE_COLUMNS = ("startdate", "enddate", "deadline", "answerdate", "outcome", "channel")
_DATES = frozenset(CASE_COLUMNS[:4])
_EXTENSIONS = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Lifecycle", "lifecycle"),
    ("Organizational", "org"),
)
_NO_NAME = re.compile(r"[^\w.:\-]")
_HEADER = (
    "case", "activity", "timestamp", "lifecycle", "resource", "group", "instance", *CASE_COLUMNS,
)  # fmt: skip


class ParquetMissing(Refusal):
    """Parquet without what writes it."""

    sentence: ClassVar[str] = (
        "Parquet needs DuckDB, which is not installed here. Install expedito[mining], or export CSV."
    )


def as_xes(cases: Iterable[LogCase], name: str) -> Iterator[bytes]:
    """The log as XES, case by case. Declares an end, so that whoever reads it knows which cases are open."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield b'<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">\n'
    for title, prefix in _EXTENSIONS:
        address = f"http://www.xes-standard.org/{prefix}.xesext"
        yield f'<extension name="{title}" prefix="{prefix}" uri="{address}"/>\n'.encode()
    never = "1970-01-01T00:00:00+00:00"
    yield (
        '<global scope="trace">\n<string key="concept:name" value="?"/>\n'
        f'<date key="startdate" value="{never}"/>\n<date key="enddate" value="{never}"/>\n</global>\n'
        '<global scope="event">\n<string key="concept:name" value="?"/>\n'
        f'<date key="time:timestamp" value="{never}"/>\n'
        '<string key="lifecycle:transition" value="complete"/>\n</global>\n'
        '<classifier name="Activity" keys="concept:name"/>\n'
        '<classifier name="Activity_and_lifecycle" keys="concept:name lifecycle:transition"/>\n'
        f"{_attribute('concept:name', name)}"
        '<string key="lifecycle:model" value="standard"/>\n'
    ).encode()
    for case in cases:
        parts = ["<trace>\n", _attribute("concept:name", case.name)]
        parts += [_attribute(key, value) for key, value in case.attributes.items()]
        for event in case.events:
            parts.append("<event>\n")
            parts.append(_attribute("concept:name", event.activity))
            parts.append(f'<date key="time:timestamp" value="{_iso(event.at)}"/>\n')
            parts.append(_attribute("lifecycle:transition", event.lifecycle))
            if event.instance:
                parts.append(_attribute("concept:instance", event.instance))
            if event.resource:
                parts.append(_attribute("org:resource", event.resource))
            if event.group:
                parts.append(_attribute("org:group", event.group))
            parts.append("</event>\n")
        parts.append("</trace>\n")
        yield "".join(parts).encode()
    yield b"</log>\n"


def as_csv(cases: Iterable[LogCase], _name: str) -> Iterator[bytes]:
    """One row per event, UTF-8, with the dates of its case in every row."""
    yield _rows([_HEADER])
    for case in cases:
        of_case = [no_formula(str(case.attributes.get(name, ""))) for name in CASE_COLUMNS]
        yield _rows(
            (
                no_formula(case.name),
                no_formula(event.activity),
                _iso(event.at),
                event.lifecycle,
                no_formula(event.resource or ""),
                no_formula(event.group or ""),
                event.instance or "",
                *of_case,
            )
            for event in case.events
        )


def as_ocel(cases: Iterable[LogCase], name: str) -> Iterator[bytes]:
    """OCEL 2.0 JSON: cases and people are objects. Events and objects are kept in files until all are known."""
    types: set[str] = set()
    people: set[str] = set()
    attributes: dict[str, str] = {}
    with tempfile.TemporaryFile() as events, tempfile.TemporaryFile() as objects:
        number = 0
        for case in cases:
            attributes.update({key: _type(key, value) for key, value in case.attributes.items()})
            _add(objects, _case_object(case))
            for event in case.events:
                number += 1
                types.add(event.activity)
                if event.resource:
                    people.add(event.resource)
                _add(events, _ocel_event(number, case, event))
        for person in sorted(people):
            _add(objects, {"id": f"person:{person}", "type": "resource", "attributes": []})
        said = [{"name": key, "type": type} for key, type in sorted(attributes.items())]
        kinds = [{"name": "case", "attributes": said}, {"name": "resource", "attributes": []}]
        each = [{"name": part, "type": "string"} for part in ("lifecycle", "group", "instance")]
        named = [{"name": activity, "attributes": each} for activity in sorted(types)]
        yield b'{"objectTypes":' + orjson.dumps(kinds)
        yield b',"eventTypes":' + orjson.dumps(named)
        for part, file in (("objects", objects), ("events", events)):
            yield f',"{part}":['.encode()
            file.seek(0)
            while chunk := file.read(65_536):
                yield chunk
            yield b"]"
        yield b"}"


def write_parquet(cases: Iterable[LogCase], name: str, path: Path) -> None:
    """The rows of `as_csv` as Parquet, with typed times; raises ParquetMissing."""
    try:
        import duckdb  # an extra: expedito[mining]
    except ImportError:
        raise ParquetMissing from None
    with tempfile.TemporaryDirectory(prefix="expedito-log-") as folder:
        rows = Path(folder) / "rows.csv"
        with rows.open("wb") as written:
            written.writelines(as_csv(cases, name))
        with duckdb.connect() as database:
            database.execute("SET memory_limit = '150MB'; SET threads = 1")
            times = {"timestamp": "TIMESTAMPTZ"} | dict.fromkeys(sorted(_DATES), "TIMESTAMPTZ")
            types = ", ".join(f"'{column}': '{times.get(column, 'VARCHAR')}'" for column in _HEADER)
            read = database.sql(
                f"SELECT * FROM read_csv(?, header = true, columns = {{{types}}})",  # noqa: S608  our own words
                params=[str(rows)],
            )
            read.write_parquet(str(path), compression="zstd")


Writer = Callable[[Iterable[LogCase], str], Iterator[bytes]]
WRITERS: dict[str, tuple[Writer, str, str]] = {
    # format → writer, media type, end of the file's name
    "xes": (as_xes, "application/xml", "xes"),
    "csv": (as_csv, "text/csv; charset=utf-8", "csv"),
    "ocel": (as_ocel, "application/json", "ocel.json"),
}


def _attribute(key: str, value: Value) -> str:
    name = quoteattr(_as_name(key))
    return f"<{_type(key, value, 'date')} key={name} value={quoteattr(_text(value))}/>\n"


def _as_name(key: str) -> str:
    """The key as IEEE 1849 allows it, which is a name of XML: headings of tables have blanks and brackets."""
    name = _NO_NAME.sub("_", key)
    return name if name[:1].isalpha() or name[:1] == "_" else f"_{name}"


def _type(key: str, value: Value, date: str = "time") -> str:
    """The type of an attribute, as XES names it; OCEL says “time” for dates."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int" if date == "date" else "integer"
    if isinstance(value, float):
        return "float"
    return date if key in _DATES else "string"


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # what XML cannot hold, a reader would stumble over
    return "".join(letter for letter in str(value) if letter >= " " or letter in "\t\n")


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _add(file: IO[bytes], one: dict[str, object]) -> None:
    if file.tell():
        file.write(b",")
    file.write(orjson.dumps(one))


def _case_object(case: LogCase) -> dict[str, object]:
    first = _iso(case.events[0].at) if case.events else "1970-01-01T00:00:00+00:00"
    said = [
        {"name": key, "value": _text(value), "time": first}
        for key, value in case.attributes.items()
    ]
    return {"id": case.name, "type": "case", "attributes": said}


def _ocel_event(number: int, case: LogCase, event: LogEvent) -> dict[str, object]:
    related = [{"objectId": case.name, "qualifier": "case"}]
    if event.resource:
        related.append({"objectId": f"person:{event.resource}", "qualifier": "resource"})
    said = {"lifecycle": event.lifecycle, "group": event.group, "instance": event.instance}
    return {
        "id": f"e{number}",
        "type": event.activity,
        "time": _iso(event.at),
        "attributes": [{"name": part, "value": text} for part, text in said.items() if text],
        "relationships": related,
    }
