"""Cases gathered before a task, to be worked on together."""

from designer.simulation.scenario import Batch, BatchKind
from designer.simulation.tokens import Case, Machine, Place, Run


class Gathering(Place):
    """Holds cases until there are enough, or until the first has waited long enough; then lets all of them on.

    Worked on together, one of them (the first) takes the task and the others go on when it is done.
    """

    __slots__ = ("batch", "case", "held", "last", "led", "machine", "task", "waited")

    def __init__(self, element_id: str, machine: Machine, batch: Batch, task: Place) -> None:
        super().__init__(element_id)
        self.machine = machine
        self.batch = batch
        self.task = task
        self.held: list[tuple[Run, float]] = []
        self.waited = 0.0
        self.case = Case(-2, 0.0)
        self.last: Place = task  # what the token leaves at last
        self.led: dict[Run, list[Run]] = {}

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        self.held.append((run, at))
        if len(self.held) >= self.batch.size:
            self._let_on(at)
        elif len(self.held) == 1 and self.batch.longest != float("inf"):
            first = self.held[0]
            self.machine.later(at + self.batch.longest, _Patience(self, first).over, self)
        return None

    def _let_on(self, at: float) -> None:
        held, self.held = [(r, since) for r, since in self.held if not r.is_over], []
        for run, since in held:
            self.waited += at - since
            run.case.waited += at - since
        if not held:
            return
        if self.batch.kind is BatchKind.ONE_BY_ONE:
            self.machine.pending.extend((run, self.task) for run, _ in held)
            return
        leader = held[0][0]
        self.led[leader] = [run for run, _ in held[1:]]
        self.machine.pending.append((leader, self.task))


class Parting(Place):
    """Behind the task: those who were worked on together go on, each by itself."""

    __slots__ = ("gathering",)

    def __init__(self, gathering: Gathering) -> None:
        super().__init__(gathering.id)
        self.gathering = gathering

    def enter(self, run: Run, at: float) -> Place | None:
        for other in self.gathering.led.pop(run, ()):
            self.gathering.machine.later(at, self.go, other)
        return self.onward

    def go(self, run: Run, at: float) -> Place | None:
        """The others."""
        return None if run.is_over else self.onward


class _Patience:
    """How long the first of a gathering waits."""

    __slots__ = ("first", "gathering")

    def __init__(self, gathering: Gathering, first: tuple[Run, float]) -> None:
        self.gathering = gathering
        self.first = first

    def over(self, token: object, at: float) -> Place | None:
        """Let on whoever is there, if the first still is."""
        held = self.gathering.held
        if held and held[0] is self.first:
            self.gathering._let_on(at)
        return None
