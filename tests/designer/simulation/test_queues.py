"""Queues whose answer is known in closed form; the 95 % interval of the simulated mean must contain it.

Seeds are fixed, so that these tests always say the same; the bench prints the same figures.
"""

import math
from dataclasses import replace

import pytest

from designer.simulation.distributions import Distribution, Family, exponential, fixed
from designer.simulation.experiments import simulate
from designer.simulation.outcomes import Results
from tests.designer.simulation.procedures import chain, served


def results(*stations: tuple[int, Distribution], every: float) -> Results:
    names = [f"t{place}" for place in range(len(stations))]
    scenario = served(*stations, every=every)
    return simulate(chain(*names), "p", scenario, cases=6000, warm_up=1500, replications=12, seed=5)


def erlang_c(servers: int, load: float) -> float:
    """The probability of having to wait (Erlang 1917)."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


def test_one_clerk_without_memory_takes_as_long_as_theory_says() -> None:
    found = results((1, exponential(70)), every=100).measures["cycle_mean"]
    assert found.contains(1 / (1 / 70 - 1 / 100)), found


@pytest.mark.parametrize("servers", [2, 5])
def test_several_clerks_make_wait_as_erlang_says(servers: int) -> None:
    service, load = 100.0, 0.75 * servers
    found = results((servers, exponential(service)), every=service / load).measures["waiting_mean"]
    expected = erlang_c(servers, load) * service / (servers - load)
    assert found.contains(expected), (found, expected)


@pytest.mark.parametrize(
    "duration",
    [fixed(70), Distribution(Family.LOGNORMAL, (70.0, 60.0)), Distribution(Family.GAMMA, (70, 35))],
    ids=["fixed", "lognormal", "gamma"],
)
def test_one_clerk_with_any_durations_makes_wait_as_pollaczek_and_khinchine_say(
    duration: Distribution,
) -> None:
    deviation = duration.parameters[1] if len(duration.parameters) > 1 else 0.0
    found = results((1, duration), every=100).measures["waiting_mean"]
    expected = (70**2 + deviation**2) / (2 * 100 * (1 - 0.7))
    assert found.contains(expected), (found, expected)


def test_two_clerks_one_behind_the_other_each_queue_by_themselves() -> None:
    found = results((1, exponential(70)), (1, exponential(50)), every=100).measures["cycle_mean"]
    expected = 1 / (1 / 70 - 1 / 100) + 1 / (1 / 50 - 1 / 100)
    assert found.contains(expected), (found, expected)


def test_too_much_work_is_said_to_be_too_much() -> None:
    scenario = served((1, exponential(110)), every=100)
    found = simulate(chain("t0"), "p", scenario, cases=1000, replications=5)
    assert found.is_overloaded
    assert found.staff[0].load > 1
    assert not results((1, exponential(70)), every=100).is_overloaded
    # Where tasks queue instead of being booked, just as well.
    urgent = {**scenario.tasks, "t0": replace(scenario.tasks["t0"], priority=1)}
    queueing = replace(scenario, tasks=urgent)
    assert simulate(chain("t0"), "p", queueing, cases=1000, replications=5).staff[0].load > 1


def test_who_is_busy_is_not_idler_for_cases_that_wait_long_after_the_last_arrival() -> None:
    scenario = served((1, exponential(70)), every=100)
    late = {"t0": replace(scenario.tasks["t0"], delay=exponential(1e6))}
    for one in (scenario, replace(scenario, tasks=late)):
        found = simulate(chain("t0"), "p", one, cases=2000, replications=5).staff[0]
        assert found.utilisation == pytest.approx(0.7, abs=0.02)
        assert found.load == pytest.approx(0.7, abs=0.02)
