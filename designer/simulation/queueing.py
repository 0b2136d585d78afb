"""Staff by queue: whoever is free and on duty takes the most urgent task, and of these the oldest.

Used where work may be cut short, or where some cases are more urgent than others.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from designer.simulation.booking import Pool, Task
from designer.simulation.sampling import Stream
from designer.simulation.tokens import Case, Machine, Place, Run


class Desk:
    """Persons who are alike, with what waits for them. `queue` may hold what somebody else has taken meanwhile."""

    __slots__ = ("case", "idle", "is_called", "machine", "pool", "queue")

    def __init__(self, pool: Pool, machine: Machine) -> None:
        self.pool = pool
        self.machine = machine
        self.idle = pool.count
        self.queue: list[tuple[int, int, Job]] = []
        self.is_called = False
        self.case = Case(-1, 0.0)  # of nobody: a desk that opens is nobody's event

    def is_open(self, at: float) -> bool:
        """Whether somebody of these is free and on duty."""
        if not self.idle:
            return False
        calendar = self.pool.calendar
        if calendar is None:
            return True
        opening = calendar.opening(at)
        if opening == at:
            return True
        self.call(opening)
        return False

    def call(self, opening: float) -> None:
        """Look at the queue when the working day begins."""
        if not self.is_called:
            self.is_called = True
            self.machine.later(opening, Desk.opens, self)

    def opens(self, at: float) -> Place | None:
        """The working day begins."""
        self.is_called = False
        self.serve(at)
        return None

    def serve(self, at: float) -> None:
        """Whoever is free takes what is most urgent."""
        queue = self.queue
        while queue:
            if not queue[0][2].is_waiting:
                heappop(queue)
            elif self.is_open(at):
                heappop(queue)[2].begin(self, at)
            else:
                return

    def back(self, at: float) -> None:
        """Somebody is free again."""
        self.idle += 1
        if self.queue:
            self.serve(at)


class Job:
    """A task of a case that waits, or that somebody works on."""

    __slots__ = ("case", "desk", "end", "is_over", "is_waiting", "ready_at", "run", "task", "visit")

    def __init__(self, run: Run, task: "QueuedTask", at: float, visit: int) -> None:
        self.run = run
        self.case = run.case
        self.task = task
        self.ready_at = at
        self.visit = visit
        self.is_waiting = True
        self.is_over = False
        self.desk: Desk | None = None
        self.end = 0.0

    def begin(self, desk: Desk, at: float) -> None:
        """Somebody takes it."""
        task, case, pool = self.task, self.case, desk.pool
        self.is_waiting = False
        self.desk = desk
        desk.idle -= 1
        work = task.streams[desk].at(case.number, self.visit)
        start, end = (at, at + work) if pool.calendar is None else pool.calendar.span(at, work)
        self.end = end
        pool.busy += work
        waited = start - self.ready_at
        task.waited += waited
        task.worked += work
        case.waited += waited
        case.worked += work
        cost = pool.cost_per_second * work + task.cost
        case.cost += cost
        task.spent += cost
        if task.is_stopping:
            case.stopped += end - self.ready_at
        if case.trace is not None:
            case.trace.append((task.id, self.ready_at, start, end))
        heappush(task.heap, (end, task.number(), Job.ends, self))

    def ends(self, at: float) -> Place | None:
        """The work is done."""
        if self.is_over:
            return None
        self.is_over = True
        run = self.run
        if run.works is not None:
            run.works.pop(self, None)
        assert self.desk is not None
        onward = self.task.left(run, at)
        if onward is not None:
            run.net.machine.pending.append((run, onward))
        self.desk.back(at)
        return None

    def cut(self, at: float) -> None:
        """The work is cut short; who did it is free."""
        if self.is_over:
            return
        self.is_over = True
        self.is_waiting = False
        if self.desk is not None:
            pool = self.desk.pool
            rest = self.end - at if pool.calendar is None else pool.calendar.worked(at, self.end)
            pool.busy -= rest
            self.task.worked -= rest
            self.case.worked -= rest
            self.case.cost -= rest * pool.cost_per_second
            self.task.spent -= rest * pool.cost_per_second
            # After whatever else happens at this instant: a scope that ends gives back all its people at once.
            self.desk.machine.later(at, _back_later, self.desk)


def _back_later(desk: Desk, at: float) -> Place | None:
    desk.back(at)
    return None


class QueuedTask(Task):
    """A task that waits for whoever may do it."""

    __slots__ = ("desks", "priority", "streams")

    def __init__(
        self, element_id: str, machine: Machine, options: Sequence[tuple[Desk, Stream]]
    ) -> None:
        super().__init__(element_id, machine, ())
        self.desks = [desk for desk, _ in options]
        self.streams = dict(options)
        self.priority = 0

    def ready(self, run: Run, at: float, visit: int) -> Place | None:
        job = Job(run, self, at, visit)
        if run.works is not None:
            run.works[job] = None
        urgency, number = run.case.priority + self.priority, self.number()
        for desk in self.desks:
            heappush(desk.queue, (urgency, number, job))
        for desk in self.desks:
            if job.is_waiting:
                desk.serve(at)
        return None
