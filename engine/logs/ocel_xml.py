"""OCEL 2.0 as XML read as a stream: one object or event in memory at a time (`xml_stream.py`)."""

from collections.abc import Callable

from engine.logs.log import LONGEST_VALUE
from engine.logs.ocel_spool import Spool, Told
from engine.logs.refusals import (
    BadTime,
    EventWithoutName,
    NoOcel,
    TooDeep,
    TooMuchBetween,
    ValueTooLong,
)
from engine.logs.source import MOST_BETWEEN, Source
from engine.logs.xml_stream import DEEPEST, XmlStream

MOST_TOLD = 10_000  # attributes and relations of one object or event
_PARTS = ("objects", "events")
_TYPES = {"integer": int, "float": float}


def lay_down_xml(source: Source, spool: Spool, seconds: Callable[[str], int]) -> None:
    """Everything of the file into the spool. Raises NoOcel, NotWellFormed, BadTime and others, each with its line."""
    reading = _Reading(source, spool, seconds)
    while chunk := source.read():
        reading.parse(chunk, is_final=False)
        if source.is_stale:
            raise TooMuchBetween(line=reading.line, limit=MOST_BETWEEN // (1024 * 1024))
    reading.parse(b"", is_final=True)
    for part in _PARTS:
        if part not in reading.seen:
            raise NoOcel(name=source.name, part=part)


class _Reading(XmlStream):
    """Where the parser is: in which list, and what the object or event it is in has said so far."""

    def __init__(self, source: Source, spool: Spool, seconds: Callable[[str], int]) -> None:
        super().__init__()
        self.source = source
        self.spool = spool
        self.seconds = seconds
        self.seen: set[str] = set()
        self._depth = 0
        self._part = ""
        self._said: dict[str, str] = {}
        self._told: list[Told] = []
        self._related: list[str] = []
        self._attribute: dict[str, str] | None = None
        self._text = ""
        self._types: dict[
            str, str
        ] = {}  # attribute → its type, as the head of the file declares it
        parser = self.parser
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, said: dict[str, str]) -> None:
        self._depth += 1
        bare = tag.rpartition(":")[2]
        if self._depth == 2:
            self._part = bare if bare in _PARTS else ""
            self.seen.add(bare)
        elif self._depth == 3 and self._part:
            self._said, self._told, self._related = said, [], []
        elif self._depth > DEEPEST:
            raise TooDeep(line=self.line, limit=DEEPEST)
        elif self._part and bare == "attribute":
            self._attribute, self._text = said, ""
        elif self._part and "object-id" in said:
            self._related.append(said["object-id"])
        elif bare == "attribute" and "type" in said:
            self._types[said.get("name", "")] = said["type"]
        if len(self._told) + len(self._related) > MOST_TOLD:
            raise ValueTooLong(line=self.line, limit=MOST_TOLD)

    def _characters(self, text: str) -> None:
        if self._attribute is not None:
            self._text += text
            if len(self._text) > LONGEST_VALUE:
                raise ValueTooLong(line=self.line, limit=LONGEST_VALUE)

    def _end(self, _tag: str) -> None:
        if self._attribute is not None:
            name, time = self._attribute.get("name", ""), self._attribute.get("time", "")
            self._told.append(Told(name, self._value(name, self._text.strip()), time))
            self._attribute = None
        elif self._depth == 3 and self._part:
            self.source.seen()
            if self._part == "objects":
                self.spool.add_object(
                    self._said.get("id", ""), self._said.get("type", ""), self._told
                )
            else:
                self._add_event()
        self._depth -= 1

    def _add_event(self) -> None:
        activity, stamp = self._said.get("type", ""), self._said.get("time", "")
        if not activity:
            raise EventWithoutName(line=self.line)
        try:
            at = self.seconds(stamp)
        except (ValueError, OverflowError):
            raise BadTime(line=self.line, value=stamp[:60]) from None
        self.spool.add_event(activity, at, self._told, self._related)

    def _value(self, name: str, text: str) -> str | int | float | bool:
        kind = self._types.get(name)
        if kind == "boolean":
            return text.lower() in ("true", "1")
        try:
            return _TYPES[kind](text[:40]) if kind in _TYPES else text
        except ValueError:
            return text
