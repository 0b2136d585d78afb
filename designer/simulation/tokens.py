"""Cases, the scopes in which their tokens live, and the machine that moves them through time."""

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count, repeat
from typing import Any

# An entry of the calendar of things to come: when, in which order, what to do, for whom.
Act = Callable[[Any, float], "Place | None"]
Entry = tuple[float, int, Act, Any]
CHECK_EVERY = 4096
MOST_STEPS = 20_000  # without that time passes


class Endless(Exception):
    """Tokens run in a circle in which no time passes."""


class Case:
    """One case. Seconds: `waited` until somebody began, `worked` by somebody, `stopped` with the law's clock still."""

    __slots__ = (
        "arrived_at",
        "cost",
        "data",
        "decided_after",
        "is_failed",
        "is_over",
        "joins",
        "number",
        "priority",
        "stopped",
        "trace",
        "visits",
        "waited",
        "worked",
    )  # fmt: skip

    def __init__(self, number: int, arrived_at: float) -> None:
        self.number = number
        self.arrived_at = arrived_at
        self.waited = self.worked = self.cost = self.stopped = 0.0
        self.decided_after = (
            -1.0
        )  # seconds of the law's clock until it was decided; below 0: not yet
        self.data: dict[str, Any] | None = None
        self.priority = 100
        self.visits: dict[Any, int] | None = None
        self.joins: list[tuple[Run, Any]] | None = None  # inclusive joins where something stands
        self.trace: list[tuple[str, float, float, float]] | None = None
        self.is_failed = self.is_over = False

    @property
    def case(self) -> "Case":
        """Itself: whatever moves through time has a case."""
        return self

    def visit(self, place: Any) -> int:
        """How often the case was at this place before; counts this time."""
        if self.visits is None:
            self.visits = {}
        before = self.visits.get(place, 0)
        self.visits[place] = before + 1
        return before


class Place:
    """A flow node, or a part of one, at which tokens arrive. `onward` is what follows it."""

    __slots__ = ("id", "onward", "visits")

    def __init__(self, element_id: str) -> None:
        self.id = element_id
        self.visits = 0
        self.onward: Place = END

    def enter(self, run: "Run", at: float) -> "Place | None":
        """A token arrives; where it goes at once, or None where it waits, ends or has been handed on."""
        self.visits += 1
        return self.onward


class _End(Place):
    """The end of a path."""

    __slots__ = ()

    def __init__(self) -> None:
        self.id = ""
        self.visits = 0
        self.onward = self

    def enter(self, run: "Run", at: float) -> Place | None:
        run.live -= 1
        if not run.live:
            run.finish(at)
        return None


END: Place = _End()


class EndEvent(Place):
    """An end event that only ends the path."""

    __slots__ = ()

    def enter(self, run: "Run", at: float) -> Place | None:
        self.visits += 1
        run.live -= 1
        if not run.live:
            run.finish(at)
        return None


class Decision(Place):
    """Behind an element that decides: the first one that a case passes ends its term."""

    __slots__ = ()

    def __init__(self, element_id: str, onward: Place) -> None:
        super().__init__(element_id)
        self.onward = onward

    def enter(self, run: "Run", at: float) -> Place | None:
        case = run.case
        if case.decided_after < 0.0:
            case.decided_after = at - case.arrived_at - case.stopped
        return self.onward


class Net:
    """What a process or sub-process consists of, compiled."""

    __slots__ = ("has_places", "machine", "name", "on_begin", "slots", "starts")

    def __init__(self, machine: "Machine", name: str) -> None:
        self.machine = machine
        self.name = name
        self.starts: list[Place] = []
        self.slots = 0  # flows into joins, each with a number
        self.has_places = False  # inclusive joins ask where tokens are
        self.on_begin: list[Any] = []  # event sub-processes that listen


class Run:
    """A scope of a case at work: how many tokens live in it, and how many stand before its joins."""

    __slots__ = (
        "armed", "case", "is_over", "live", "net", "outer", "places", "standing", "works"
    )  # fmt: skip

    def __init__(self, case: Case, net: Net, outer: Any = None) -> None:
        self.case = case
        self.net = net
        self.outer = outer  # the work whose inside this is
        self.live = 0
        self.is_over = False
        self.standing = [0] * net.slots if net.slots else None
        self.places: dict[str, int] | None = {} if net.has_places else None
        # what has to be stopped when the scope is cut short, in order
        self.works: dict[Any, None] | None = {} if net.machine.is_cutting else None
        self.armed: Any = None

    def begin(self, starts: Sequence[Place], at: float) -> None:
        """Put a token on each start."""
        self.live += len(starts)
        for handler in self.net.on_begin:
            handler.arm(self, at)
        self.net.machine.pending.extend((self, start) for start in starts)
        if not starts:
            self.finish(at)

    def finish(self, at: float) -> None:
        """The scope is complete."""
        self.is_over = True
        if self.outer is not None:
            self.outer.round_done(self, at)
        else:
            self.net.machine.case_over(self.case, at)

    def cut(self, at: float) -> None:
        """Take every token away, with all that was begun."""
        self.is_over = True
        self.live = 0
        for work in list(self.works or ()):
            work.cut(at)
        if self.works:
            self.works.clear()


class Machine:
    """Time. `is_cutting`: work may be cut short, so that it has to be known where it is."""

    def __init__(self, is_cutting: bool) -> None:
        self.heap: list[Entry] = []
        self.number = count().__next__
        self.pending: deque[tuple[Run, Place]] = deque()
        self.is_cutting = is_cutting
        self.on_case_over: Callable[[Case, float], None] = lambda case, at: None
        self.open = 0
        self.now = 0.0
        self.has_joins = False  # inclusive ones

    def later(self, at: float, act: Act, token: Any) -> None:
        """Do something at an instant."""
        heappush(self.heap, (at, self.number(), act, token))

    def case_over(self, case: Case, at: float) -> None:
        """The last token of a case is gone."""
        case.is_over = True
        self.open -= 1
        self.on_case_over(case, at)

    def run(self, check: Callable[[], None] | None = None) -> None:
        """Let things happen, in order, until nothing is left to happen. `check` is called every now and then."""
        heap, pending, pop = self.heap, self.pending, heappop
        at = self.now
        while heap:
            for _ in repeat(None, CHECK_EVERY):
                at, _, act, token = pop(heap)
                place = act(token, at)
                if place is not None and not pending:
                    place = place.enter(token, at)  # nearly always the only step
                for _ in repeat(None, MOST_STEPS):
                    if place is None or pending:
                        break
                    place = place.enter(token, at)
                else:
                    raise Endless
                if pending:
                    self._settle(token, place, at)
                if self.has_joins and token.case.joins:
                    self._look_at_joins(token.case, at)
                if not heap:
                    break
            self.now = at
            if check is not None:
                check()

    def _settle(self, token: Any, place: Place | None, at: float) -> None:
        """Move tokens that can move at once, first in, first out."""
        pending, steps = self.pending, 0
        if place is not None:
            pending.append((token, place))
        while pending:
            run, following = pending.popleft()
            if run.is_over:
                continue
            onward = following.enter(run, at)
            if onward is not None:
                pending.append((run, onward))
            steps += 1
            if steps > MOST_STEPS:
                raise Endless

    def _look_at_joins(self, case: Case, at: float) -> None:
        """Inclusive joins fire when nothing else can move (BPMN 2.0.2, 13.4.3); outermost first."""
        joins = case.joins
        while joins:
            for entry in joins:
                run, join = entry
                if run.is_over or not join.stands(run):
                    joins.remove(entry)
                    break
                if join.is_enabled(run):
                    joins.remove(entry)
                    self.pending.append((run, join))
                    self._settle(run, None, at)
                    break
            else:
                return
