"""OCEL 2.0 (JSON) read: every object of one type is a case, the events that name it are its events.

The format keeps objects and events apart, so a file is held in memory as a whole, and is bounded for that.
"""

from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import orjson

from engine.errors import Refusal
from engine.logs.log import KEPT_CHARACTERS, LogCase, LogEvent, Progress, Value, instants
from engine.logs.refusals import BadTime, NotWellFormed
from engine.logs.source import open_log

LARGEST = 32 * 1024 * 1024  # bytes; Python needs some five times as much for it
_RESOURCE_TYPES = frozenset({"resource", "person", "employee", "worker", "persona", "org:resource"})


class OcelTooLarge(Refusal):
    """More than is held in memory."""

    sentence: ClassVar[str] = (
        "“{name}” is larger than {limit} MB. Export the objects of one type as XES, which is read without a limit."
    )


class NoOcel(Refusal):
    """JSON, but not OCEL 2.0."""

    sentence: ClassVar[str] = (
        "“{name}” is not OCEL 2.0: it lacks “{part}”. Export it as OCEL 2.0 JSON."
    )


class NoSuchType(Refusal):
    """Cases of a type that the log does not have."""

    sentence: ClassVar[str] = "The log has no objects of the type “{type}”, only of these: {types}."


def read_ocel(
    path: Path, name: str, case_type: str | None, zone: ZoneInfo, progress: Progress | None = None
) -> Generator[LogCase]:
    """The cases of a log; `case_type` is the object type that makes a case, None: the one that most events name.

    Objects named by no event come without events. A resource is the attribute “resource” of an event or the object of
    a type such as “resource” that it names.
    """
    with open_log(path, name, progress) as source:
        parts: list[bytes] = []
        size = 0
        while chunk := source.read():
            source.seen()
            size += len(chunk)
            if size > LARGEST:
                raise OcelTooLarge(name=name, limit=LARGEST // (1024 * 1024))
            parts.append(chunk)
    text = b"".join(parts)
    parts.clear()
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotWellFormed(line=error.lineno, problem=error.msg) from None
    objects, events = _part(data, "objects", name), _part(data, "events", name)
    types = {str(one.get("id")): str(one.get("type")) for one in objects}
    wanted = case_type or _most_named(events, types)
    if wanted not in types.values():
        raise NoSuchType(type=wanted, types=", ".join(sorted(set(types.values()))[:20]))
    cases: dict[str, list[LogEvent]] = {id: [] for id, type in types.items() if type == wanted}
    seconds = instants(zone)
    for event in events:
        told = _event(event, types, seconds, text)
        for related in _related(event):
            if related in cases:
                cases[related].append(told)
    attributes = {str(one.get("id")): _attributes(one) for one in objects}
    for id, own in cases.items():
        yield LogCase(id, sorted(own, key=_when), attributes[id])


def _when(event: LogEvent) -> int:
    return event.at


def _part(data: Any, part: str, name: str) -> list[dict[str, Any]]:
    found = data.get(part) if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NoOcel(name=name, part=part)
    return found


def _related(event: dict[str, Any]) -> list[str]:
    related = event.get("relationships") or ()
    return [str(one.get("objectId")) for one in related if isinstance(one, dict)]


def _most_named(events: list[dict[str, Any]], types: dict[str, str]) -> str:
    named = Counter(
        type
        for event in events
        for type in {types.get(id, "") for id in _related(event)}
        if type and type.lower() not in _RESOURCE_TYPES
    )
    return named.most_common(1)[0][0] if named else next(iter(types.values()), "")


def _event(
    event: dict[str, Any], types: dict[str, str], seconds: Callable[[str], int], text: bytes
) -> LogEvent:
    said = _attributes(event)
    resource = said.get("resource") or said.get("org:resource")
    if resource is None:
        of_type = (id for id in _related(event) if types.get(id, "").lower() in _RESOURCE_TYPES)
        resource = next(of_type, None)
    stamp = str(event.get("time", ""))
    try:
        at = seconds(stamp)
    except (ValueError, OverflowError):
        line = 1 + text.count(b"\n", 0, max(0, text.find(orjson.dumps(event.get("id")))))
        raise BadTime(line=line, value=stamp[:60]) from None
    return LogEvent(
        str(event.get("type", "?"))[:200],
        at,
        str(said.get("lifecycle", "complete")).lower(),
        None if resource is None else str(resource),
        None if said.get("group") is None else str(said["group"]),
        None if said.get("instance") is None else str(said["instance"]),
    )


def _attributes(one: dict[str, Any]) -> dict[str, Value]:
    """Name → value; of a value that changed, the last."""
    found: dict[str, Value] = {}
    for attribute in one.get("attributes") or ():
        if isinstance(attribute, dict) and isinstance(attribute.get("name"), str):
            value = attribute.get("value")
            if isinstance(value, bool | int | float):
                found[attribute["name"][:100]] = value
            elif value is not None:
                found[attribute["name"][:100]] = str(value)[:KEPT_CHARACTERS]
    return found
