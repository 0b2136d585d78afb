"""A scenario as numbers that people say: cases a week, minutes of work, hours of delay, persons, per cent."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from designer.simulation.calendars import HOUR, MINUTE, WEEK, WeeklyCalendar
from designer.simulation.distributions import Distribution, Family, exponential
from designer.simulation.hours import read_hours, written
from designer.simulation.scenario import Batch, Scenario, TaskPlan
from engine.errors import Refusal


class NobodyDoesIt(Refusal):
    """All who did a task were taken from it."""

    sentence = "Every task needs somebody who does it. Tick at least one under “Who does it”."


SPREAD = 0.6  # deviation of a duration that nobody has described, as a share of its mean


def spoken(scenario: Scenario) -> dict[str, float]:
    """Every number by its name.

    `arrivals` (a week), `staff.<key>.count`, `.cost`, `.away` (of a hundred weeks), `task.<id>.minutes`, `.delay`
    (hours), `.priority` (less is more urgent), `.batch` (cases gathered; 1: none), `.hours` (the longest a batch
    waits; 0: for ever), `gateway.<id>.<flow>`, `event.<id>.hours`, `event.<id>.share`.
    """
    said: dict[str, float] = {}
    every = scenario.arrivals.every
    if every is not None and every.mean() > 0:
        said["arrivals"] = _open_seconds(scenario) / every.mean()
    for key, staff in scenario.staff.items():
        said[f"staff.{key}.count"] = staff.count
        said[f"staff.{key}.cost"] = staff.cost_per_hour
        said[f"staff.{key}.away"] = 100 * staff.absence_share
    for name, plan in scenario.tasks.items():
        said[f"task.{name}.minutes"] = _work(plan) / MINUTE
        said[f"task.{name}.delay"] = _delay(plan, scenario) / HOUR
        said[f"task.{name}.priority"] = plan.priority
        said[f"task.{name}.batch"] = plan.batch.size if plan.batch is not None else 1
        longest = plan.batch.longest if plan.batch is not None else math.inf
        said[f"task.{name}.hours"] = 0.0 if math.isinf(longest) else longest / HOUR
    for name, shares in scenario.gateways.items():
        whole = sum(shares.values()) or 1.0
        for flow, share in shares.items():
            said[f"gateway.{name}.{flow}"] = 100 * share / whole
    for name, event in scenario.events.items():
        said[f"event.{name}.hours"] = (event.after.mean() if event.after else 0.0) / HOUR
        said[f"event.{name}.share"] = 100 * event.probability
    return said


def with_spoken(scenario: Scenario, said: Mapping[str, float]) -> Scenario:
    """The scenario with these numbers; what is as it was keeps its shape, what is not is no longer assumed.

    Unknown names are left aside; a share of a gateway counts with the others of the same gateway.
    """
    before = spoken(scenario)
    fresh = {n: v for n, v in said.items() if n in before and abs(v - before[n]) > 0.005 + 1e-9}
    assumed = set(scenario.assumed)
    for name, value in fresh.items():
        kind, _, rest = name.partition(".")
        key, _, part = rest.rpartition(".")
        scenario = _changed(scenario, kind, key, part, value, before[name])
        assumed -= {
            f"{_TABLES.get(kind, kind)}.{key}",
            f"tasks.{key}.duration" if part == "minutes" else "",
        }
        if kind == "arrivals":
            assumed.discard("arrivals")
    return replace(scenario, assumed=frozenset(assumed))


_TABLES = {"task": "tasks", "gateway": "gateways", "event": "events"}


def _changed(
    scenario: Scenario, kind: str, key: str, part: str, value: float, before: float
) -> Scenario:
    if kind == "arrivals" and scenario.arrivals.every is not None and value > 0:
        every = scenario.arrivals.every.scaled(before / value)
        return replace(scenario, arrivals=replace(scenario.arrivals, every=every))
    if kind == "staff":
        staff = scenario.staff[key]
        if part == "count":
            staff = replace(staff, count=round(value))
        elif part == "away":
            staff = replace(staff, absence_share=min(value / 100, 1.0))
        else:
            staff = replace(staff, cost_per_hour=value)
        return replace(scenario, staff={**scenario.staff, key: staff})
    if kind == "task":
        plan = scenario.tasks[key]
        if part == "minutes":
            plan = _worked(plan, value * MINUTE)
        elif part == "delay":
            plan = _delayed(plan, value * HOUR, before * HOUR)
        elif part == "priority":
            plan = replace(plan, priority=round(value))
        else:
            plan = _batched(plan, part, value)
        return replace(scenario, tasks={**scenario.tasks, key: plan})
    if kind == "gateway":
        shares = dict(scenario.gateways[key])
        shares[part] = value / 100 * sum(shares.values())
        return replace(scenario, gateways={**scenario.gateways, key: shares})
    if kind == "event":
        event = scenario.events[key]
        if part == "share":
            event = replace(event, probability=min(1.0, value / 100))
        else:
            event = replace(
                event, after=_scaled(event.after, value * HOUR) or exponential(value * HOUR)
            )
        return replace(scenario, events={**scenario.events, key: event})
    return scenario


def _open_seconds(scenario: Scenario) -> float:
    """Seconds a week in which time between arrivals passes."""
    hours = scenario.calendars.get(scenario.arrivals.calendar)
    return WeeklyCalendar(tuple(hours)).total if hours else WEEK


def _work(plan: TaskPlan) -> float:
    if plan.by:
        return sum(one.duration.mean() for one in plan.by) / len(plan.by)
    return plan.duration.mean() if plan.duration is not None else 0.0


def _delay(plan: TaskPlan, scenario: Scenario) -> float:
    if plan.delays and scenario.paces:
        pairs = zip(plan.delays, scenario.paces, strict=True)
        return sum(one.mean() * share for one, share in pairs)
    return plan.delay.mean() if plan.delay is not None else 0.0


def _batched(plan: TaskPlan, part: str, value: float) -> TaskPlan:
    batch = plan.batch
    if part == "batch":
        size = round(value)
        if size < 2:
            return replace(plan, batch=None)
        return replace(plan, batch=Batch(size) if batch is None else replace(batch, size=size))
    longest = value * HOUR if value > 0 else math.inf
    # A size said after its hours is found here: both come from one form.
    return replace(
        plan, batch=Batch(2, longest) if batch is None else replace(batch, longest=longest)
    )


def with_hours(scenario: Scenario, said: Mapping[str, str]) -> Scenario:
    """The scenario with other working hours, by the key of their calendar. Raises NoHours."""
    calendars = dict(scenario.calendars)
    for key, text in said.items():
        if key not in calendars:
            continue
        # Compared as read: a text is in the reader's language, and seconds are not written.
        told, hours = written(calendars[key]), read_hours(text)
        if not told or hours != read_hours(told):
            calendars[key] = hours
    return replace(scenario, calendars=calendars)


def with_skills(scenario: Scenario, said: Mapping[str, Sequence[str]]) -> Scenario:
    """The scenario with others who may do a task, by element id; who comes new takes as long as the first.

    Keys of staff that nobody knows are left aside. Raises NobodyDoesIt.
    """
    tasks = dict(scenario.tasks)
    for name, keys in said.items():
        plan = tasks.get(name)
        known = [key for key in keys if key in scenario.staff]
        if plan is None or not plan.by or known == [one.staff for one in plan.by]:
            continue
        if not known:
            raise NobodyDoesIt()
        before = {one.staff: one for one in plan.by}
        by = (before.get(key) or replace(plan.by[0], staff=key) for key in known)
        tasks[name] = replace(plan, by=tuple(by))
    return replace(scenario, tasks=tasks)


def _worked(plan: TaskPlan, seconds: float) -> TaskPlan:
    return replace(
        plan,
        by=tuple(
            replace(one, duration=_scaled(one.duration, seconds) or _made(seconds))
            for one in plan.by
        ),
        duration=None if plan.by else _scaled(plan.duration, seconds) or _made(seconds),
    )


def _delayed(plan: TaskPlan, seconds: float, before: float) -> TaskPlan:
    if plan.delays and before > 0:
        return replace(plan, delays=tuple(one.scaled(seconds / before) for one in plan.delays))
    if not seconds:
        return replace(plan, delay=None)
    return replace(plan, delay=_scaled(plan.delay, seconds) or exponential(seconds))


def _scaled(distribution: Distribution | None, mean: float) -> Distribution | None:
    if distribution is None or distribution.mean() <= 0:
        return None
    return distribution.scaled(mean / distribution.mean())


def _made(mean: float) -> Distribution:
    return Distribution(Family.GAMMA, (mean, mean * SPREAD))
