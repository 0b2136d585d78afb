"""OCEL 2.0 as JSON read as a stream: one object or event in memory at a time.

Not by a library: those that read JSON piece by piece (ijson) do not tell on which line a piece stands, and cost several
times as much. Here the file is cut between the elements of its lists, and orjson reads each.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from engine.logs.log import Value
from engine.logs.ocel_spool import Spool, Told
from engine.logs.refusals import BadTime, EventWithoutName, NoOcel, NotWellFormed, ValueTooLong
from engine.logs.source import Source

LARGEST_ELEMENT = 1024 * 1024  # bytes of one object or event
# A string (group 1: its end, missing when it goes on in the next chunk) or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:(")|\\?\Z)|[{}\[\]]', re.DOTALL)
_QUOTE = ord('"')
_OPEN = b"{["
_BETWEEN = re.compile(rb"\s*,?\s*")
_PARTS = ("objects", "events")


def lay_down_json(source: Source, spool: Spool, seconds: Callable[[str], int]) -> None:
    """Everything of the file into the spool. Raises NoOcel, NotWellFormed, BadTime, each with its line."""
    seen = set()
    for part, line, raw in _elements(source):
        seen.add(part)
        if part not in _PARTS or not raw:
            continue
        source.seen()
        try:
            one = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise NotWellFormed(line=line + error.lineno - 1, problem=error.msg) from None
        if not isinstance(one, dict):
            raise NotWellFormed(line=line, problem=part)
        if part == "objects":
            spool.add_object(str(one.get("id", "")), str(one.get("type", "")), _told(one))
            continue
        stamp, activity = str(one.get("time", "")), str(one.get("type") or "")
        if not activity:
            raise EventWithoutName(line=line)
        try:
            at = seconds(stamp)
        except (ValueError, OverflowError):
            at_line = line + raw.count(b"\n", 0, max(0, raw.find(b'"time"')))
            raise BadTime(line=at_line, value=stamp[:60]) from None
        related = one.get("relationships") or ()
        objects = [str(each.get("objectId", "")) for each in related if isinstance(each, dict)]
        spool.add_event(activity, at, _told(one), objects)
    for part in _PARTS:
        if part not in seen:
            raise NoOcel(name=source.name, part=part)


def _elements(source: Source) -> Iterator[tuple[str, int, bytes]]:
    """(list, line, bytes) of every element of the lists that stand in the outermost object; of each list, first an
    element without bytes."""
    buffer = b""
    depth, line, begin = 0, 1, -1
    key, part = "", ""
    while chunk := source.read():
        buffer += chunk
        done = 0  # everything before it is dealt with
        for match in _TOKEN.finditer(buffer):
            start, end = match.span()
            letter = buffer[start]
            if letter == _QUOTE:
                if match.group(1) is None:
                    break  # it goes on in the next chunk
                if depth == 1:
                    key = buffer[start + 1 : end - 1][:40].decode("utf-8", "replace")
            elif letter in _OPEN:
                depth += 1
                if depth == 2:
                    part = key if letter == _OPEN[1] else ""
                    if part:
                        yield part, line, b""
                elif depth == 3 and part:
                    line += buffer.count(b"\n", done, start)
                    if not _BETWEEN.fullmatch(buffer, done, start):
                        problem = buffer[done:start][:40].decode("utf-8", "replace").strip()
                        raise NotWellFormed(line=line, problem=problem)
                    begin = done = start
            else:
                depth -= 1
                if depth == 2 and begin >= 0:
                    yield part, line, buffer[begin:end]
                    begin = -1
            if begin < 0:
                line += buffer.count(b"\n", done, end)
                done = end
        if begin >= 0:
            depth, begin = 2, -1  # the element is looked through again once more of it is there
        buffer = buffer[done:]
        if len(buffer) > LARGEST_ELEMENT:
            raise ValueTooLong(line=line, limit=LARGEST_ELEMENT)
    if depth or buffer.strip():
        raise NotWellFormed(line=line + buffer.count(b"\n"), problem="end of file")


def _told(one: dict[str, Any]) -> list[Told]:
    found = []
    for attribute in one.get("attributes") or ():
        if isinstance(attribute, dict) and isinstance(attribute.get("name"), str):
            value = attribute.get("value")
            if value is not None:
                told: Value = value if isinstance(value, bool | int | float) else str(value)
                found.append(Told(attribute["name"], told, str(attribute.get("time") or "")))
    return found
