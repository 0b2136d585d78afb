"""Which reader reads a file."""

from collections.abc import Generator
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

from engine.logs.csv_columns import Columns
from engine.logs.csv_log import read_csv
from engine.logs.log import LogCase, Progress
from engine.logs.ocel import read_ocel
from engine.logs.refusals import UnknownFormat
from engine.logs.xes import read_xes


def format_of(file_name: str) -> str:
    """xes, csv or ocel, by the end of the name; UnknownFormat."""
    lower = PurePath(file_name).name.lower()
    if lower.endswith(_DATABASES):
        return "ocel"
    for format, ends in _ENDS.items():
        if lower.removesuffix(".gz").endswith(ends):
            return format
    raise UnknownFormat(name=PurePath(file_name).name)


_ENDS = {
    "xes": (".xes",),
    "csv": (".csv", ".txt", ".tsv"),
    "ocel": (".json", ".jsonocel", ".xml", ".xmlocel"),
}
_DATABASES = (".sqlite", ".sqlite3", ".db")  # not packed: they are read where they lie


def read_log(
    path: Path,
    name: str,
    format: str,
    mapping: dict[str, Any],
    zone: ZoneInfo,
    progress: Progress | None = None,
) -> Generator[LogCase]:
    """The cases of a log, one at a time; `mapping` says what columns (CSV) or which object type (OCEL) to read."""
    if format == "csv":
        return read_csv(path, name, Columns.from_json(mapping), zone, progress)
    if format == "ocel":
        return read_ocel(path, name, mapping.get("case_type"), zone, progress)
    return read_xes(path, name, zone, progress)
