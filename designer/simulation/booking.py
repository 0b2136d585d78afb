"""Staff by booking: when a task is ready, who can begin first (or is free first) is booked for it at once.

In order of readiness this is first come, first served, with one event per task. It holds as long as no work is cut
short and nobody is more urgent than who came before; otherwise `queueing.py` is used, which gives the same where
both may be.
"""

import math
from collections.abc import Sequence
from heapq import heappush, heapreplace

from designer.simulation.calendars import WeeklyCalendar
from designer.simulation.sampling import BITS, MASK, Stream
from designer.simulation.tokens import Act, Case, Machine, Place, Run


class Pool:
    """Persons who are alike. `free`: when each of them is, as a heap."""

    __slots__ = ("busy", "calendar", "cost_per_second", "count", "free", "key", "since", "until")

    def __init__(
        self, key: str, count: int, calendar: WeeklyCalendar | None, cost_per_hour: float
    ) -> None:
        self.key = key
        self.count = count
        self.calendar = calendar  # None: always there
        self.cost_per_second = cost_per_hour / 3600
        self.free = [0.0] * count
        self.busy = 0.0  # seconds of work
        # The working hours looked at last: time goes on, so most work falls into them.
        self.since, self.until = (0.0, 0.0) if calendar else (-math.inf, math.inf)

    def span(self, at: float, work: float) -> tuple[float, float]:
        """When work that may begin at `at` begins and ends."""
        end = at + work
        if self.since <= at and end <= self.until:
            return at, end
        assert self.calendar is not None
        start, end, self.since, self.until = self.calendar.placed(at, work)
        return start, end


class Task(Place):
    """Work on a case. What is counted: seconds in all until somebody began (`waited`) and of work (`worked`)."""

    __slots__ = (
        "act", "cost", "delay", "done", "heap", "is_repeated", "is_stopping", "number", "options", "sets",
        "spent", "waited", "worked",
    )  # fmt: skip

    def __init__(
        self, element_id: str, machine: Machine, options: Sequence[tuple[Pool, Stream]]
    ) -> None:
        super().__init__(element_id)
        self.heap = machine.heap
        self.number = machine.number
        self.options = list(options)
        self.delay: Stream | None = None
        self.cost = 0.0
        self.spent = 0.0
        self.waited = self.worked = 0.0
        self.done = 0
        self.is_repeated = False
        self.is_stopping = False
        self.sets: Setter | None = None
        self.act: Act = self.left

    def connected(self) -> None:
        """What follows is known: where nothing is to be written, a done task goes there at once."""
        if self.sets is None:
            self.act = self.onward.enter

    def enter(self, run: Run, at: float) -> Place | None:
        self.visits += 1
        case = run.case
        visit = case.visit(self) if self.is_repeated else 0
        if self.delay is None:
            return self.ready(run, at, visit)
        seconds = self.delay.at(case.number, visit)
        self.waited += seconds
        case.waited += seconds
        if case.trace is not None:
            case.trace.append((self.id + " delay", at, at, at + seconds))
        act = self.first_ready if not visit else _Again(self, visit)
        heappush(self.heap, (at + seconds, self.number(), act, run))
        return None

    def first_ready(self, run: Run, at: float) -> Place | None:
        """The residual delay of the first visit is over."""
        return None if run.is_over else self.ready(run, at, 0)

    def ready(self, run: Run, at: float, visit: int) -> Place | None:
        """The task can be taken."""
        raise NotImplementedError

    def left(self, run: Run, at: float) -> Place | None:
        """The task is done."""
        if self.sets is not None:
            self.sets.set(run.case)
        return self.onward


class Setter:
    """What a task writes into the case's data."""

    def set(self, case: Case) -> None:
        """Write."""
        raise NotImplementedError


class _Again:
    """A later visit whose residual delay is over."""

    __slots__ = ("task", "visit")

    def __init__(self, task: Task, visit: int) -> None:
        self.task = task
        self.visit = visit

    def __call__(self, run: Run, at: float) -> Place | None:
        return None if run.is_over else self.task.ready(run, at, self.visit)


class BookedTask(Task):
    """A task for one kind of staff."""

    __slots__ = ("is_dear", "pool", "stream")

    def __init__(
        self, element_id: str, machine: Machine, options: Sequence[tuple[Pool, Stream]]
    ) -> None:
        super().__init__(element_id, machine, options)
        self.pool, self.stream = options[0]
        self.is_dear = True

    def enter(self, run: Run, at: float) -> Place | None:
        if self.delay is not None:
            return Task.enter(self, run, at)
        self.visits += 1
        case, stream = run.case, self.stream
        number = case.number
        if self.is_repeated:
            # Case.visit written out, here and in Choice: they are what cases do most.
            visits = case.visits
            if visits is None:
                case.visits = {self: 1}
            else:
                visit = visits.get(self, 0)
                visits[self] = visit + 1
                if visit:
                    return self.book(run, at, stream.at(number, visit))
        block = stream.blocks.get(number >> BITS)
        if block is None:
            block = stream.fill(number >> BITS)
        return self.book(run, at, block[number & MASK])

    def ready(self, run: Run, at: float, visit: int) -> Place | None:
        return self.book(run, at, self.stream.at(run.case.number, visit))

    def book(self, run: Run, at: float, work: float) -> Place | None:
        """Book who is free first."""
        case, pool = run.case, self.pool
        free = pool.free[0]
        if free < at:
            free = at
        start, end = free, free + work
        if free < pool.since or end > pool.until:
            start, end = pool.span(free, work)
        heapreplace(pool.free, end)
        pool.busy += work
        waited = start - at
        if waited:
            self.waited += waited
            case.waited += waited
        self.worked += work
        case.worked += work
        if self.is_dear:
            cost = pool.cost_per_second * work + self.cost
            case.cost += cost
            self.spent += cost
        if self.is_stopping:
            case.stopped += end - at
        if case.trace is not None:
            case.trace.append((self.id, at, start, end))
        heappush(self.heap, (end, self.number(), self.act, run))
        return None


class ChosenTask(Task):
    """A task that several kinds of staff may do: who can begin first does it, among those who is free longest."""

    __slots__ = ()

    def ready(self, run: Run, at: float, visit: int) -> Place | None:
        number = run.case.number
        chosen: Pool | None = None
        drawn: Stream | None = None
        begun = since = done = spent = work = 0.0
        asked = began = ended = 0.0
        hours: WeeklyCalendar | None = None
        for pool, stream in self.options:
            free = pool.free[0]
            if chosen is not None and free > begun:
                continue  # whoever is free later than another can begin does not begin earlier
            if stream is not drawn:
                drawn, hours = stream, None
                block = None if visit else stream.blocks.get(number >> BITS)
                work = stream.at(number, visit) if block is None else block[number & MASK]
            start = at if free < at else free
            end = start + work
            if start < pool.since or end > pool.until:
                # Who keeps the same hours and is free as early begins as the one before would.
                if start != asked or pool.calendar is not hours:
                    asked, hours = start, pool.calendar
                    began, ended = pool.span(start, work)
                start, end = began, ended
            if chosen is None or start < begun or (start == begun and free < since):
                chosen, begun, since, done, spent = pool, start, free, end, work
        assert chosen is not None
        return self.book(run, at, chosen, begun, done, spent)

    def book(
        self, run: Run, at: float, pool: Pool, start: float, end: float, work: float
    ) -> Place | None:
        """Book who was chosen."""
        case = run.case
        heapreplace(pool.free, end)
        pool.busy += work
        self.waited += start - at
        self.worked += work
        case.waited += start - at
        case.worked += work
        cost = pool.cost_per_second * work + self.cost
        case.cost += cost
        self.spent += cost
        if self.is_stopping:
            case.stopped += end - at
        if case.trace is not None:
            case.trace.append((self.id, at, start, end))
        heappush(self.heap, (end, self.number(), self.act, run))
        return None


class FreeTask(ChosenTask):
    """A task that several kinds of staff may do: who is free first does it, whenever the working day begins."""

    __slots__ = ()

    def ready(self, run: Run, at: float, visit: int) -> Place | None:
        first, free, chosen = None, 0.0, None
        for pool, stream in self.options:
            since = pool.free[0]
            if first is None or since < free:
                first, free, chosen = pool, since, stream
        assert first is not None
        assert chosen is not None
        work = chosen.at(run.case.number, visit)
        start, end = first.span(at if free < at else free, work)
        return self.book(run, at, first, start, end, work)


class UnstaffedTask(Task):
    """Work that takes its time and nobody's."""

    __slots__ = ()

    def ready(self, run: Run, at: float, visit: int) -> Place | None:
        case = run.case
        work = self.options[0][1].at(case.number, visit) if self.options else 0.0
        self.worked += work
        if self.cost:
            case.cost += self.cost
            self.spent += self.cost
        if not work:
            return self.left(run, at)
        case.worked += work
        if self.is_stopping:
            case.stopped += work
        if case.trace is not None:
            case.trace.append((self.id, at, at, at + work))
        heappush(self.heap, (at + work, self.number(), self._left, run))
        return None

    def _left(self, run: Run, at: float) -> Place | None:
        return None if run.is_over else self.left(run, at)
