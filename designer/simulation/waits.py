"""Events that are waited for: timers, messages and whatever else the world does, by the clock or by chance."""

import math
from collections.abc import Callable, Sequence

from designer.simulation.sampling import Stream
from designer.simulation.tokens import Case, Place, Run

# Seconds from an instant until something is due, for a case that is here so often; infinity: never.
Wait = Callable[[Case, int, float], float]


def by_clock(seconds: float) -> Wait:
    """A duration that is always the same."""
    return lambda case, visit, at: seconds


def by_date(due: Callable[[float], float | None]) -> Wait:
    """What the calendar says; nothing that can be waited for: never."""

    def wait(case: Case, visit: int, at: float) -> float:
        moment = due(at)
        return math.inf if moment is None else max(0.0, moment - at)

    return wait


def by_chance(after: Stream | None, probability: float, luck: Stream) -> Wait:
    """What happens with a probability, after a time drawn for the case."""

    def wait(case: Case, visit: int, at: float) -> float:
        if probability < 1.0 and luck.at(case.number, visit) >= probability:
            return math.inf
        return after.at(case.number, visit) if after is not None else 0.0

    return wait


class Catch(Place):
    """Holds a token until the event happens."""

    __slots__ = ("is_stopping", "wait")

    def __init__(self, element_id: str, wait: Wait, *, is_stopping: bool = False) -> None:
        super().__init__(element_id)
        self.wait = wait
        self.is_stopping = is_stopping

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        case = run.case
        seconds = self.wait(case, case.visit(self), at)
        if seconds != math.inf:
            run.net.machine.later(at + seconds, self.go, run)
            if self.is_stopping:
                case.stopped += seconds
            if case.trace is not None:
                case.trace.append((self.id, at, at + seconds, at + seconds))
        return None

    def go(self, run: Run, at: float) -> Place | None:
        """It has happened."""
        return None if run.is_over else self.onward


class RacingCatch(Catch):
    """An event behind an event gateway."""

    __slots__ = ()

    def won(self, run: Run, at: float) -> Place | None:
        """It was the first to happen."""
        if run.is_over:
            return None
        self.visits += 1
        return self.onward


class Race(Place):
    """An event gateway: what happens first takes the token (BPMN 2.0.2, table 13.5)."""

    __slots__ = ("options",)

    def __init__(self, element_id: str) -> None:
        super().__init__(element_id)
        self.options: Sequence[RacingCatch] = ()

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        case = run.case
        visit = case.visit(self)
        best, first = math.inf, None
        for option in self.options:
            seconds = option.wait(case, visit, at)
            if seconds < best:
                best, first = seconds, option
        if first is not None:
            run.net.machine.later(at + best, first.won, run)
            if first.is_stopping:
                case.stopped += best
        return None
