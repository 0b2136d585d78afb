"""Events of XES that are written as nearly all are, read without asking the parser for every one of their elements.

Inside a trace most logs have event after event with the same attributes in the same order. Such a run is recognised by
a regular expression that allows nothing but `<event>` with `<string key="…" value="…"/>` and the like within, no
reference, no other quotes, no blanks that XML would change: what it says is then what a parser finds. The parser still
reads every byte, for what is well formed and for its count of lines. Whatever looks different, or is wrong, is left to
it event by event.
"""

import re
from collections.abc import Callable

from engine.logs.log import LONGEST_VALUE, LogEvent

# what of an event is read, in the order of LogEvent
KEYS = (
    "concept:name",
    "time:timestamp",
    "lifecycle:transition",
    "org:resource",
    "org:group",
    "concept:instance",
)
_VALUE = rb'[^"<&\x00-\x1f]*+'
_ATTRIBUTE = rb'<([a-zA-Z]++) key="(' + _VALUE + rb')" value="' + _VALUE + rb'"\s?/>\s*+'
_ANY = re.compile(rb"\s*+<event>\s*+((?:" + _ATTRIBUTE + rb")++)</event>")
_EACH = re.compile(_ATTRIBUTE)
_NEXT = re.compile(rb"\s*+</trace>\s*+<trace>\s*+((?:" + _ATTRIBUTE + rb")++)(?=<event>)")
_SAID_IN = re.compile(r'<([a-zA-Z]++) key="([^"]*+)" value="([^"]*+)"')
_LONGEST_HEAD = 16 * 1024  # bytes of a case's own attributes
_ABSENT = rb"(?:(\Zx)|)"  # a group that never says anything
_MOST_SHAPES = 64  # are remembered; a log with more is read by the parser
_MOST_NAMES = 50_000

Shape = tuple[Callable[..., "re.Match[bytes] | None"], tuple[int, ...]]


class _Names(dict[bytes | None, str | None]):
    """Words that come again and again, decoded once; ValueError for what the parser shall judge."""

    def __init__(
        self, cut: int | None = None, *, is_needed: bool = False, is_lower: bool = False
    ) -> None:
        super().__init__()
        self._cut, self._is_lower = cut, is_lower
        if not is_needed:
            self[None] = None

    def __missing__(self, said: bytes | None) -> str | None:
        if said is None or len(said) > LONGEST_VALUE:
            raise ValueError(said)
        text = said.decode()[: self._cut]
        if self._is_lower:
            text = text.lower()
        if len(self) > _MOST_NAMES:
            self.clear()
            self[None] = None
        self[said] = text
        return text


class Runs:
    """Reads runs of events of one log. `seconds` reads instants and raises ValueError and OverflowError."""

    def __init__(self, seconds: Callable[[str], int], complete: str) -> None:
        self._seconds = seconds
        self._shapes: dict[tuple[bytes, ...], Shape | None] = {}
        self._shape: Shape | None = None
        self._activities = _Names(200, is_needed=True)
        self._names = _Names()
        self._steps = _Names(is_lower=True)
        self._steps[None] = complete

    def read(self, data: bytes, start: int, own: list[LogEvent]) -> int:
        """Add the events that stand at `start` to `own`; where the first byte is that was not read.

        The parser must be directly inside a trace there.
        """
        shape = self._shape or self._other(data, start)
        made, add, seconds = tuple.__new__, own.append, self._seconds
        activities, names, steps = self._activities, self._names, self._steps
        place = start
        while shape is not None:
            match, order = shape
            found = match(data, place)
            if found is None:
                shape = self._other(data, place)
                if shape is None:
                    break
                match, order = shape
                found = match(data, place)
                if found is None:
                    break
            activity, stamp, step, resource, group, instance = found.group(*order)
            try:
                at = seconds(stamp.decode())
                told = (
                    activities[activity],
                    at,
                    steps[step],
                    names[resource],
                    names[group],
                    names[instance],
                )
            except (ValueError, OverflowError):
                break  # the parser says what is wrong, and in which line
            if not told[0]:
                break
            add(made(LogEvent, told))
            place = found.end()
        self._shape = shape
        return place

    def next_case(self, data: bytes, place: int) -> tuple[int, list[tuple[str, str, str]]] | None:
        """Where a case ends and the next begins: the first byte of its first event, and kind, key and value of its
        attributes. None where the parser shall read that."""
        found = _NEXT.match(data, place)
        if found is None or found.end() - place > _LONGEST_HEAD:
            return None
        try:
            said = found.group(1).decode()
        except ValueError:
            return None
        return found.end(), _SAID_IN.findall(said)

    def _other(self, data: bytes, place: int) -> Shape | None:
        """How the event at this place is written; None: in a way of its own."""
        found = _ANY.match(data, place)
        if found is None:
            return None
        attributes = _EACH.findall(found.group(1))
        keys = tuple(b"\0".join(one) for one in attributes)
        if keys not in self._shapes and len(self._shapes) < _MOST_SHAPES:
            self._shapes[keys] = _shape(attributes)
        return self._shapes.get(keys)


def _shape(attributes: list[tuple[bytes, bytes]]) -> Shape | None:
    """An expression for events with these attributes, and which of its groups say what LogEvent wants."""
    parts: list[bytes] = []
    groups: dict[str, int] = {}
    for tag, key in attributes:
        parts.append(b"<" + re.escape(tag) + b' key="' + re.escape(key) + b'" value="')
        name = key.decode("latin-1")
        if name in groups:
            return None  # said twice: the last counts, which the parser knows
        if name in KEYS:
            groups[name] = len(groups) + 1
            parts.append(b"(" + _VALUE + b")")
        else:
            parts.append(_VALUE)
        parts.append(rb'"\s?/>\s*+')
    if KEYS[0] not in groups or KEYS[1] not in groups:
        return None
    absent = [name for name in KEYS if name not in groups]
    for name in absent:
        groups[name] = len(groups) + 1
    expression = rb"\s*+<event>\s*+" + b"".join(parts) + b"</event>" + _ABSENT * len(absent)
    return re.compile(expression).match, tuple(groups[name] for name in KEYS)
