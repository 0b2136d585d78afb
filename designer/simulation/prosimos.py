"""The published simulation JSON of Prosimos read as a scenario, so that benchmark scenarios run unchanged.

Read are arrivals, calendars, resources with their durations, branching (probabilities and rules), events, batches by
size and waiting time, case attributes, event attributes and prioritisation. Fuzzy calendars, multitasking and global
attributes are refused. Durations are in seconds. Only the format is shared: nothing here comes from that package.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from designer.simulation.calendars import DAY, WEEK, joined
from designer.simulation.distributions import Choices, Distribution, Family, fixed
from designer.simulation.json_reading import Faults, Part
from designer.simulation.prosimos_rules import feel_of, read_batch
from designer.simulation.refusals import ScenarioUnreadable
from designer.simulation.scenario import (
    Arrivals,
    EventPlan,
    Outside,
    Performance,
    Priority,
    Rule,
    Scenario,
    Source,
    Staff,
    TaskPlan,
)
from engine.errors import N_
from engine.expressions import read_expression

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ARRIVALS = " arrivals"
HISTOGRAM_POINTS = 1000
PARAMETERS = {
    "fix": 1,
    "expon": 1,
    "uniform": 2,
    "norm": 2,
    "lognorm": 2,
    "gamma": 2,
    "triang": 3,
    "exponnorm": 3,
}  # the limits that may follow are not counted


def is_prosimos(raw: Any) -> bool:
    """Whether the JSON is of this format rather than of ours."""
    return isinstance(raw, Mapping) and "task_resource_distribution" in raw


def read_prosimos(raw: Any) -> Scenario:
    """The scenario of a published file. Raises ScenarioUnreadable with every fault and its place."""
    faults = Faults()
    whole = Part(raw, "", faults)
    scenario = _scenario(whole)
    if faults.found:
        raise ScenarioUnreadable(tuple(faults.found))
    return scenario


def _scenario(whole: Part) -> Scenario:
    for name in ("multitask", "global_attributes"):
        if whole.get(name).value:
            whole.get(name).fault(N_("{place} is not simulated here. Take it out of the file."))
    if whole.get("model_type").text() == "FUZZY":
        whole.get("model_type").fault(N_("{place} is not simulated here. Take it out of the file."))
    calendars = {}
    for part in whole.get("resource_calendars").items():
        calendars[part.get("id").text()] = _hours(part.get("time_periods"))
    arrival_hours = whole.get("arrival_time_calendar")
    if isinstance(arrival_hours.value, Mapping):  # as later files say it
        arrival_hours = arrival_hours.get("time_periods")
    if arrival_hours.value:
        calendars[ARRIVALS] = _hours(arrival_hours)
    staff, tasks = _people(whole)
    for part in whole.get("batch_processing").items():
        name = part.get("task_id").text()
        tasks[name] = replace(tasks.get(name, TaskPlan()), batch=read_batch(part))
    for part in whole.get("event_attributes").items():
        name = part.get("event_id").text()
        sets = tuple(_attribute(one) for one in part.get("attributes").items())
        tasks[name] = replace(tasks.get(name, TaskPlan()), sets=sets)
    gateways, rules = _branching(whole)
    return Scenario(
        arrivals=Arrivals(
            _distribution(whole.get("arrival_time_distribution")),
            ARRIVALS if arrival_hours.value else "",
            Outside.MOVED,
        ),
        calendars=calendars,
        staff=staff,
        rule=Rule.EARLIEST_FREE,
        tasks=tasks,
        gateways=gateways,
        rules=rules,
        events={
            part.get("event_id").text(): EventPlan(_distribution(part))
            for part in whole.get("event_distribution").items()
        },
        data=tuple(_attribute(part) for part in whole.get("case_attributes").items()),
        priorities=tuple(
            Priority(feel_of(part.get("rules")), part.get("priority_level").whole(100))
            for part in whole.get("prioritisation_rules").items()
        ),
        currency="",
    )


# -- calendars


def _hours(part: Part) -> tuple[tuple[float, float], ...]:
    spans = []
    for one in part.items():
        first, last = (_weekday(one.get(name)) for name in ("from", "to"))
        start, end = _clock(one.get("beginTime")), _clock(one.get("endTime"))
        for day in range(first, last + 1 if last >= first else last + 8):
            spans.append((day % 7 * DAY + start, day % 7 * DAY + end))
    found = tuple(joined((start, end) for start, end in spans))
    if not found:
        part.fault(N_("{place} is never open: give it hours."))
    return found or ((0.0, WEEK),)


def _weekday(part: Part) -> int:
    text = part.text().upper()
    if text not in WEEKDAYS:
        part.fault(N_("{place} must be one of {known}; it is {shown}."), known=", ".join(WEEKDAYS))
        return 0
    return WEEKDAYS.index(text)


def _clock(part: Part) -> float:
    pieces = part.text().split(":")
    try:
        hours, minutes, seconds = (float(piece) for piece in (*pieces, "0", "0")[:3])
    except ValueError:
        part.fault(N_("{place} must be a time of day such as 09:00:00; it is {shown}."))
        return 0.0
    total = hours * 3600 + minutes * 60 + seconds
    # Midnight at the end of a day is written as its last second.
    return DAY if total >= DAY - 1.5 else total


# -- people and tasks


def _people(whole: Part) -> tuple[dict[str, Staff], dict[str, TaskPlan]]:
    """Staff and tasks. Resources of a pool that are alike in everything become one group, which is faster."""
    said: dict[str, Staff] = {}
    for pool in whole.get("resource_profiles").items():
        for one in pool.get("resource_list").items():
            key = one.get("id").text()
            said[key] = Staff(
                key,
                one.get("name").text(),
                pool.get("name").text(),
                one.get("amount").whole(1, 0),
                one.get("calendar").text(),
                one.get("cost_per_hour").number(),
            )
    does: dict[str, list[tuple[str, Distribution]]] = {}  # resource → task, duration
    order: list[str] = []
    for part in whole.get("task_resource_distribution").items():
        task = part.get("task_id").text()
        order.append(task)
        for one in part.get("resources").items():
            key = one.get("resource_id").text()
            if key not in said:
                one.get("resource_id").fault(
                    N_("{place} names {shown}, who is in no resource profile.")
                )
                continue
            does.setdefault(key, []).append((task, _distribution(one)))
    staff: dict[str, Staff] = {}
    alike: dict[Any, str] = {}
    by: dict[str, list[Performance]] = {task: [] for task in order}
    for key, who in said.items():
        mine = tuple(does.get(key, ()))
        kind = (who.office, who.calendar, who.cost_per_hour, mine)
        if mine and kind in alike:
            first = staff[alike[kind]]
            staff[first.key] = replace(first, count=first.count + who.count, name=who.office)
            continue
        alike[kind] = key
        staff[key] = who
        for task, duration in mine:
            by[task].append(Performance(key, duration))
    return staff, {task: TaskPlan(by=tuple(performances)) for task, performances in by.items()}


def _distribution(part: Part) -> Distribution:
    name = part.get("distribution_name").text().lower()
    if name == "histogram_sampling":
        return _histogram(part.get("histogram_data"))
    p = [one.get("value").number(0.0, -math.inf) for one in part.get("distribution_params").items()]
    expected = PARAMETERS.get(name)
    if expected is None or len(p) < expected:
        part.fault(N_("{place} is no distribution with its parameters: {shown}."))
        return fixed(0.0)
    limits = [*p[expected:], *(0.0, math.inf)[len(p) - expected :]]
    low, high = limits[0], limits[1]
    low, high = max(0.0, low), max(0.0, high)
    if name == "fix":
        return fixed(max(0.0, p[0]))
    if name == "uniform":
        return Distribution(Family.UNIFORM, (max(0.0, p[0]), max(p[0], p[1])))
    if name == "expon":
        return Distribution(Family.EXPONENTIAL, (p[0],), low, high)
    if name == "norm":
        return Distribution(Family.NORMAL, (p[0], p[1]), low, high)
    if name == "triang":
        return _triangle(part, *p[:3])
    if (
        name == "exponnorm"
    ):  # as scipy counts: the exponential part's mean in deviations of the normal part
        if p[0] <= 0 or p[2] <= 0:
            part.fault(N_("{place} is no distribution with its parameters: {shown}."))
            return fixed(0.0)
        return Distribution(Family.NORMAL_EXPONENTIAL, (p[1], p[2], p[0] * p[2]), low, high)
    family = Family.LOGNORMAL if name == "lognorm" else Family.GAMMA
    # The format gives the variance.
    return Distribution(family, (p[0], math.sqrt(max(0.0, p[1]))), low, high)


def _triangle(part: Part, mode: float, low: float, high: float) -> Distribution:
    """Mode, minimum and maximum; or as scipy counts, which is told by a mode between 0 and 1: where it lies as a share
    of the width, the minimum and the width (durations of less than a second are none).
    """
    if 0 <= mode <= 1 and high > 1:
        low, high = low, low + high
        mode = low + mode * (high - low)
    low, mode = max(0.0, low), max(0.0, mode)
    if not low <= mode <= high:
        part.fault(N_("{place}: minimum, mode and maximum must be in this order."))
        return fixed(0.0)
    return Distribution(Family.TRIANGULAR, (low, mode, high))


def _histogram(part: Part) -> Distribution:
    ends = [one.number() for one in part.get("cdf").items()]
    middles = [one.number() for one in part.get("bin_midpoints").items()]
    if not ends or len(ends) != len(middles):
        part.fault(N_("{place} is no distribution with its parameters: {shown}."))
        return fixed(0.0)
    values, place = [], 0
    for point in range(HISTOGRAM_POINTS):
        share = (point + 0.5) / HISTOGRAM_POINTS
        while place < len(ends) - 1 and ends[place] < share:
            place += 1
        values.append(middles[place])
    return Distribution(Family.SAMPLES, values=tuple(sorted(values)))


# -- branching and data


def _branching(whole: Part) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    conditions = {
        part.get("id").text(): feel_of(part.get("rules"))
        for part in whole.get("branch_rules").items()
    }
    gateways: dict[str, dict[str, float]] = {}
    rules: dict[str, str] = {}
    for part in whole.get("gateway_branching_probabilities").items():
        shares: dict[str, float] = {}
        open_ways = []
        ruled = 0
        for one in part.get("probabilities").items():
            flow = one.get("path_id").text()
            condition = one.get("condition_id").text()
            if condition in conditions:
                rules[flow] = conditions[condition]
                ruled += 1
            if one.get("value").is_there:
                shares[flow] = one.get("value").number(0.0, 0.0, 1.0)
            else:
                open_ways.append(flow)
        rest = max(0.0, 1.0 - sum(shares.values())) / len(open_ways) if open_ways else 0.0
        shares |= dict.fromkeys(open_ways, rest)
        if ruled < len(shares):
            gateways[part.get("gateway_id").text()] = shares
    return gateways, rules


def _attribute(part: Part) -> tuple[str, Source]:
    name, kind = part.get("name").text(), part.get("type").text()
    if kind == "discrete":
        said = [
            (one.get("key").text(), one.get("value").number()) for one in part.get("values").items()
        ]
        if not sum(share for _, share in said):
            part.fault(N_("{place} must have a choice with a share above zero."))
            return name, Source(feel="null")
        values = tuple(key for key, _ in said)
        return name, Source(choices=Choices(values, tuple(share for _, share in said)))
    if kind == "continuous":
        return name, Source(distribution=_distribution(part.get("values")))
    text = read_expression(part.get("values").text(), "python").feel
    if text is None:
        part.get("values").fault(N_("{place} is no expression that can be read here: {shown}."))
    return name, Source(feel=text or "null")
