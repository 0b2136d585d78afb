from dataclasses import replace

import pytest

from designer.simulation.calibration import calibrated, measured_of
from designer.simulation.distributions import exponential, fixed
from designer.simulation.experiments import simulate
from designer.simulation.tornado import Simulated, change_swings, swings
from tests.designer.simulation.procedures import chain, served


def test_the_assumption_that_moves_most_comes_first() -> None:
    scenario = served((1, exponential(800)), (1, fixed(10)), every=1000)
    found = swings(chain("t0", "t1"), "p", scenario, cases=300, replications=4)
    by_name = {(swing.what, swing.about): swing for swing in found}
    heavy, light = (
        by_name["Duration ±20 %: {about}", "t0"],
        by_name["Duration ±20 %: {about}", "t1"],
    )
    assert heavy.width > 20 * light.width
    assert heavy.low < heavy.base < heavy.high
    assert found[0].width == max(swing.width for swing in found)
    staff = by_name["One person less or more: {about}", "clerks0"]
    assert staff.low == staff.base  # there is nobody to take away
    assert staff.high < staff.base


def test_what_both_sides_assume_alike_moves_the_verdict_less_than_what_one_side_gives_up() -> None:
    kept, gone = (1, fixed(3000)), (1, fixed(600))
    before = Simulated(chain("t0", "t1"), "p", served(kept, gone, every=9000))
    after = Simulated(chain("t0"), "p", served(kept, every=9000))
    found = change_swings(before, after, -600.0, cases=120)
    by_name = {(swing.what, swing.about): swing for swing in found}
    removed = by_name["Duration ±20 %: {about}", "t1"]
    assert found[0] == removed
    assert removed.low == pytest.approx(-480, abs=2)
    assert removed.high == pytest.approx(-720, abs=2)
    # five times as long, but on both sides: the difference stays
    assert by_name["Duration ±20 %: {about}", "t0"].width < 0.02 * removed.width
    assert {swing.base for swing in found} == {-600.0}


def test_persons_of_a_log_leave_room_for_what_matters_more() -> None:
    scenario = served((1, exponential(800)), every=1000)
    crowd = {f"p{number}": scenario.staff["clerks0"] for number in range(60)}
    found = swings(
        chain("t0"),
        "p",
        replace(scenario, staff={**scenario.staff, **crowd}),
        cases=60,
        replications=1,
    )
    assert "Duration ±20 %: {about}" in {swing.what for swing in found}


@pytest.mark.parametrize(
    ("factor", "is_met"), [(1.0, True), (0.95, True), (0.8, False), (1.3, False)]
)
def test_the_gate_opens_only_within_a_tenth(factor: float, is_met: bool) -> None:
    results = simulate(
        chain("t0"), "p", served((2, exponential(900)), every=600), cases=300, replications=3
    )
    measured = measured_of([amount * factor for amount in results.durations])
    assert measured is not None
    assert calibrated(results, measured).is_met is is_met


def test_a_handful_of_cases_calibrates_nothing() -> None:
    results = simulate(
        chain("t0"), "p", served((1, fixed(60)), every=600), cases=50, replications=2
    )
    few = measured_of([60.0] * 5)
    assert few is not None
    assert not calibrated(results, few).is_met
    assert measured_of([]) is None


def test_what_too_few_cases_have_reached_is_not_known() -> None:
    results = simulate(
        chain("t0"), "p", served((1, fixed(60)), every=600), cases=50, replications=2
    )
    half_done = measured_of([60.0] * 40, [90.0] * 20)
    assert half_done is not None
    assert (half_done.p50, half_done.p85, half_done.is_known) == (60.0, 90.0, False)
    assert not calibrated(results, half_done).is_met


def test_what_was_measured_says_how_well_it_is_known() -> None:
    sharp = measured_of([float(3600 + place % 60) for place in range(400)])
    humps = measured_of([60.0] * 100 + [86_400.0 + place for place in range(102)])
    assert sharp is not None
    assert humps is not None
    assert sharp.is_sharp
    assert sharp.range50[0] <= sharp.p50 <= (sharp.range50[1] or 0.0)
    assert not humps.is_sharp  # a few cases more or less, and half of them take a minute
    assert humps.range50[0] == 60.0
