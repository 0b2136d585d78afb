"""How much one evaluation may cost: every bound on text, depth, lists, strings, calls and time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic

from engine.feel.errors import LimitReached, Problem

MAX_TEXT = 50_000  # characters of one expression
MAX_NODES = 20_000  # elements of one expression's tree
MAX_NESTING = 80  # parentheses, operators and calls inside each other
MAX_STRING = 1_000_000  # characters of one value
MAX_LIST = 200_000  # elements of one list or range that is walked
MAX_STORED = 1_000_000  # parts of one value that is stored
MAX_VALUE_DEPTH = 60  # lists and contexts inside each other
MAX_FRAMES = 800  # estimated Python frames of nested FEEL calls, below Python's own limit
MAX_PROBLEMS = 100
TIME_CHECK = 2_048  # units of work between two looks at the clock


@dataclass(frozen=True, slots=True)
class Limits:
    """The budget of one evaluation: units of work (elements made or visited) and seconds."""

    work: int = 1_000_000
    seconds: float = 2.0


_DEFAULT = Limits()
_limits: ContextVar[Limits] = ContextVar("feel_limits", default=_DEFAULT)


@contextmanager
def limited_to(limits: Limits) -> Iterator[None]:
    """Evaluations in this block get this budget instead of the default."""
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


class Run:
    """The budget and the problems of one evaluation; nested evaluations share it."""

    __slots__ = ("deadline", "frames", "left", "look", "problems")

    def __init__(self) -> None:
        self.frames = 0
        self.left = -1  # set at the first charge: most conditions never charge anything
        self.look = 0
        self.deadline = 0.0
        self.problems: list[Problem] = []

    def charge(self, units: int = 1) -> None:
        """Account for work; raises LimitReached when the budget or the time is used up."""
        if self.left < 0:
            limits = _limits.get()
            self.left = limits.work
            self.look = max(0, limits.work - TIME_CHECK)
            self.deadline = monotonic() + limits.seconds
        self.left -= units
        if self.left < self.look:
            self.look = max(0, self.left - TIME_CHECK)
            if self.left < 0:
                self.left = self.look = 0
                raise LimitReached("The expression needs more steps than are allowed.")
            if monotonic() > self.deadline:
                raise LimitReached("The expression takes longer than is allowed.")

    def enter(self, frames: int) -> None:
        """Go into a call that nests about `frames` deep; `leave` with the same number after it."""
        self.charge(1)
        self.frames += frames
        if self.frames > MAX_FRAMES:
            raise LimitReached("Functions call each other too deeply.")

    def leave(self, frames: int) -> None:
        """Come back from a call."""
        self.frames -= frames

    def note(self, position: int, sentence: str, **values: object) -> None:
        """Remember why the part at `position` became null."""
        if len(self.problems) < MAX_PROBLEMS:
            shown = {name: _shown(value) for name, value in values.items()}
            self.problems.append(Problem(position, sentence, shown))


def _shown(value: object) -> object:
    # Python refuses to write out integers of thousands of digits.
    return "very many" if isinstance(value, int) and value.bit_length() > 100 else value


def check_size(run: Run, size: int) -> None:
    """Refuse a list of `size` elements that would be too long, and charge for it."""
    if size > MAX_LIST:
        raise LimitReached(
            "A list would have {size} elements; {limit} are allowed.", size=size, limit=MAX_LIST
        )
    run.charge(size)


def check_text(run: Run, size: int) -> None:
    """Refuse a string of `size` characters that would be too long, and charge for it."""
    if size > MAX_STRING:
        raise LimitReached(
            "A text would have {size} characters; {limit} are allowed.", size=size, limit=MAX_STRING
        )
    run.charge(1 + size // 16)


_current: ContextVar[Run | None] = ContextVar("feel_run", default=None)


def current_run() -> Run | None:
    """The evaluation that this one is part of, if a function of another engine called back."""
    return _current.get()


@contextmanager
def running(run: Run) -> Iterator[None]:
    """Evaluations in this block (a decision called from FEEL) share the budget of `run`."""
    token = _current.set(run)
    try:
        yield
    finally:
        _current.reset(token)
