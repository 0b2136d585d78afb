"""A table of events (CSV): which column says what, guessed or told, and its rows as cases.

Rows may come in any order, so they are laid down in a temporary SQLite file and read back case by case: the memory
needed is the same for any size.
"""

import codecs
import csv
import re
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

import orjson

from engine.errors import Refusal
from engine.logs.log import (
    KEPT_CHARACTERS,
    LONGEST_VALUE,
    MOST_ATTRIBUTES,
    MOST_EVENTS,
    LogCase,
    LogEvent,
    Progress,
    Value,
    instants,
)
from engine.logs.refusals import (
    BadTime,
    CaseTooLong,
    EventOfNoCase,
    EventWithoutName,
    EventWithoutTime,
    NotWellFormed,
    ValueTooLong,
)
from engine.logs.source import Source, open_log

if TYPE_CHECKING:  # a second SQLite in memory, for who reads a table in
    from sqlite3 import Connection

SAMPLE = 200  # rows
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # only these end a row: others, as U+2028, stand in values
_LONGEST_LINE = 1024 * 1024
_SEPARATORS = ",;\t|"
_FORMATS = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column says what; empty: none does. `attributes` are columns about the case; `time_format` as strptime
    has it, empty: ISO 8601."""

    case: str = ""
    activity: str = ""
    time: str = ""
    start: str = ""  # when the activity was begun, in the same row
    lifecycle: str = ""
    resource: str = ""
    group: str = ""
    due: str = ""
    case_start: str = ""
    case_end: str = ""
    outcome: str = ""
    channel: str = ""
    attributes: tuple[str, ...] = ()
    separator: str = ","
    time_format: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside the log."""
        return {**asdict(self), "attributes": list(self.attributes)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Columns":
        """What `as_json` gave, or what flags and forms say."""
        known = {one.name for one in fields(cls)}
        said = {name: text for name, text in value.items() if name in known and text}
        said["attributes"] = tuple(said.get("attributes", ()))
        return cls(**said)


@dataclass(frozen=True, slots=True)
class Table:
    """How a table begins: its columns, some rows, and the best guess at what the columns say."""

    header: list[str]
    rows: list[list[str]]
    guess: Columns


class NoSuchColumn(Refusal):
    """A mapping to a column that the table does not have."""

    sentence: ClassVar[str] = "The table has no column “{column}”. It has these: {columns}."


class ColumnUntold(Refusal):
    """Nothing says which column it is."""

    sentence: ClassVar[str] = "Say which column has the {what}: the table has these: {columns}."


# lower case, letters and digits only; the first that fits wins
_GUESSES: dict[str, tuple[str, ...]] = {
    "case": (
        "caseid", "case", "caseconceptname", "casenumber", "traceid", "expediente",
        "nroexpediente", "numeroexpediente", "numexpediente", "idexpediente", "tramite", "idtramite",
    ),
    "activity": (
        "activity", "conceptname", "activityname", "eventname", "event", "actividad", "evento",
        "tarea", "task", "paso", "accion",
    ),
    "time": (
        "completetimestamp", "timetimestamp", "timestamp", "endtime", "endtimestamp", "time",
        "fechahora", "fechafin", "fecha", "datetime", "date", "end",
    ),
    "start": ("starttimestamp", "starttime", "start", "inicio", "horainicio"),
    "lifecycle": ("lifecycletransition", "lifecycle", "transition", "transicion"),
    "resource": ("orgresource", "resource", "user", "usuario", "responsable", "persona", "worker"),
    "group": ("orggroup", "group", "office", "oficina", "unidad", "area", "department"),
    "due": ("deadline", "duedate", "casedeadline", "fechalimite", "vencimiento"),
    "case_start": ("casestart", "casestartdate", "startdate", "fechaingreso"),
    "case_end": ("caseend", "caseenddate", "enddate", "fechacierre"),
    "outcome": ("outcome", "caseoutcome", "resultado"),
    "channel": ("channel", "casechannel", "canal"),
}  # fmt: skip


def look_at(path: Path, name: str) -> Table:
    """The beginning of a table with a guess at its columns; for a page, or for a command without flags."""
    with open_log(path, name) as source:
        lines = _lines(source, _encoding(path, name))
        first = next(lines, "")
        separator = max(_SEPARATORS, key=first.count)
        reader = csv.reader(_again(first, lines), delimiter=separator)
        header = [cell.strip() for cell in next(reader, [])]
        rows = []
        for row in reader:
            rows.append([cell[:200] for cell in row])
            source.seen()
            if len(rows) == SAMPLE:
                break
    return Table(header, rows, _guess(header, rows, separator))


def read_csv(
    path: Path, name: str, columns: Columns, zone: ZoneInfo, progress: Progress | None = None
) -> Generator[LogCase]:
    """The cases of a table, events in order of time; the refusal of a bad row names its line.

    Raises NoSuchColumn, ColumnUntold before anything is read.
    """
    with tempfile.TemporaryDirectory(prefix="expedito-log-") as folder:
        yield from _sorted(Path(folder) / "rows.sqlite", path, name, columns, zone, progress)


def _sorted(
    place: Path, path: Path, name: str, columns: Columns, zone: ZoneInfo, progress: Progress | None
) -> Iterator[LogCase]:
    import sqlite3

    with closing(sqlite3.connect(place, isolation_level=None)) as spool:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000"):
            spool.execute(f"PRAGMA {pragma}")
        spool.execute(
            "CREATE TABLE event (seq INTEGER PRIMARY KEY, name TEXT, at INTEGER, data TEXT)"
        )
        with open_log(path, name, progress) as source:
            reading = _Rows(source, _encoding(path, name), columns, zone)
            spool.execute("BEGIN")
            spool.executemany("INSERT INTO event (name, at, data) VALUES (?, ?, ?)", reading.rows())
            spool.execute("COMMIT")
        yield from _cases(spool, reading)


class _Rows:
    """Rows of a table as (case, instant, rest as JSON)."""

    def __init__(self, source: Source, encoding: str, columns: Columns, zone: ZoneInfo) -> None:
        self.source = source
        self.columns = columns
        self._seconds = _reader_of_times(columns.time_format, zone)
        lines = _lines(source, encoding)
        self._reader = csv.reader(lines, delimiter=columns.separator or ",")
        self.header = [cell.strip() for cell in next(self._reader, [])]
        self._place = {name: place for place, name in enumerate(self.header)}
        self.attributes = self._case_columns()
        self.declared = frozenset({"enddate"} if columns.case_end else ())

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        told = self.columns
        case_at, activity_at, time_at = (
            self._at(getattr(told, name), name) for name in ("case", "activity", "time")
        )
        start_at, lifecycle_at, resource_at, group_at = (
            self._at(getattr(told, name)) for name in ("start", "lifecycle", "resource", "group")
        )
        reader = self._reader
        width = len(self.header)
        try:
            for number, row in enumerate(reader, 1):
                if not row:
                    continue
                self.source.seen()
                if len(row) < width:
                    row += [""] * (width - len(row))
                case, activity = row[case_at].strip(), row[activity_at].strip()
                if not case:
                    raise EventOfNoCase(line=reader.line_num)
                if not activity:
                    raise EventWithoutName(line=reader.line_num)
                at = self._instant(row[time_at])
                attributes = [row[place][:KEPT_CHARACTERS] for place, _ in self.attributes]
                resource = row[resource_at] if resource_at >= 0 else None
                group = row[group_at] if group_at >= 0 else None
                step = row[lifecycle_at].strip().lower() if lifecycle_at >= 0 else ""
                event = [activity[:200], step or "complete", resource, group, None, attributes]
                if start_at >= 0 and row[start_at].strip():
                    begun = min(at, self._instant(row[start_at]))
                    event[1], event[4] = "start", str(number)
                    yield case[:200], begun, orjson.dumps(event)
                    event[1] = "complete"
                yield case[:200], at, orjson.dumps(event)
        except csv.Error as error:
            limit = LONGEST_VALUE
            if "field larger" in str(error):
                raise ValueTooLong(line=reader.line_num, limit=limit) from None
            raise NotWellFormed(line=reader.line_num, problem=str(error)) from None
        except UnicodeDecodeError as error:
            raise NotWellFormed(line=reader.line_num + 1, problem=str(error)) from None

    def _instant(self, text: str) -> int:
        text = text.strip()
        if not text:
            raise EventWithoutTime(line=self._reader.line_num)
        try:
            return self._seconds(text)
        except (ValueError, OverflowError):
            raise BadTime(line=self._reader.line_num, value=text[:60]) from None

    def _at(self, column: str, what: str | None = None) -> int:
        if not column:
            if what is None:
                return -1
            raise ColumnUntold(what=what, columns=", ".join(self.header[:40]))
        if column not in self._place:
            raise NoSuchColumn(column=column, columns=", ".join(self.header[:40]))
        return self._place[column]

    def _case_columns(self) -> list[tuple[int, str]]:
        """Places and names of the columns about the case, under names that engine.logs.measuring knows."""
        told = self.columns
        known = {
            "startdate": told.case_start,
            "enddate": told.case_end,
            "deadline": told.due,
            "outcome": told.outcome,
            "channel": told.channel,
        }
        found = [(self._at(column), name) for name, column in known.items() if column]
        found += [(self._at(column), column) for column in told.attributes]
        return found[:MOST_ATTRIBUTES]

    def value(self, name: str, text: str) -> str:
        """An attribute as it is kept: dates in ISO 8601, whatever the table has."""
        if name in ("startdate", "enddate", "deadline") and text.strip():
            try:
                return datetime.fromtimestamp(
                    self._seconds(text.strip()), ZoneInfo("UTC")
                ).isoformat()
            except (ValueError, OverflowError):
                return text
        return text


def _cases(spool: "Connection", reading: _Rows) -> Iterator[LogCase]:
    name: str | None = None
    events: list[LogEvent] = []
    last: list[str] = []
    rows = spool.execute("SELECT name, at, data FROM event ORDER BY name, at, seq")
    for case, at, data in rows:
        if case != name:
            if name is not None:
                yield _case(name, events, last, reading)
            name, events, last = case, [], []
        activity, step, resource, group, instance, attributes = orjson.loads(data)
        events.append(LogEvent(activity, at, step, resource or None, group or None, instance))
        # of a value that changes, the last one that says anything
        last = [new or old for new, old in zip(attributes, last or attributes, strict=True)]
        if len(events) > MOST_EVENTS:
            raise CaseTooLong(line="?", limit=MOST_EVENTS)
    if name is not None:
        yield _case(name, events, last, reading)


def _case(name: str, events: list[LogEvent], values: list[str], reading: _Rows) -> LogCase:
    attributes: dict[str, Value] = {
        column: reading.value(column, text)
        for (_, column), text in zip(reading.attributes, values, strict=True)
        if text
    }
    return LogCase(name, events, attributes, reading.declared)


def _reader_of_times(format: str, zone: ZoneInfo) -> Callable[[str], int]:
    if not format:
        return instants(zone)

    def seconds(text: str) -> int:
        instant = datetime.strptime(text, format)  # noqa: DTZ007  the zone follows
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        return int(instant.timestamp() // 1)

    return seconds


def _lines(source: Source, encoding: str) -> Iterator[str]:
    """Lines as csv wants them, none longer than a megabyte."""
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = ""
    while chunk := source.read():
        lines = _LINE.findall(rest + decoder.decode(chunk))
        # the last one may go on
        rest = lines.pop() if lines else ""
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise ValueTooLong(line="?", limit=_LONGEST_LINE)
    yield from _LINE.findall(rest + decoder.decode(b"", final=True))


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _encoding(path: Path, name: str) -> str:
    """UTF-8, or what Windows calls ANSI when the beginning is none."""
    with open_log(path, name) as source:
        begin = source.read()
    try:
        begin.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(begin) - 4:
            return "cp1252"
    return "utf-8-sig"


def _guess(header: list[str], rows: list[list[str]], separator: str) -> Columns:
    plain = {column: "".join(c for c in column.lower() if c.isalnum()) for column in header}
    found: dict[str, Any] = {}
    for part, names in _GUESSES.items():
        for name in names:
            column = next(
                (c for c, p in plain.items() if p == name and c not in found.values()), None
            )
            if column is not None:
                found[part] = column
                break
    guess = replace(Columns(separator=separator), **found)
    if guess.time in header:
        place = header.index(guess.time)
        sample = [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
        guess = replace(guess, time_format=_time_format(sample))
    return replace(guess, attributes=_of_case(header, rows, guess, set(found.values())))


def _time_format(sample: list[str]) -> str:
    for format in ("", *_FORMATS):
        read = _reader_of_times(format, ZoneInfo("UTC"))
        try:
            for text in sample:
                read(text)
        except (ValueError, OverflowError):
            continue
        return format
    return ""


def _of_case(
    header: list[str], rows: list[list[str]], guess: Columns, used: set[str]
) -> tuple[str, ...]:
    """Columns that say the same in all rows of a case, as far as the sample shows."""
    if guess.case not in header:
        return ()
    case = header.index(guess.case)
    same = []
    for place, column in enumerate(header):
        if column in used or not column:
            continue
        values: dict[str, set[str]] = {}
        for row in rows:
            if len(row) > max(case, place):
                values.setdefault(row[case], set()).add(row[place])
        if all(len(each) == 1 for each in values.values()):
            same.append(column)
    return tuple(same[:MOST_ATTRIBUTES])
