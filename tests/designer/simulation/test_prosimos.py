# ruff: noqa: E501 (JSON reads best with a part per line)
import copy
from typing import Any

import pytest

from designer.simulation.calendars import DAY, HOUR
from designer.simulation.distributions import Distribution, Family
from designer.simulation.experiments import simulate
from designer.simulation.prosimos import is_prosimos, read_prosimos
from designer.simulation.refusals import ScenarioUnreadable
from designer.simulation.scenario import BatchKind, Outside, Rule
from tests.bench.simulation_scenarios import loan


def changed(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(loan()[1]) | parts


def test_a_published_scenario_runs_unchanged() -> None:
    model, raw = loan()
    assert is_prosimos(raw)
    results = simulate(model, "bench", read_prosimos(raw), cases=200, replications=3)
    assert {task.element_id for task in results.tasks} >= {"check_form", "assess", "approve"}
    assert results.cases == 200
    assert results.unfinished == 0


def test_hours_of_arrival_are_read_as_earlier_and_as_later_files_say_them() -> None:
    hours = loan()[1]["arrival_time_calendar"]
    later = changed(arrival_time_calendar={"id": "a", "name": "a", "time_periods": hours})
    assert read_prosimos(later) == read_prosimos(loan()[1])


def test_what_it_says_is_what_we_assume() -> None:
    scenario = read_prosimos(loan()[1])
    assert (scenario.rule, scenario.arrivals.outside) == (Rule.EARLIEST_FREE, Outside.MOVED)
    # Persons who are alike are one group.
    assert {one.key: one.count for one in scenario.staff.values()} == {
        "clerk_0": 4,
        "officer_0": 6,
        "system_0": 3,
    }
    lognormal = scenario.tasks["assess"].by[0].duration
    assert lognormal == Distribution(
        Family.LOGNORMAL, (2400, 1200), 300, 20_000
    )  # from the variance
    assert scenario.calendars["long"][:2] == ((8 * HOUR, 12 * HOUR), (13 * HOUR, 19 * HOUR))
    assert scenario.calendars["office"][-1] == (4 * DAY + 9 * HOUR, 4 * DAY + 17 * HOUR)
    assert scenario.gateways["x2"] == {"x2_return_form": 0.2, "x2_p1": 0.8}


def said(name: str, *values: float) -> dict[str, Any]:
    return {"distribution_name": name, "distribution_params": [{"value": one} for one in values]}


@pytest.mark.parametrize(
    ("file", "read"),
    [
        (said("triang", 600, 300, 1200), Distribution(Family.TRIANGULAR, (300, 600, 1200))),
        # as scipy counts: mode as a share of the width, minimum, width
        (said("triang", 0.5, 300, 900), Distribution(Family.TRIANGULAR, (300, 750, 1200))),
        (
            said("exponnorm", 2, 600, 60, 0, 9000),
            Distribution(Family.NORMAL_EXPONENTIAL, (600, 60, 120), 0, 9000),
        ),
    ],
)
def test_triangles_and_normals_with_a_tail_are_read(
    file: dict[str, Any], read: Distribution
) -> None:
    assert read_prosimos(changed(arrival_time_distribution=file)).arrivals.every == read


def test_rules_attributes_batches_and_priorities_are_read() -> None:
    rule = [[{"attribute": "kind", "comparison": "=", "value": "BUSINESS"}],
            [{"attribute": "amount", "comparison": "in", "value": ["1000", "inf"]}]]  # fmt: skip
    scenario = read_prosimos(
        changed(
            case_attributes=[
                {"name": "kind", "type": "discrete", "values": [{"key": "BUSINESS", "value": 0.2}, {"key": "REGULAR", "value": 0.8}]},
                {"name": "amount", "type": "continuous", "values": {"distribution_name": "fix", "distribution_params": [{"value": 240}]}},
            ],
            prioritisation_rules=[{"priority_level": 1, "rules": rule}],
            branch_rules=[{"id": "big", "rules": rule}],
            gateway_branching_probabilities=[
                {"gateway_id": "x2", "probabilities": [
                    {"path_id": "x2_return_form", "value": 0.2, "condition_id": "big"},
                    {"path_id": "x2_p1", "condition_id": "big"}]}
            ],
            batch_processing=[
                {"task_id": "reject", "type": "Parallel", "size_distrib": [], "duration_distrib": [{"key": "3", "value": 0.5}],
                 "firing_rules": [[{"attribute": "size", "comparison": "=", "value": 3}], [{"attribute": "large_wt", "comparison": ">", "value": 3600}]]}
            ],
        )
    )  # fmt: skip
    when = '(kind = "BUSINESS") or (amount >= 1000)'
    assert scenario.priorities[0].when == when
    assert scenario.rules == {"x2_return_form": when, "x2_p1": when}
    assert "x2" not in scenario.gateways
    batch = scenario.tasks["reject"].batch
    assert batch is not None
    assert (batch.size, batch.longest, batch.kind, batch.factor) == (
        3,
        3600,
        BatchKind.TOGETHER,
        0.5,
    )


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"model_type": "FUZZY"}, "model_type is not simulated here"),
        ({"multitask": {"type": "local"}}, "multitask is not simulated here"),
        (
            {"arrival_time_distribution": {"distribution_name": "levy", "distribution_params": []}},
            "arrival_time_distribution is no distribution",
        ),
        ({"arrival_time_distribution": said("triang", 900, 0, 600)}, "arrival_time_distribution: minimum, mode"),
        ({"arrival_time_distribution": said("exponnorm", 2, 600, 0)}, "arrival_time_distribution is no distribution"),
        (
            {"resource_calendars": [{"id": "office", "time_periods": [{"from": "FUNDAY", "to": "MONDAY", "beginTime": "9", "endTime": "17"}]}]},
            "resource_calendars[0].time_periods[0].from must be one of MONDAY",
        ),
    ],
)  # fmt: skip
def test_what_is_not_simulated_here_is_said(parts: dict[str, Any], place: str) -> None:
    with pytest.raises(ScenarioUnreadable) as refused:
        read_prosimos(changed(**parts))
    assert any(fault.message().startswith(place) for fault in refused.value.faults)
