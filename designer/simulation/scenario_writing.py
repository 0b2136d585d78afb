"""A scenario written as our JSON, the way `scenario_json.py` reads it."""

from datetime import timedelta
from typing import Any

from designer.simulation.calendars import DAY, MINUTE
from designer.simulation.distribution_json import written_distribution
from designer.simulation.scenario import Deadline, Outside, Scenario, Source, Staff, TaskPlan
from designer.simulation.scenario_json import DAYS


def written(scenario: Scenario) -> dict[str, Any]:
    """The scenario as JSON: `read_scenario(written(s)) == s`. What is at its default is left out."""
    arrivals = scenario.arrivals
    found: dict[str, Any] = {
        "name": scenario.name,
        "start": scenario.start_at.isoformat(),
        "start_event": scenario.start_event,
        "arrivals": _kept(
            {
                "every": written_distribution(arrivals.every),
                "calendar": arrivals.calendar,
                "outside": str(arrivals.outside) if arrivals.outside is Outside.MOVED else "",
                "at": [_moment(scenario, at) for at in arrivals.at],
            }
        ),
        "calendars": {name: _hours(spans) for name, spans in scenario.calendars.items()},
        "holidays": sorted(day.isoformat() for day in scenario.holidays),
        "staff": {key: _staff_said(one) for key, one in scenario.staff.items()},
        "rule": str(scenario.rule),
        "tasks": {name: _task_said(plan) for name, plan in scenario.tasks.items()},
        "rules": dict(scenario.rules),
        "gateways": {name: dict(shares) for name, shares in scenario.gateways.items()},
        "events": {
            name: {"after": written_distribution(plan.after), "probability": plan.probability}
            if plan.after is not None
            else {"probability": plan.probability}
            for name, plan in scenario.events.items()
        },
        "instances": {n: written_distribution(one) for n, one in scenario.instances.items()},
        "again": dict(scenario.again),
        "paces": list(scenario.paces),
        "data": {name: _source_said(source) for name, source in scenario.data},
        "priorities": [{"when": one.when, "level": one.level} for one in scenario.priorities],
        "term": _term_said(scenario.deadline),
        "currency": scenario.currency,
        "assumed": sorted(scenario.assumed),
    }
    return _kept(found)


def _kept(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value not in (None, "", [], {}, ())}


def _moment(scenario: Scenario, seconds: float) -> str:
    return (scenario.start_at + timedelta(seconds=seconds)).isoformat()


def _hours(spans: tuple[tuple[float, float], ...]) -> dict[str, list[str]]:
    days: dict[str, list[str]] = {}
    for start, end in spans:
        while start < end:
            number = int(start // DAY)
            until = min(end, (number + 1) * DAY)
            text = f"{_clock(start - number * DAY)}-{_clock(until - number * DAY)}"
            days.setdefault(DAYS[number % 7], []).append(text)
            start = until
    return days


def _clock(seconds: float) -> str:
    minutes = round(seconds / MINUTE)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _staff_said(staff: Staff) -> dict[str, Any]:
    absences = [
        {"from": one.since.isoformat(), "to": one.until.isoformat(), "count": one.count}
        for one in staff.absences
    ]
    return {"count": staff.count} | _kept(
        {
            "name": staff.name,
            "office": staff.office,
            "calendar": staff.calendar,
            "cost_per_hour": staff.cost_per_hour or None,
            "absences": absences,
            "absence_share": staff.absence_share or None,
        }
    )


def _task_said(plan: TaskPlan) -> dict[str, Any]:
    batch = plan.batch
    return _kept(
        {
            "by": [
                {"staff": one.staff, "duration": written_distribution(one.duration)}
                for one in plan.by
            ],
            "duration": written_distribution(plan.duration),
            "delay": written_distribution(plan.delay),
            "delays": [written_distribution(one) for one in plan.delays],
            "cost": plan.cost or None,
            "priority": plan.priority or None,
            "batch": None
            if batch is None
            else _kept(
                {
                    "size": batch.size,
                    "longest": batch.longest if batch.longest != float("inf") else None,
                    "kind": str(batch.kind),
                    "factor": batch.factor,
                }
            ),
            "sets": {name: _source_said(source) for name, source in plan.sets},
        }
    )


def _source_said(source: Source) -> dict[str, Any]:
    if source.choices is not None:
        names = [_name(value) for value in source.choices.values]
        return {"choices": dict(zip(names, source.choices.shares, strict=True))}
    if source.distribution is not None:
        return {"distribution": written_distribution(source.distribution)}
    return {"feel": source.feel}


def _name(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _term_said(deadline: Deadline | None) -> dict[str, Any] | None:
    if deadline is None:
        return None
    return {
        "amount": deadline.term.amount,
        "unit": str(deadline.term.unit),
        "silence": "positive" if deadline.is_positive else "negative",
        "grace": deadline.grace,
        "stops": sorted(deadline.stops),
        "decided_by": sorted(deadline.decided_by),
    }
