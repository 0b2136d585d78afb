"""Activities with an inside: sub-processes, called processes, loops, several instances, boundary events."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from designer.simulation.sampling import Stream
from designer.simulation.tokens import Machine, Net, Place, Run
from designer.simulation.waits import Wait

MOST_INSTANCES = 1000
# Of what rings again and again: when it was armed, how often it rang → when it rings next.
Following = Callable[[float, int], float | None]


class Work:
    """A token in an activity with an inside."""

    __slots__ = ("activity", "begun", "case", "inner", "is_over", "left", "run", "total", "visit")

    def __init__(self, run: Run, activity: "Activity", visit: int) -> None:
        self.run = run
        self.case = run.case
        self.activity = activity
        self.visit = visit
        self.inner: dict[Run, None] = {}
        self.is_over = False
        self.begun = 0
        self.left = 0
        self.total = 1

    def begin(self, at: float) -> None:
        """One more round of what is inside."""
        self.begun += 1
        self.left += 1
        body = self.activity.body
        inner = Run(self.case, body, self)
        self.inner[inner] = None
        inner.begin(body.starts, at)

    def round_done(self, inner: Run, at: float) -> None:
        """One round is complete."""
        if self.is_over:
            return
        self.inner.pop(inner, None)
        self.left -= 1
        self.activity.round_done(self, at)

    def cut(self, at: float) -> None:
        """Stop everything inside."""
        self.is_over = True
        for inner in list(self.inner):
            inner.cut(at)
        self.inner.clear()


class Boundary:
    """A boundary event: by time or chance, or (error, escalation) thrown from within."""

    __slots__ = ("codes", "following", "host", "is_interrupting", "onward", "visits", "wait")

    def __init__(
        self,
        host: "Activity",
        wait: Wait | None,
        *,
        is_interrupting: bool,
        codes: frozenset[str | None] = frozenset(),
        following: Following | None = None,
    ) -> None:
        self.host = host
        self.wait = wait  # None: only when thrown
        self.is_interrupting = is_interrupting
        self.codes = codes  # “error:E1”, “error:” for every error
        self.following = following
        self.onward: Place
        self.visits = 0

    def arm(self, work: Work, at: float) -> None:
        """Begin to listen."""
        if self.wait is None:
            return
        seconds = self.wait(work.case, work.visit, at)
        if seconds != math.inf:
            work.run.net.machine.later(at + seconds, self._rang(at, 1), work)

    def _rang(self, armed_at: float, times: int) -> Callable[[Work, float], Place | None]:
        def rang(work: Work, at: float) -> Place | None:
            if work.is_over or work.run.is_over:
                return None
            self.fire(work, at)
            if self.following is not None and not self.is_interrupting:
                due = self.following(armed_at, times)
                if due is not None:
                    machine = work.run.net.machine
                    machine.later(max(at, due), self._rang(armed_at, times + 1), work)
            return None

        return rang

    def fire(self, work: Work, at: float) -> None:
        """A token leaves the event; where it interrupts, instead of the activity's."""
        self.visits += 1
        run = work.run
        if self.is_interrupting:
            work.cut(at)
            if run.works is not None:
                run.works.pop(work, None)
        else:
            run.live += 1
        run.net.machine.pending.append((run, self.onward))


class Activity(Place):
    """An activity with an inside. A task with a loop or a boundary event has the task inside."""

    __slots__ = (
        "again", "again_stream", "body", "boundaries", "failing", "failing_luck", "instances",
        "is_sequential", "is_tested_before", "machine", "maximum",
    )  # fmt: skip

    def __init__(self, element_id: str, machine: Machine, body: Net) -> None:
        super().__init__(element_id)
        self.machine = machine
        self.body = body
        self.boundaries: list[Boundary] = []
        self.instances: Stream | int | None = None
        self.is_sequential = False
        self.again = 0.0  # probability of another round
        self.again_stream: Stream | None = None
        self.maximum: int | None = None
        self.is_tested_before = False
        self.failing = 0.0  # probability that it ends with the error its boundary waits for
        self.failing_luck: Stream | None = None

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        work = Work(run, self, run.case.visit(self))
        if run.works is not None:
            run.works[work] = None
        for boundary in self.boundaries:
            boundary.arm(work, at)
        if self.instances is not None:
            work.total = self._how_many(work)
            if not work.total:
                return self._over(work)
            # Registered first, so that an instance that ends at once does not end the activity.
            many = 1 if self.is_sequential else work.total
            work.left += 1
            for _ in range(many):
                work.begin(at)
            work.left -= 1
            if not work.left and not work.is_over:
                self.round_done(work, at)
        elif self.is_tested_before and not self._goes_on(work):
            return self._over(work)
        else:
            work.begin(at)
        return None

    def round_done(self, work: Work, at: float) -> None:
        """Another round, or it is complete."""
        if self.instances is not None:
            if self.is_sequential and work.begun < work.total:
                work.begin(at)
                return
            if work.left:
                return
        elif self.again_stream is not None and self._goes_on(work):
            work.begin(at)
            return
        if self.failing_luck is not None and (
            self.failing_luck.at(work.case.number, work.visit) < self.failing
        ):
            for boundary in self.boundaries:
                if any((code or "").startswith("error:") for code in boundary.codes):
                    boundary.fire(work, at)
                    return
        onward = self._over(work)
        work.run.net.machine.pending.append((work.run, onward))

    def _over(self, work: Work) -> Place:
        work.is_over = True
        if work.run.works is not None:
            work.run.works.pop(work, None)
        return self.onward

    def _how_many(self, work: Work) -> int:
        if isinstance(self.instances, Stream):
            drawn = round(self.instances.at(work.case.number, work.visit))
            return max(0, min(drawn, MOST_INSTANCES))
        return self.instances or 0

    def _goes_on(self, work: Work) -> bool:
        if self.maximum is not None and work.begun >= self.maximum:
            return False
        if self.again_stream is None:
            return not work.begun
        round_ = work.visit * MOST_INSTANCES + work.begun
        return self.again_stream.at(work.case.number, round_) < self.again


class Handler:
    """An event sub-process: listens as long as what is around it is at work."""

    __slots__ = ("activity", "codes", "following", "is_interrupting", "wait")

    def __init__(
        self,
        activity: Activity,
        wait: Wait | None,
        *,
        is_interrupting: bool,
        codes: frozenset[str | None] = frozenset(),
        following: Following | None = None,
    ) -> None:
        self.activity = activity
        self.wait = wait
        self.is_interrupting = is_interrupting
        self.codes = codes
        self.following = following

    def arm(self, run: Run, at: float) -> None:
        """Begin to listen."""
        if self.wait is None:
            return
        seconds = self.wait(run.case, run.case.visit(self), at)
        if seconds != math.inf:
            run.net.machine.later(at + seconds, self._rang(at, 1), run)

    def _rang(self, armed_at: float, times: int) -> Callable[[Run, float], Place | None]:
        def rang(run: Run, at: float) -> Place | None:
            if run.is_over:
                return None
            self.start(run, at)
            if self.following is not None and not self.is_interrupting:
                due = self.following(armed_at, times)
                if due is not None:
                    run.net.machine.later(max(at, due), self._rang(armed_at, times + 1), run)
            return None

        return rang

    def start(self, run: Run, at: float) -> None:
        """Begin; where it interrupts, everything else in the scope ends."""
        scope = run
        if self.is_interrupting:
            scope = succeeded(run, at)
        scope.live += 1
        run.net.machine.pending.append((scope, self.activity))


def succeeded(run: Run, at: float) -> Run:
    """The scope without its tokens; the old one is over, so that nothing that was begun in it comes back."""
    heir = Run(run.case, run.net, run.outer)
    heir.armed = "interrupted"
    if run.outer is not None:
        run.outer.inner.pop(run, None)
        run.outer.inner[heir] = None
    run.cut(at)
    return heir


class Thrower(Place):
    """Throws an error or escalation to the innermost catcher around (§10.5.1); an error ends the path."""

    __slots__ = ("code", "is_error", "kind")

    def __init__(self, element_id: str, kind: str, code: str | None) -> None:
        super().__init__(element_id)
        self.kind = kind
        self.code = code
        self.is_error = kind == "error"

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        if throw(run, self.kind, self.code, at):
            # Where the catcher interrupted, the scope is over, and what would follow is never entered.
            return None if self.is_error or run.is_over else self.onward
        if not self.is_error:
            return self.onward
        case = run.case
        case.is_failed = True
        root = run
        while root.outer is not None:
            root = root.outer.run
        root.cut(at)
        root.net.machine.case_over(case, at)
        return None


class Terminator(Place):
    """Ends everything in the innermost scope (§13.5.6)."""

    __slots__ = ()

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        run.cut(at)
        run.finish(at)
        return None


def throw(run: Run, kind: str, code: str | None, at: float) -> bool:
    """Whether somebody caught it."""
    scope = run
    while True:
        if scope.armed != "interrupted":
            handler = _catcher(scope.net.on_begin, kind, code)
            if handler is not None:
                handler.start(scope, at)
                return True
        work = scope.outer
        if work is None:
            return False
        boundary = _catcher(work.activity.boundaries, kind, code)
        if boundary is not None:
            boundary.fire(work, at)
            return True
        scope = work.run


def _catcher(found: Sequence[Any], kind: str, code: str | None) -> Any:
    for wanted in (f"{kind}:{code or ''}", f"{kind}:"):
        for catcher in found:
            if wanted in catcher.codes:
                return catcher
    return None
