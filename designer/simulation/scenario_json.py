"""Scenario files: our JSON read into a `Scenario`, and written back.

    {"arrivals": {"every": {"family": "exponential", "mean": "2 h"}, "calendar": "office"},
     "calendars": {"office": {"monday-friday": ["08:00-13:00", "14:00-17:00"]}},
     "staff": {"clerks": {"office": "Mesa de Partes", "count": 3, "calendar": "office", "cost_per_hour": 25}},
     "tasks": {"review": {"by": ["clerks"], "duration": {"family": "gamma", "mean": "30 min", "deviation": "10 min"},
               "delay": "1 day"}},
     "gateways": {"complete": {"flow_yes": 0.8, "flow_no": 0.2}},
     "term": {"amount": 30, "unit": "business_days", "silence": "positive"}}

Names of parts are those of `scenario.py`; keys of tasks, gateways and events are ids of the diagram. A duration is a
number of seconds, “15 min”, or ISO 8601; where a distribution is expected, a duration alone means always the same.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from designer.simulation.calendars import DAY, MINUTE, WEEK
from designer.simulation.distribution_json import read_distribution
from designer.simulation.distributions import Choices
from designer.simulation.json_reading import Faults, Part
from designer.simulation.refusals import ScenarioUnreadable
from designer.simulation.scenario import (
    Absence,
    Arrivals,
    Batch,
    BatchKind,
    Deadline,
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
from engine import feel
from engine.errors import N_
from engine.sheet import Term, TermUnit

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
START = datetime(2026, 1, 5, tzinfo=UTC)
PARTS = (
    "name", "start", "start_event", "arrivals", "calendars", "holidays", "staff", "rule", "tasks", "gateways", "rules",
    "events", "instances", "again", "paces", "data", "priorities", "term", "currency", "assumed",
)  # fmt: skip


def read_scenario(raw: Any) -> Scenario:
    """The scenario that the JSON says. Raises ScenarioUnreadable with every fault and its place."""
    faults = Faults()
    scenario = _scenario(Part(raw, "", faults))
    if faults.found:
        raise ScenarioUnreadable(tuple(faults.found))
    return scenario


def _scenario(whole: Part) -> Scenario:
    scenario = _said(whole)
    for name, plan in scenario.tasks.items():
        if plan.delays and len(plan.delays) != len(scenario.paces):
            part = whole.get("tasks").get(name).get("delays")
            part.fault(N_("{place} must have one delay for each of the paces."))
    return scenario


def _said(whole: Part) -> Scenario:
    if not isinstance(whole.value, Mapping):
        whole.fault(N_("{place} must be an object with named parts; it is {shown}."))
        return Scenario()
    whole.table(*PARTS)
    start = whole.get("start").moment(START)
    calendars = {name: _calendar(part) for name, part in whole.get("calendars").table().items()}
    staff = {
        name: _staff(name, part, calendars) for name, part in whole.get("staff").table().items()
    }
    return Scenario(
        name=whole.get("name").text(),
        start_at=start,
        start_event=whole.get("start_event").text(),
        arrivals=_arrivals(whole.get("arrivals"), calendars, start),
        calendars=calendars,
        holidays=frozenset(one.day(date.min) for one in whole.get("holidays").items()),
        staff=staff,
        rule=whole.get("rule").one_of(Rule, Rule.EARLIEST_START),
        tasks={name: _task(part, staff) for name, part in whole.get("tasks").table().items()},
        gateways={
            name: {flow: share.number(0.0, 0.0, 1e6) for flow, share in part.table().items()}
            for name, part in whole.get("gateways").table().items()
        },
        rules={name: _feel(part) for name, part in whole.get("rules").table().items()},
        events={name: _event(part) for name, part in whole.get("events").table().items()},
        instances={
            name: read_distribution(part, is_duration=False)
            for name, part in whole.get("instances").table().items()
        },
        again={n: part.number(0.0, 0.0, 0.999) for n, part in whole.get("again").table().items()},
        paces=tuple(one.number() for one in whole.get("paces").items()),
        data=tuple((name, _source(part)) for name, part in whole.get("data").table().items()),
        priorities=tuple(_priority(part) for part in whole.get("priorities").items()),
        deadline=_deadline(whole.get("term")),
        currency=whole.get("currency").text("PEN"),
        assumed=frozenset(one.text() for one in whole.get("assumed").items()),
    )


def _calendar(part: Part) -> tuple[tuple[float, float], ...]:
    spans = []
    for days, hours in part.table().items():
        numbers = _days(days)
        if numbers is None:
            hours.fault(N_("{place}: its name must be a day or days such as monday-friday."))
            continue
        for one in hours.items():
            match = _HOURS.fullmatch(one.text().strip())
            if match is None:
                one.fault(N_("{place} must be hours such as 08:00-13:00; it is {shown}."))
                continue
            first, second, third, fourth = (int(group) for group in match.groups())
            start, end = (first * 60 + second) * MINUTE, (third * 60 + fourth) * MINUTE
            if start >= end or end > DAY:
                one.fault(N_("{place} must end after it begins; it is {shown}."))
                continue
            spans += [(number * DAY + start, number * DAY + end) for number in numbers]
    if part.is_there and not spans:
        part.fault(N_("{place} is never open: give it hours."))
        spans = [(0.0, WEEK)]
    return tuple(sorted(spans))


def _days(text: str) -> list[int] | None:
    first, dash, last = (word.strip().lower() for word in text.partition("-"))
    if first not in DAYS or (dash and last not in DAYS):
        return None
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    return [number % 7 for number in range(start, end + 1 if end >= start else end + 8)]


def _arrivals(part: Part, calendars: Mapping[str, Any], start: datetime) -> Arrivals:
    part.table("every", "calendar", "outside", "at")
    every, at = part.get("every"), part.get("at")
    moments = sorted((one.moment(start) - start).total_seconds() for one in at.items())
    if moments and moments[0] < 0:
        at.fault(N_("{place} has an instant before the scenario starts."))
    return Arrivals(
        every=read_distribution(every) if every.is_there else None,
        calendar=_known(part.get("calendar"), calendars),
        outside=part.get("outside").one_of(Outside, Outside.COUNTED),
        at=tuple(moments),
    )


def _known(part: Part, known: Mapping[str, Any]) -> str:
    name = part.text()
    if name and name not in known:
        part.fault(
            N_("{place} names {shown}, which the file does not have. There are: {known}."),
            known=", ".join(known),
        )
    return name


def _staff(key: str, part: Part, calendars: Mapping[str, Any]) -> Staff:
    part.table("name", "office", "count", "calendar", "cost_per_hour", "absences", "absence_share")
    absences = []
    for one in part.get("absences").items():
        one.table("from", "to", "count")
        absences.append(
            Absence(
                one.get("from").day(date.min),
                one.get("to").day(date.min),
                one.get("count").whole(1, 1),
            )
        )
    return Staff(
        key,
        part.get("name").text(),
        part.get("office").text(),
        part.get("count").whole(1, 0, 100_000),
        _known(part.get("calendar"), calendars),
        part.get("cost_per_hour").number(),
        tuple(absences),
        part.get("absence_share").number(0.0, 0.0, 0.9),
    )


def _task(part: Part, staff: Mapping[str, Staff]) -> TaskPlan:
    part.table("by", "duration", "delay", "delays", "cost", "priority", "batch", "sets")
    said = part.get("duration")
    duration = read_distribution(said) if said.is_there else None
    by = []
    for one in part.get("by").items():
        if isinstance(one.value, str):
            if duration is None:
                one.fault(N_("{place}: say how long it takes, here or for the whole task."))
            elif _known(one, staff):
                by.append(Performance(one.value, duration))
            continue
        one.table("staff", "duration")
        own = one.get("duration")
        takes = read_distribution(own) if own.is_there else duration
        if takes is None:
            one.fault(N_("{place}: say how long it takes, here or for the whole task."))
        else:
            by.append(Performance(_known(one.get("staff"), staff), takes))
    delay = part.get("delay")
    return TaskPlan(
        by=tuple(by),
        duration=duration if not by else None,
        delay=read_distribution(delay) if delay.is_there else None,
        delays=tuple(read_distribution(one) for one in part.get("delays").items()),
        cost=part.get("cost").number(),
        priority=part.get("priority").whole(0, -1000, 1000),
        batch=_batch(part.get("batch")),
        sets=tuple((name, _source(one)) for name, one in part.get("sets").table().items()),
    )


def _batch(part: Part) -> Batch | None:
    if not part.is_there:
        return None
    part.table("size", "longest", "kind", "factor")
    return Batch(
        part.get("size").whole(2, 1, 100_000),
        part.get("longest").seconds(float("inf")),
        part.get("kind").one_of(BatchKind, BatchKind.TOGETHER),
        part.get("factor").number(1.0),
    )


def _event(part: Part) -> EventPlan:
    part.table("after", "probability")
    after = part.get("after")
    return EventPlan(
        read_distribution(after) if after.is_there else None,
        part.get("probability").number(1.0, 0.0, 1.0),
    )


def _source(part: Part) -> Source:
    parts = part.table("choices", "distribution", "feel")
    if len(parts) != 1:
        part.fault(N_("{place} must have exactly one of choices, distribution, feel."))
        return Source(feel="null")
    if "choices" in parts:
        shares = {name: one.number() for name, one in parts["choices"].table().items()}
        if not sum(shares.values()):
            part.fault(N_("{place} must have a choice with a share above zero."))
            return Source(feel="null")
        return Source(choices=Choices(tuple(_value(n) for n in shares), tuple(shares.values())))
    if "distribution" in parts:
        return Source(distribution=read_distribution(parts["distribution"], is_duration=False))
    return Source(feel=_feel(parts["feel"]))


def _value(text: str) -> str | bool | None:
    return {"true": True, "false": False, "null": None}.get(text, text)


def _feel(part: Part) -> str:
    text = part.text()
    try:
        feel.compile_expression(text)
    except feel.FeelSyntaxError:
        part.fault(N_("{place} is no FEEL expression: {shown}."))
        return "null"
    return text


def _priority(part: Part) -> Priority:
    part.table("when", "level")
    return Priority(_feel(part.get("when")), part.get("level").whole(100, -1000, 1000))


def _deadline(part: Part) -> Deadline | None:
    if not part.is_there:
        return None
    part.table("amount", "unit", "silence", "grace", "stops", "decided_by")
    return Deadline(
        Term(
            part.get("amount").whole(30, 1, 10_000),
            part.get("unit").one_of(TermUnit, TermUnit.BUSINESS_DAYS),
        ),
        part.get("silence").text() == "positive",
        part.get("grace").whole(5, 0, 365),
        *(
            frozenset(one.text() for one in part.get(name).items())
            for name in ("stops", "decided_by")
        ),
    )
