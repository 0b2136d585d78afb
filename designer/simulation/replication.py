"""One replication: cases arrive, go through, and are counted."""

from collections.abc import Callable
from itertools import repeat

from designer.simulation.booking import Pool
from designer.simulation.building import Built, build
from designer.simulation.calendars import WeeklyCalendar
from designer.simulation.outcomes import Outcome, Spread, StaffOutcome, Step, TaskOutcome
from designer.simulation.refusals import CannotSimulate, EndlessCircle, Gap
from designer.simulation.sampling import Stream
from designer.simulation.scenario import Outside, Scenario
from designer.simulation.staffing import DataSetter
from designer.simulation.tally import Tally
from designer.simulation.timing import BusinessDays, Timing
from designer.simulation.tokens import MOST_STEPS, Case, Endless, Place, Run
from engine import feel
from engine.bpmn.model import Model, Process
from engine.errors import N_
from engine.sheet import Term, TermUnit

OVERLOADED = 1.0
GROWING = 2.0  # so much longer take the last third of the cases than the first
SETTLE_EVERY = 1024
DAYS = {TermUnit.CALENDAR_DAYS: 1.0, TermUnit.MONTHS: 30.4375, TermUnit.YEARS: 365.25}


def replicate(
    model: Model,
    process: Process,
    scenario: Scenario,
    *,
    cases: int,
    seed: int,
    warm_up: int = 0,
    traced: int = 0,
    check: Callable[[], None] | None = None,
) -> Outcome:
    """Simulate `cases` cases after `warm_up` others, to the end of each.

    The same seed gives the same figures. `traced`: of so many cases every step is kept. `check` is called now and
    then and may raise to stop. Raises CannotSimulate or EndlessCircle.
    """
    return _Replication(model, process, scenario, cases, seed, warm_up, traced).run(check)


class _Replication:
    """The counting of one replication."""

    def __init__(
        self,
        model: Model,
        process: Process,
        scenario: Scenario,
        cases: int,
        seed: int,
        warm_up: int,
        traced: int,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.wanted = cases + warm_up
        self.warm_up = warm_up
        self.traced = traced
        self.built: Built = build(model, process, scenario, str(seed))
        self.names = {node.id: node.name or node.id for _, node in process.scope.everything()}
        self.machine = self.built.machine
        self.timing = Timing(scenario)
        self.last_arrival = self.timing.start
        self.cycle, self.waiting = Tally(), Tally()
        self.working, self.cost = Tally(), Tally()
        self.late = self.silent = self.failed = self.done = 0
        self.thirds: list[list[float]] = [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
        self.steps: list[Step] = []
        arrivals = scenario.arrivals
        if arrivals.at:
            self.wanted = min(self.wanted, len(arrivals.at))
        elif arrivals.every is None:
            raise CannotSimulate((Gap(N_("Say how often cases arrive (arrivals).")),))
        self.gaps = Stream(f"{seed}//arrivals", arrivals.every)
        self.calendar: WeeklyCalendar | None = self.timing.calendar(arrivals.calendar)
        self.data = DataSetter(scenario.data, f"{seed}//data") if scenario.data else None
        self.priorities = [
            (feel.compile_expression(one.when), one.level) for one in scenario.priorities
        ]
        self.terms = self._terms()
        self.machine.on_case_over = self._over

    def run(self, check: Callable[[], None] | None) -> Outcome:
        """Simulate."""
        machine = self.machine
        if self.wanted:
            self._expect(0, self.timing.start)
        try:
            machine.run(check=check)
        except Endless:
            raise EndlessCircle(number=self.done + 1) from None
        return self._outcome()

    # -- arrivals

    def _expect(self, number: int, after: float) -> None:
        arrivals = self.scenario.arrivals
        if arrivals.at:
            at = self.timing.start + arrivals.at[number]
        else:
            gap = self.gaps.at(number) if number else 0.0
            if self.calendar is None:
                at = after + gap
            elif arrivals.outside is Outside.MOVED:
                at = self.calendar.opening(after + gap)
            else:
                at = self.calendar.span(after, gap)[1]
                at = self.calendar.opening(at) if not number else at
        self.machine.later(at, self._arrive, Case(number, at))

    def _arrive(self, case: Case, at: float) -> Place | None:
        machine = self.machine
        machine.open += 1
        self.last_arrival = at
        number = case.number
        if number + 1 < self.wanted:
            self._expect(number + 1, at)
        if self.data is not None:
            case.data = {}
            self.data.set(case)
        for rule, level in self.priorities:
            if rule.evaluate(case.data or {}) is True:
                case.priority = level
                break
        if self.warm_up <= number < self.warm_up + self.traced:
            case.trace = []
        root, pending = self.built.root, machine.pending
        run = Run(case, root)
        if len(root.starts) > 1 or root.on_begin:
            run.begin(root.starts, at)
            return None
        # One token, as nearly always: it goes as far as it can without being put in line.
        run.live = 1
        place: Place | None = root.starts[0]
        for _ in repeat(None, MOST_STEPS):
            if place is None or pending:
                break
            place = place.enter(run, at)
        else:
            raise Endless
        if place is not None:
            pending.append((run, place))
        return None

    def _over(self, case: Case, at: float) -> None:
        number = case.number - self.warm_up
        self.done += 1
        if number < 0:
            return
        cycle = at - case.arrived_at
        self.cycle.add(cycle)
        self.waiting.add(case.waited)
        self.working.add(case.worked)
        self.cost.add(case.cost)
        self.failed += case.is_failed
        third = self.thirds[min(2, 3 * number // max(1, self.wanted - self.warm_up))]
        third[0] += 1
        third[1] += cycle
        if self.terms is not None:
            to_decide, to_silence = self.terms(case.arrived_at)
            term = case.decided_after if case.decided_after >= 0.0 else cycle - case.stopped
            self.late += case.arrived_at + term > to_decide
            self.silent += case.arrived_at + term > to_silence
        if case.trace is not None:
            self.steps += [Step(number, *step) for step in case.trace]
        if not self.done % SETTLE_EVERY:
            for tally in (self.cycle, self.waiting, self.working, self.cost):
                tally.settle()

    def _terms(self) -> Callable[[float], tuple[float, float]] | None:
        deadline = self.scenario.deadline
        if deadline is None:
            return None
        days, term = BusinessDays(self.timing), deadline.term

        def ends(at: float) -> tuple[float, float]:
            if term.unit is TermUnit.BUSINESS_DAYS:
                return days.end(at, term.amount), days.end(at, term.amount + deadline.grace)
            end = at + _calendar_days(term) * 86_400
            return end, days.end(end, deadline.grace)

        return ends

    # -- figures

    def _outcome(self) -> Outcome:
        number = self.cycle.number
        means = [total / count if count else 0.0 for count, total in self.thirds]
        staff = self._staff()
        is_growing = means[0] > 0 and means[2] > GROWING * means[0] and self.thirds[0][0] >= 30
        is_loaded = any(one.load > OVERLOADED for one in staff)
        return Outcome(
            seed=self.seed,
            cases=number,
            unfinished=self.machine.open,
            cycle=_spread(self.cycle),
            waiting=_spread(self.waiting),
            working=_spread(self.working),
            cost=_spread(self.cost),
            executions=sum(t.visits for ts in self.built.tasks.values() for t in ts),
            tasks=self._tasks(),
            staff=staff,
            visits={
                name: sum(place.visits for place in places)
                for name, places in self.built.places.items()
            },
            is_overloaded=is_loaded or (is_growing and any(s.utilisation > 0.9 for s in staff)),
            late=self.late / number if self.terms is not None and number else None,
            silent=self.silent / number if self.terms is not None and number else None,
            failed=self.failed,
            durations=tuple(self.cycle.amounts()),
            steps=tuple(self.steps),
            first_third=means[0],
            last_third=means[2],
        )

    def _tasks(self) -> tuple[TaskOutcome, ...]:
        found = []
        for name, tasks in self.built.tasks.items():
            count = sum(task.visits for task in tasks)
            gathered = sum(g.waited for g in self.built.gatherings.get(name, ()))
            if count:
                found.append(
                    TaskOutcome(
                        name,
                        self.names.get(name, name),
                        count,
                        (sum(task.waited for task in tasks) + gathered) / count,
                        sum(task.worked for task in tasks) / count,
                        sum(task.spent for task in tasks) / count,
                    )
                )
        return tuple(found)

    def _staff(self) -> tuple[StaffOutcome, ...]:
        # All the work of the cases over the time in which they arrived, n arrivals bounding n − 1 gaps: cases that
        # wait on for months after the last one make nobody idle, and a backlog is worked off only then.
        start, end = self.timing.start, self.last_arrival
        gaps = self.wanted / (self.wanted - 1) if self.wanted > 1 else 1.0
        found = []
        for staff in self.scenario.staff.values():
            pools = self.built.staffing.pools[staff.key]
            hours = gaps * sum(_hours(pool, start, end) for pool in pools)
            busy = sum(pool.busy for pool in pools)
            load = busy / hours if hours else 0.0
            found.append(
                StaffOutcome(
                    staff.key,
                    staff.name or staff.key,
                    staff.office,
                    staff.count,
                    busy,
                    min(1.0, load),
                    load,
                    busy / 3600 * staff.cost_per_hour,
                )
            )
        return tuple(found)


def _hours(pool: Pool, start: float, end: float) -> float:
    span = end - start if pool.calendar is None else pool.calendar.worked(start, end)
    return max(0.0, span) * pool.count


def _spread(tally: Tally) -> Spread:
    return Spread(
        tally.number,
        tally.mean(),
        tally.quantile(0.5),
        tally.quantile(0.85),
        tally.quantile(0.95),
    )


def _calendar_days(term: Term) -> float:
    return term.amount * DAYS[term.unit]
