"""What is asked of a log, and its answer as JSON: a diagram of how cases went, or where they leave a diagram."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from time import thread_time
from typing import Any

import orjson

from designer.discovery.conformance import MOST_STATES, Comparison, Extra, compare
from designer.discovery.drawing import Words, draw
from designer.discovery.graph import Log
from designer.discovery.inductive import covering, discover
from designer.discovery.tree import Tree, allows
from engine.bpmn import read

Progress = Callable[[int, int], None]  # how much of how much is done; may raise


@dataclass(frozen=True, slots=True)
class Discovery:
    """A diagram of the most frequent ways: those that cover `coverage` percent of the cases, without arrows rarer than
    `rare` percent of the strongest beside them."""

    name: str
    coverage: int
    rare: int
    words: Words

    def settings(self) -> dict[str, Any]:
        """As it is kept beside the answer."""
        return {"what": "discovery", **asdict(self)}

    def answer(self, log: Log, progress: Progress, *, is_hurried: bool) -> dict[str, Any]:
        """`bpmn` is the file; `fitting` of the cases that are covered can follow it, and more where not `is_exact`."""
        kept = covering(log, self.coverage / 100) if log else {}
        tree = discover(kept, self.rare / 100, lambda: progress(0, 0))
        counted = _fitting(tree, kept, progress) if self.rare else (sum(kept.values()), True)
        drawn = draw(tree, self.name, self.words).decode()
        return {"bpmn": drawn, "fitting": counted[0], "is_exact": counted[1]}


def _fitting(tree: Tree, kept: Log, progress: Progress) -> tuple[int, bool]:
    """How many cases went a way that the tree allows, and whether all were looked at: some take too long."""
    fitting, is_exact = 0, True
    whole = thread_time() + _MOST_SECONDS
    for done, (way, count) in enumerate(kept.items()):
        until = min(whole, thread_time() + _MOST_SECONDS_A_WAY)

        def look(done: int = done, until: float = until) -> None:
            progress(done, len(kept))
            if thread_time() > until:
                raise _TooLong

        try:
            fitting += count if allows(tree, way, look) else 0
        except _TooLong:
            is_exact = False
    return fitting, is_exact


class _TooLong(Exception):
    """A way that is not looked at any further."""


_MOST_SECONDS, _MOST_SECONDS_A_WAY = 60.0, 0.5


@dataclass(frozen=True, slots=True)
class Conformance:
    """Where the cases leave a diagram: a process of a model, given as BPMN."""

    model: str
    process_id: str

    def settings(self) -> dict[str, Any]:
        """As it is kept beside the answer."""
        return {"what": "conformance", **asdict(self)}

    def answer(self, log: Log, progress: Progress, *, is_hurried: bool) -> dict[str, Any]:
        """A Comparison; raises what `compare` does, and Hurried where a way needs more than a moment."""
        model = read(self.model.encode())
        process = next(one for one in model.processes if one.id == self.process_id)
        found = compare(
            log, process, most_states=_FEW_STATES if is_hurried else MOST_STATES, progress=progress
        )
        if is_hurried and found.left_out:
            raise Hurried
        return asdict(found)


Asked = Discovery | Conformance
_FEW_STATES = 10_000


class Hurried(Exception):
    """There was no time to answer."""


def asked_of(settings: dict[str, Any]) -> Asked:
    """What `settings` of one of them said."""
    said = {name: value for name, value in settings.items() if name != "what"}
    if settings["what"] == "conformance":
        return Conformance(**said)
    return Discovery(**{**said, "words": Words(**said["words"])})


def comparison_of(answer: dict[str, Any]) -> Comparison:
    """The Comparison that an answer holds."""
    return Comparison(**{**answer, "extras": [Extra(**one) for one in answer["extras"]]})


_EDITION = 2  # raised when the same question gets another answer


def digest_of(asked: Asked, log: Log) -> str:
    """What is the same for the same question of the same ways, and for no others."""
    ways = sorted((*way, str(count)) for way, count in log.items())
    told = orjson.dumps([_EDITION, asked.settings(), ways], option=orjson.OPT_SORT_KEYS)
    return sha256(told).hexdigest()
