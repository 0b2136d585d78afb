"""A process of a diagram, compiled once per version into SpiffWorkflow specifications and shared by all its cases."""

import json
from collections import OrderedDict
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from engine.bpmn.model import EventKind, Kind, Model, Process

if TYPE_CHECKING:
    from engine.spiff.elements.node import NodeSpec, ScopeSpec

CACHE_SIZE = 256


@dataclass(frozen=True, slots=True)
class Start:
    """A way in which cases begin: a start event (or a receive task or event that starts the process)."""

    element_id: str
    kind: EventKind | None  # None: by hand
    name: str | None = None  # of the element
    event: str | None = None  # name of the message or signal
    timer: str | None = None  # text of the timer
    timer_kind: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A runnable process. `hash` is the same for the same diagram and process, in any release."""

    hash: str  # digest of the model # id of the process
    model_hash: str
    process_id: str
    name: str | None
    spec: "ScopeSpec"
    elements: "dict[str, NodeSpec]"
    starts: tuple[Start, ...]
    model: Model

    def element(self, element_id: str) -> "NodeSpec":
        """The compiled element; KeyError where there is none."""
        return self.elements[element_id]

    @property
    def may_watch_clock(self) -> bool:
        """Whether an event, of it or of a process that it calls, may wait for a condition that reads the clock."""
        return any(
            element.node.kind == Kind.CALL_ACTIVITY
            or any(
                trigger.kind == EventKind.CONDITIONAL and trigger.rule.reads_clock
                for trigger in getattr(element, "triggers", ())
            )
            for element in self.elements.values()
        )

    def sibling(self, process_id: str) -> "Compiled | None":
        """Another process of the same file; None where there is no runnable one."""
        from engine.spiff.compiling import compile_model
        from engine.spiff.refusals import NotRunnable

        if not any(process.id == process_id for process in self.model.processes):
            return None
        known = remembered(f"{self.model_hash}#{process_id}")
        if known is not None:
            return known
        try:
            return compile_model(self.model, process_id)
        except NotRunnable:
            return None


_cache: OrderedDict[str, Compiled] = OrderedDict()
_lock = Lock()


def remembered(hash: str) -> Compiled | None:
    """The version with this hash if it was compiled lately in this program."""
    with _lock:
        found = _cache.get(hash)
        if found is not None:
            _cache.move_to_end(hash)
        return found


def remember(compiled: Compiled) -> None:
    """Keep a version among the last used."""
    with _lock:
        _cache[compiled.hash] = compiled
        _cache.move_to_end(compiled.hash)
        while len(_cache) > CACHE_SIZE:
            _cache.popitem(last=False)


def forget_all() -> None:
    """Empty the cache."""
    with _lock:
        _cache.clear()


def digest(model: Model) -> str:
    """A hash of what the model says; fields at their defaults do not count, so later releases agree."""
    plain = _plain(model)
    try:
        said = orjson.dumps(plain)
    except orjson.JSONEncodeError:
        # sub-processes nested deeper than orjson writes; the reader's limit keeps them within json's
        said = json.dumps(plain).encode()
    return sha256(said).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        found = {}
        for name, default in _parts(type(value)):
            inner = getattr(value, name)
            if inner != default:
                found[name] = _plain(inner)
        return found
    if isinstance(value, dict):
        return [[key, _plain(inner)] for key, inner in value.items()]
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return value


@cache
def _parts(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Fields that make a difference to a run, with their defaults; not what is drawn where, and what was not read."""
    return tuple(
        (
            field.name,
            field.default_factory() if field.default_factory is not MISSING else field.default,
        )
        for field in fields(kind)
        if field.name not in ("line", "shapes", "bounds", "unread")
    )


def choose_process(model: Model, process_id: str | None) -> Process | None:
    """The process to run: the one named, else the first executable one, else the first with content."""
    if process_id is not None:
        return next((p for p in model.processes if p.id == process_id), None)
    filled = [process for process in model.processes if process.scope.nodes]
    for wanted in (True, None, False):
        for process in filled:
            if process.is_executable is wanted:
                return process
    return None
