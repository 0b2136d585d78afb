"""XES (IEEE 1849-2016) read as a stream: one case in memory at a time, handed on when it ends.

Nothing of the file is believed (`xml_stream.py`): depth, values, the distance between events and the length of a case
are bounded.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from zoneinfo import ZoneInfo

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
    EventWithoutName,
    EventWithoutTime,
    NoXes,
    TooDeep,
    TooMuchBetween,
    ValueTooLong,
)
from engine.logs.source import MOST_BETWEEN, open_log
from engine.logs.xes_runs import Runs
from engine.logs.xml_stream import DEEPEST, XmlStream

_NAME, _TIME, _STEP = "concept:name", "time:timestamp", "lifecycle:transition"
_RESOURCE, _GROUP, _INSTANCE = "org:resource", "org:group", "concept:instance"
_NUMBERS: dict[str, type[int] | type[float]] = {"int": int, "float": float}
_LOG, _TRACE, _EVENT, _GLOBAL = "log", "trace", "event", "global"
_COMPLETE = "complete"
_EVENT_ENDS = b"</event>"
_MOST_HELD = 64 * 1024  # bytes of a file that wait for the end of an event


def read_xes(
    path: Path, name: str, zone: ZoneInfo, progress: Progress | None = None
) -> Generator[LogCase]:
    """The cases of a log, in the order of the file; the refusal of a bad event names its line.

    Times without an offset are of `zone`. Cases without events come as well.
    """
    reading = _Reading(name, zone)
    with open_log(path, name, progress) as source:
        seen = 0
        while chunk := source.read():
            reading.feed(chunk)
            events = len(reading.own)
            if events > MOST_EVENTS:
                raise CaseTooLong(line=reading.line, limit=MOST_EVENTS)
            if events != seen or reading.ready:
                seen = events
                source.seen()
            elif source.is_stale:
                raise TooMuchBetween(line=reading.line, limit=MOST_BETWEEN // (1024 * 1024))
            yield from reading.ready
            reading.ready = []
        reading.feed(b"", is_final=True)
        yield from reading.ready


class _Reading(XmlStream):
    """What the parser has come past: `ready` are the cases that have ended, `own` the events of the one it is in."""

    def __init__(self, name: str, zone: ZoneInfo) -> None:
        super().__init__()
        self.name = name
        self.zone = zone
        self.ready: list[LogCase] = []
        self.own: list[LogEvent] = []
        self._traces = 0
        self._declared: set[str] = set()
        self._attributes: dict[str, Value] = {}
        parser = self.parser
        parser.ordered_attributes = True
        self._instants = instants(zone)
        self._runs: Runs | None = Runs(self._instants, _COMPLETE)
        self._rest = b""  # read, and not yet given to the parser
        self._given = 0  # bytes that the parser has
        self._event_ended = -1  # the byte at which the tag stands that ended an event last
        self._is_between = False  # the parser is right behind an event
        self._start, self._end, self._begin_case = self._handlers()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.XmlDeclHandler = self._declared_encoding

    def _declared_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            self._runs = None  # the same bytes are other letters

    def feed(self, chunk: bytes, *, is_final: bool = False) -> None:
        """Go on with these bytes: run by run where events look like most, else event by event."""
        data = self._rest + chunk if self._rest else chunk
        self._rest = b""
        place, end = 0, len(data)
        while place < end:
            if self._is_between and self._runs is not None:
                read = self._read_runs(self._runs, data, place)
                if read > place:
                    # the parser looks at these bytes as well, and tells nobody
                    self.parser.StartElementHandler = self.parser.EndElementHandler = None
                    self._give(data[place:read])
                    self.parser.StartElementHandler = self._start
                    self.parser.EndElementHandler = self._end
                    place = read
            ends = data.find(_EVENT_ENDS, place)
            if ends < 0:
                if self._is_between and not is_final and end - place < _MOST_HELD:
                    self._rest = data[place:]
                else:
                    self._is_between = False
                    self._give(data[place:])
                break
            ends += len(_EVENT_ENDS)
            self._give(data[place:ends])
            # not within a comment or a section of text, where the same letters may stand
            self._is_between = self._event_ended + len(_EVENT_ENDS) == self._given
            place = ends
        if is_final:
            self.parse(b"", is_final=True)

    def _read_runs(self, runs: Runs, data: bytes, place: int) -> int:
        """As many events and cases as are written like most; where they end."""
        while True:
            place = runs.read(data, place, self.own)
            found = None if len(self.own) > MOST_EVENTS else runs.next_case(data, place)
            if found is None:
                return place
            self._add_case(self.own)
            self._begin_case()
            place, attributes = found
            for kind, key, value in attributes:
                self._add_attribute(kind, ["key", key, "value", value])

    def _give(self, some: bytes) -> None:
        self._given += len(some)
        self.parse(some, is_final=False)

    def _handlers(
        self,
    ) -> tuple[Callable[[str, list[str]], None], Callable[[str], None], Callable[[], None]]:
        # Called ten times an event: what they remember are variables of theirs, not attributes of an object.
        seconds, declared, parser = self._instants, self._declared, self.parser
        made = tuple.__new__  # of a named tuple, half as dear as its own way
        own: list[LogEvent] = []
        depth = 0
        within = ""  # trace, event or global, while directly inside one
        event: dict[str, str] = {}

        def begin_case() -> None:
            nonlocal own
            own, self._attributes = [], {}
            self.own = own

        def start(tag: str, said: list[str]) -> None:
            nonlocal depth, within, event
            depth += 1
            if within is _EVENT:
                if depth == 4:
                    # nearly always key, then value; whatever else stands there is looked for
                    if len(said) == 4 and said[0] == "key":
                        event[said[1]] = said[3]
                    else:
                        key, value = _pair(said)
                        event[key] = value
                elif depth > DEEPEST:
                    raise TooDeep(line=self.line, limit=DEEPEST)
            elif depth == 3:
                bare = tag.rpartition(":")[2]
                if within is _TRACE:
                    if bare == _EVENT:
                        within, event = _EVENT, {}
                    else:
                        self._add_attribute(bare, said)
                elif within is _GLOBAL:
                    declared.add(_pair(said)[0].lower())
            elif depth == 2:
                bare = tag.rpartition(":")[2]
                if bare == _TRACE:
                    within = _TRACE
                    begin_case()
                elif bare == _GLOBAL and _said(said).get("scope") in (_TRACE, None):
                    within = _GLOBAL
            elif depth == 1 and tag.rpartition(":")[2] != _LOG:
                raise NoXes(name=self.name, element=tag[:60])
            elif depth > DEEPEST:
                raise TooDeep(line=self.line, limit=DEEPEST)

        def end(_tag: str) -> None:
            nonlocal depth, within
            depth -= 1
            if depth == 2:
                if within is _EVENT:
                    within = _TRACE
                    self._event_ended = parser.CurrentByteIndex
                    get = event.get
                    activity, stamp, resource = get(_NAME), get(_TIME), get(_RESOURCE)
                    if not activity:
                        raise EventWithoutName(line=self.line)
                    if not stamp:
                        raise EventWithoutTime(line=self.line)
                    try:
                        at = seconds(stamp)
                    except (ValueError, OverflowError):
                        raise BadTime(line=self.line, value=stamp[:60]) from None
                    if len(activity) > LONGEST_VALUE or (
                        resource and len(resource) > LONGEST_VALUE
                    ):
                        raise ValueTooLong(line=self.line, limit=LONGEST_VALUE)
                    step = get(_STEP, _COMPLETE).lower()
                    told = (activity[:200], at, step, resource, get(_GROUP), get(_INSTANCE))
                    own.append(made(LogEvent, told))
            elif depth == 1 and within:
                if within is _TRACE:
                    self._add_case(own)
                within = ""

        return start, end, begin_case

    def _add_attribute(self, kind: str, said: list[str]) -> None:
        key, value = _pair(said)
        if len(value) > LONGEST_VALUE:
            raise ValueTooLong(line=self.line, limit=LONGEST_VALUE)
        if key and len(self._attributes) < MOST_ATTRIBUTES:
            self._attributes[key[:100]] = _value(kind, value)

    def _add_case(self, own: list[LogEvent]) -> None:
        self._traces += 1
        if len(own) > MOST_EVENTS:
            raise CaseTooLong(line=self.line, limit=MOST_EVENTS)
        name = str(self._attributes.pop(_NAME, "")) or str(self._traces)
        declared = frozenset(self._declared)
        self.ready.append(LogCase(name, own, self._attributes, declared))


def _pair(said: list[str]) -> tuple[str, str]:
    found = _said(said)
    return found.get("key", ""), found.get("value", "")


def _said(pairs: list[str]) -> dict[str, str]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _value(kind: str, text: str) -> Value:
    if kind == "boolean":
        return text.strip().lower() in ("true", "1")
    number = _NUMBERS.get(kind)
    if number is not None:
        try:
            value: int | float = number(text[:40])
            return value
        except ValueError:
            return text[:KEPT_CHARACTERS]
    return text[:KEPT_CHARACTERS]
