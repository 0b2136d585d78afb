# ruff: noqa: E501 (JSON reads best with a part per line)
from typing import Any

import pytest

from designer.simulation.distributions import Choices, Distribution, Family, fixed
from designer.simulation.json_reading import duration_of
from designer.simulation.refusals import ScenarioUnreadable
from designer.simulation.scenario import Batch, BatchKind, Scenario
from designer.simulation.scenario_json import read_scenario
from designer.simulation.scenario_writing import written

WHOLE: dict[str, Any] = {
    "name": "Con dos inspectores más",
    "start": "2026-03-02T08:00:00+00:00",
    "start_event": "Inicio",
    "arrivals": {"every": {"family": "exponential", "mean": "2 h"}, "calendar": "office"},
    "calendars": {"office": {"monday-friday": ["08:00-13:00", "14:00-17:00"], "saturday": ["09:00-12:00"]}},
    "holidays": ["2026-04-02", "2026-04-03"],
    "staff": {
        "clerks": {
            "name": "Técnicos",
            "office": "Mesa de Partes",
            "count": 3,
            "calendar": "office",
            "cost_per_hour": 12.5,
            "absences": [{"from": "2026-03-09", "to": "2026-03-16", "count": 1}],
            "absence_share": 0.05,
        },
        "bosses": {"count": 1},
    },
    "rule": "earliest_free",
    "tasks": {
        "review": {
            "by": ["clerks", {"staff": "bosses", "duration": {"family": "uniform", "minimum": 60, "maximum": 600}}],
            "duration": {"family": "gamma", "mean": "30 min", "deviation": "PT10M", "maximum": "3 horas"},
            "delay": {"family": "zero_or", "zeros": 0.4, "values": ["1 day", "2 days"]},
            "cost": 1.5,
            "priority": -1,
            "batch": {"size": 5, "longest": "1 day", "kind": "one_by_one", "factor": 0.8},
            "sets": {"complete": {"choices": {"true": 0.9, "false": 0.1}}},
        },
        "wait": {"duration": "2 days"},
    },
    "gateways": {"g": {"yes": 0.8, "no": 0.2}},
    "rules": {"flow_high": 'risk = "high"'},
    "events": {"paid": {"after": {"family": "weibull", "scale": "1 day", "shape": 1.5}, "probability": 0.9}},
    "instances": {"inspect": {"family": "uniform", "minimum": 1, "maximum": 4}},
    "again": {"correct": 0.2},
    "data": {"risk": {"choices": {"high": 0.3, "low": 0.7}}, "area": {"distribution": {"family": "triangular", "minimum": 10, "mode": 50, "maximum": 300}}, "big": {"feel": "area > 100"}},
    "priorities": [{"when": "big", "level": 10}],
    "term": {"amount": 8, "unit": "business_days", "silence": "positive", "grace": 5, "stops": ["wait"], "decided_by": ["review"]},
    "currency": "PEN",
    "assumed": ["tasks.review.duration"],
}  # fmt: skip


def faults(raw: Any) -> list[str]:
    with pytest.raises(ScenarioUnreadable) as refused:
        read_scenario(raw)
    return [fault.message() for fault in refused.value.faults]


def test_a_whole_scenario_is_read() -> None:
    scenario = read_scenario(WHOLE)
    review = scenario.tasks["review"]
    assert review.by[0].duration == Distribution(Family.GAMMA, (1800, 600), maximum=10_800)
    assert review.delay == Distribution(Family.ZERO_OR, (0.4,), values=(86_400, 172_800))
    assert review.batch == Batch(5, 86_400, BatchKind.ONE_BY_ONE, 0.8)
    assert scenario.calendars["office"][:2] == ((28_800, 46_800), (50_400, 61_200))
    assert len(scenario.calendars["office"]) == 11
    assert scenario.tasks["wait"].duration == fixed(172_800)
    assert dict(scenario.data)["risk"].choices == Choices(("high", "low"), (0.3, 0.7))
    assert scenario.deadline is not None
    assert scenario.deadline.is_positive
    assert scenario.deadline.decided_by == {"review"}


def test_what_is_written_reads_back_the_same() -> None:
    scenario = read_scenario(WHOLE)
    assert read_scenario(written(scenario)) == scenario
    assert written(read_scenario(written(scenario))) == written(scenario)
    assert read_scenario(written(Scenario())) == Scenario()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ([], "the file must be an object with named parts; it is []."),
        ({"taks": {}}, "the file has no part “taks”. Is it “tasks”?"),
        (
            {"tasks": {"review": {"duration": "soon"}}},
            "tasks.review.duration must be a duration such as “15 min”, “PT15M” or a number of seconds; it is “soon”.",
        ),
        (
            {"tasks": {"review": {"by": ["clerks"], "duration": 5}}},
            "tasks.review.by[0] names “clerks”, which the file does not have. There are: .",
        ),
        (
            {"staff": {"clerks": {"count": -1}}},
            "staff.clerks.count must be a number from 0 to 100000; it is -1.",
        ),
        (
            {"tasks": {"review": {"duration": -5}}},
            "tasks.review.duration must be 0 or more; it is -5.",
        ),
        (
            {"calendars": {"office": {"monday": ["17:00-08:00"]}}},
            "calendars.office.monday[0] must end after it begins; it is “17:00-08:00”.",
        ),
        (
            {"arrivals": {"every": {"family": "gama", "mean": 3}}},
            "arrivals.every.family must be one of fixed, uniform, triangular, normal_exponential, exponential, "
            "normal, lognormal, gamma, weibull, samples, zero_or; it is “gama”.",
        ),
        (
            {"arrivals": {"every": {"family": "gamma", "mean": 3}}},
            "arrivals.every needs “deviation”.",
        ),
        (
            {"rules": {"f": "risk ="}},
            "rules.f is no FEEL expression: “risk =”.",
        ),
        (
            {"events": {"e": {"probability": 2}}},
            "events.e.probability must be a number from 0 to 1; it is 2.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_place(raw: Any, sentence: str) -> None:
    assert sentence in faults(raw)


def test_every_fault_is_said_at_once() -> None:
    raw = {"staff": {"a": {"count": "x"}}, "tasks": {"t": {"duration": "x", "cost": "y"}}}
    assert len(faults(raw)) == 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15 min", 900), ("2 horas", 7200), ("1,5 h", 5400), ("PT15M", 900), ("P1DT1H", 90_000), ("3 días", 259_200),
     ("90", 90), ("P1M", None), ("-5 min", None), ("soon", None), ("nan", None), ("inf", None), ("", None)],
)  # fmt: skip
def test_durations_are_read_as_people_write_them(text: str, seconds: float | None) -> None:
    assert duration_of(text) == seconds
