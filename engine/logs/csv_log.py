"""A table of events (CSV): how it begins, and its rows as cases.

Rows may come in any order, so they are laid down in a temporary SQLite file and read back case by case: the memory
needed is the same for any size.
"""

import csv
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson

from engine.logs.csv_columns import Columns, ColumnUntold, NoSuchColumn, guessed
from engine.logs.csv_text import Lines, encoding_of
from engine.logs.csv_times import reader_of
from engine.logs.log import (
    KEPT_CHARACTERS,
    LONGEST_VALUE,
    MOST_ATTRIBUTES,
    MOST_EVENTS,
    LogCase,
    LogEvent,
    Progress,
    Value,
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

SAMPLE = 1_000  # rows


@dataclass(frozen=True, slots=True)
class Table:
    """How a table begins: its columns, some rows, and the best guess at what the columns say."""

    header: list[str]
    rows: list[list[str]]
    guess: Columns


def look_at(path: Path, name: str, separator: str = "") -> Table:
    """The beginning of a table with a guess at its columns; for a page, or for a command without flags.

    Without a `separator` that is guessed as well. Raises NotWellFormed.
    """
    with open_log(path, name) as source:
        lines = Lines(source, encoding_of(path, name))
        between = separator or lines.separator
        reader = csv.reader(lines, delimiter=between)
        rows = []
        try:
            header = _header(next(reader, []))
            for row in reader:
                rows.append([cell[:200] for cell in row])
                source.seen()
                if len(rows) == SAMPLE:
                    break
        except csv.Error as error:
            raise NotWellFormed(line=reader.line_num + lines.skipped, problem=str(error)) from None
        except UnicodeDecodeError as error:
            raise NotWellFormed(line="?", problem=str(error)) from None
    return Table(header, rows, guessed(header, rows, between))


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
            reading = _Rows(source, encoding_of(path, name), columns, zone)
            spool.execute("BEGIN")
            spool.executemany("INSERT INTO event (name, at, data) VALUES (?, ?, ?)", reading.rows())
            spool.execute("COMMIT")
        yield from _cases(spool, reading)


class _Rows:
    """Rows of a table as (case, instant, rest as JSON)."""

    def __init__(self, source: Source, encoding: str, columns: Columns, zone: ZoneInfo) -> None:
        self.source = source
        self.columns = columns
        self._seconds = reader_of(columns.time_format, zone)
        lines = Lines(source, encoding)
        self._skipped = lines.skipped
        self._reader = csv.reader(lines, delimiter=columns.separator or lines.separator)
        self.header = _header(next(self._reader, []))
        self._place = {name: place for place, name in enumerate(self.header)}
        self.attributes = self._case_columns()
        self.declared = frozenset({"enddate"} if columns.case_end else ())

    @property
    def line(self) -> int:
        return self._reader.line_num + self._skipped

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
                    raise EventOfNoCase(line=self.line)
                if not activity:
                    raise EventWithoutName(line=self.line)
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
                raise ValueTooLong(line=self.line, limit=limit) from None
            raise NotWellFormed(line=self.line, problem=str(error)) from None
        except UnicodeDecodeError as error:
            raise NotWellFormed(line=self.line + 1, problem=str(error)) from None

    def _instant(self, text: str) -> int:
        text = text.strip()
        if not text:
            raise EventWithoutTime(line=self.line)
        try:
            return self._seconds(text)
        except (ValueError, OverflowError):
            raise BadTime(line=self.line, value=text[:60]) from None

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
        if name in ("startdate", "enddate", "deadline", "answerdate") and text.strip():
            try:
                return datetime.fromtimestamp(self._seconds(text.strip()), UTC).isoformat()
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


def _header(cells: list[str]) -> list[str]:
    """The names of the columns; one that comes again is numbered."""
    names: list[str] = []
    for cell in cells:
        name, number = cell.strip(), 1
        while name and name in names:
            number += 1
            name = f"{cell.strip()} ({number})"
        names.append(name)
    return names
