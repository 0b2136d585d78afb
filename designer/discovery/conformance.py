"""Where a log leaves a diagram: optimal alignments, added up per place.

Source: Adriansyah, van Dongen, van der Aalst, “Conformance Checking Using Cost-Based Fitness Analysis” (EDOC 2011). The
alignments are those of the optional package r4pm.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from designer.discovery.graph import Log
from designer.discovery.net import Net, as_r4pm, net_of
from engine.bpmn.model import Process
from engine.errors import Refusal

MOST_WAYS = 2_000  # the most frequent are compared
MOST_STATES = 100_000  # searched for one way
_COSTS = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
Progress = Callable[[int, int], None]


def _nothing(_done: int, _total: int) -> None:
    """Nobody waits."""


class AlignmentsMissing(Refusal):
    """Alignments without what computes them."""

    sentence: ClassVar[str] = (
        "Comparing a log with a diagram needs r4pm, which is not installed here. Install expedito[mining]."
    )


class NeverEnds(Refusal):
    """A diagram that no case can follow to its end."""

    sentence: ClassVar[str] = (
        "No case can follow “{name}” to its end, so nothing can be compared with it. Look at its findings first."
    )


@dataclass(frozen=True, slots=True)
class Extra:
    """Something done where the diagram does not have it: after an element (None: at the beginning), so many times."""

    activity: str
    after: str | None
    times: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a log and a diagram agree.

    `fitness` is 1 minus the deviations in relation to the most there could be, averaged over cases, 0 to 1.
    `fitting` are cases that follow the diagram exactly. `skipped` and `done` are executions by element id; what is
    skipped the diagram wants and the case lacks. Cases whose way was too long to compare are `left_out`.
    """

    cases: int
    fitting: int
    fitness: float
    done: dict[str, int]
    skipped: dict[str, int]
    extras: list[Extra]
    left_out: int


def compare(
    log: Log, process: Process, *, most_states: int = MOST_STATES, progress: Progress = _nothing
) -> Comparison:
    """Align every way of the log with the process; raises AlignmentsMissing, CannotCompare.

    `progress` is told how many ways of how many are done; it may raise.
    """
    try:
        from r4pm import bindings  # an extra: expedito[mining]
    except ImportError:
        raise AlignmentsMissing from None
    options: Any = {"cost_fn": _COSTS, "max_states": most_states}
    net = net_of(process, {name for way in log for name in way})
    given: Any = as_r4pm(net)
    try:
        least = int(bindings.align_empty_trace(given, options=options)["cost"])
    except TypeError as error:
        if "SearchError" not in str(error):
            raise
        if "LimitReached" not in str(error):
            raise NeverEnds(name=process.name or process.id) from None
        least = 0  # too many ways to search; the most there could be is then the length of the case
    found = _Sums()
    ways = sorted(log.items(), key=lambda way: (-way[1], way[0]))
    total = min(len(ways), MOST_WAYS)
    for done, (trace, count) in enumerate(ways[:MOST_WAYS]):
        progress(done, total)
        try:
            aligned: Any = bindings.align_trace(given, list(trace), options=options)
        except TypeError as error:  # what r4pm raises, whatever it is
            if "SearchError" not in str(error):
                raise
            found.left_out += count
            continue
        found.add(net, trace, count, aligned, least)
    found.left_out += sum(count for _, count in ways[MOST_WAYS:])
    return found.comparison()


class _Sums:
    def __init__(self) -> None:
        self.cases = self.fitting = self.left_out = 0
        self.fitness = 0.0
        self.done: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.extras: Counter[tuple[str, str | None]] = Counter()

    def add(self, net: Net, trace: tuple[str, ...], count: int, aligned: Any, least: int) -> None:
        cost = 0
        last: str | None = None
        for move in aligned["moves"]:
            ((kind, said),) = move.items()
            if kind == "LogMove":
                self.extras[trace[said["trace_event_index"]], last] += count
                cost += 1
                continue
            label = net.transitions[said["transition"]]
            if label is None:
                continue
            last = net.elements[label]
            if kind == "SyncMove":
                self.done[last] += count
            else:
                self.skipped[last] += count
                cost += 1
        self.cases += count
        self.fitting += count if cost == 0 else 0
        self.fitness += count * (1 - cost / max(1, len(trace) + least))

    def comparison(self) -> Comparison:
        extras = [Extra(*where, times) for where, times in self.extras.most_common()]
        share = self.fitness / self.cases if self.cases else 0.0
        return Comparison(
            self.cases,
            self.fitting,
            share,
            dict(self.done),
            dict(self.skipped),
            extras,
            self.left_out,
        )
