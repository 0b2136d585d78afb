"""Who does the tasks: pools or desks out of the scenario's staff, and the task places that ask for them."""

import random
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from designer.simulation.booking import (
    BookedTask,
    ChosenTask,
    FreeTask,
    Pool,
    Setter,
    Task,
    UnstaffedTask,
)
from designer.simulation.calendars import WEEK, WeeklyCalendar
from designer.simulation.distributions import Distribution
from designer.simulation.queueing import Desk, QueuedTask
from designer.simulation.sampling import PacedStream, Stream
from designer.simulation.scenario import Rule, Scenario, Source, Staff, TaskPlan
from designer.simulation.timing import Timing
from designer.simulation.tokens import Case, Machine
from engine import feel
from engine.bpmn.model import Node
from engine.errors import N_

WEEKS_OF_ABSENCE = 260  # drawn by lot so far ahead


class Staffing:
    """The staff of one replication."""

    def __init__(self, scenario: Scenario, machine: Machine, timing: Timing, seed: str) -> None:
        self.scenario = scenario
        self.machine = machine
        self.timing = timing
        self.seed = seed
        self.pace = Stream(f"{seed}//pace", None)
        self.pools: dict[str, list[Pool]] = {}  # by key of the staff; several where some are away
        self.desks: dict[Pool, Desk] = {}
        for staff in scenario.staff.values():
            self.pools[staff.key] = self._pools(staff)
        if machine.is_cutting:
            self.desks = {pool: Desk(pool, machine) for ps in self.pools.values() for pool in ps}

    def _pools(self, staff: Staff) -> list[Pool]:
        calendar = self.timing.calendar(staff.calendar)
        away: list[list[tuple[float, float]]] = [[] for _ in range(staff.count)]
        for absence in staff.absences:
            span = self.timing.day(absence.since), self.timing.day(absence.until)
            for person in range(min(absence.count, staff.count)):
                away[person].append(span)
        if staff.absence_share:
            for person, spans in enumerate(away):
                dice = random.Random(f"{self.seed}/{staff.key}/{person}/away")
                spans += [
                    (week * WEEK, (week + 1) * WEEK)
                    for week in range(WEEKS_OF_ABSENCE)
                    if dice.random() < staff.absence_share
                ]
        alike: dict[tuple[tuple[float, float], ...], int] = {}
        for spans in away:
            alike[tuple(spans)] = alike.get(tuple(spans), 0) + 1
        return [
            Pool(staff.key, count, _away(calendar, spans), staff.cost_per_hour)
            for spans, count in alike.items()
        ]

    def task(self, node: Node, plan: TaskPlan, gap: Callable[..., None]) -> Task:
        """The place of a task."""
        options = []
        streams: dict[Distribution, Stream] = {}
        for one in plan.by:
            if one.staff not in self.pools:
                gap(
                    N_("“{name}” is done by “{staff}”, who is not among the staff."),
                    node,
                    staff=one.staff,
                )
                continue
            if not self.pools[one.staff]:
                gap(
                    N_("“{name}” is done by “{staff}”, of whom there is nobody."),
                    node,
                    staff=one.staff,
                )
                continue
            # The same case is as heavy whoever takes it: one stream, drawn once, for all who take as long.
            stream = streams.get(one.duration)
            if stream is None:
                stream = streams[one.duration] = self._stream(node, "duration", one.duration)
            options += [(pool, stream) for pool in self.pools[one.staff]]
        task = self._made(node, plan, options)
        task.cost = plan.cost
        if isinstance(task, BookedTask):
            task.is_dear = bool(plan.cost or task.pool.cost_per_second)
        task.delay = self._delay(node, plan)
        if plan.sets:
            task.sets = DataSetter(plan.sets, f"{self.seed}/{node.id}/sets")
        return task

    def _made(self, node: Node, plan: TaskPlan, options: list[tuple[Pool, Stream]]) -> Task:
        if not options:
            timed = (
                [(NOBODY, self._stream(node, "duration", plan.duration))] if plan.duration else []
            )
            return UnstaffedTask(node.id, self.machine, timed)
        if self.machine.is_cutting:
            desks = [(self.desks[pool], stream) for pool, stream in options]
            queued = QueuedTask(node.id, self.machine, desks)
            queued.priority = plan.priority
            return queued
        if len(options) == 1:
            return BookedTask(node.id, self.machine, options)
        form = FreeTask if self.scenario.rule is Rule.EARLIEST_FREE else ChosenTask
        return form(node.id, self.machine, options)

    def _delay(self, node: Node, plan: TaskPlan) -> Stream | None:
        if plan.delays and self.scenario.paces:
            # One purpose for all paces: their dice are the same, and so is who is slow.
            streams = [self._stream(node, "delay", one) for one in plan.delays]
            return PacedStream(self.pace, list(accumulate(self.scenario.paces))[:-1], streams)
        return self._stream(node, "delay", plan.delay) if plan.delay is not None else None

    def _stream(self, node: Node, purpose: str, distribution: Any) -> Stream:
        return Stream(f"{self.seed}/{node.id}/{purpose}", distribution)


NOBODY = Pool("", 1, None, 0.0)


def _away(
    calendar: WeeklyCalendar | None, spans: tuple[tuple[float, float], ...]
) -> WeeklyCalendar | None:
    if not spans:
        return calendar
    return (calendar or WeeklyCalendar(((0.0, WEEK),))).without(spans)


class DataSetter(Setter):
    """Values of the case's data, drawn or computed."""

    def __init__(self, sources: tuple[tuple[str, Source], ...], seed: str) -> None:
        self.seed = seed
        self.sources = []
        for name, source in sources:
            compiled = feel.compile_expression(source.feel) if source.feel else None
            stream = Stream(f"{seed}/{name}", source.distribution)
            self.sources.append((name, source.choices, compiled, stream))

    def set(self, case: Case) -> None:
        """Write them, in order, each seeing those before it."""
        data = case.data if case.data is not None else {}
        visit = case.visit(self)
        for name, choices, compiled, stream in self.sources:
            if compiled is not None:
                data[name] = compiled.evaluate(data)
            else:
                drawn = stream.at(case.number, visit)
                data[name] = choices.pick(drawn) if choices is not None else drawn
        case.data = data
