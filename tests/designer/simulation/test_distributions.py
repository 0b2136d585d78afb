import random
from statistics import fmean, stdev

import pytest

from designer.simulation.distributions import Choices, Distribution, Family, exponential, fixed
from designer.simulation.sampling import PacedStream, Stream

KNOWN = [
    (fixed(60), 60, 0),
    (Distribution(Family.UNIFORM, (10, 30)), 20, 20 / 12**0.5),
    (Distribution(Family.TRIANGULAR, (0, 30, 60)), 30, 12.25),
    (exponential(100), 100, 100),
    (Distribution(Family.EXPONENTIAL, (100,), minimum=40), 100, 60),
    (Distribution(Family.NORMAL, (100, 10)), 100, 10),
    (Distribution(Family.NORMAL_EXPONENTIAL, (100, 10, 50)), 150, 2600**0.5),
    (Distribution(Family.LOGNORMAL, (100, 50)), 100, 50),
    (Distribution(Family.GAMMA, (100, 50)), 100, 50),
    (Distribution(Family.WEIBULL, (100, 2)), 88.62, 46.33),
    (Distribution(Family.SAMPLES, values=(0, 100)), 50, 100 / 12**0.5),
    (Distribution(Family.ZERO_OR, (0.25,), values=(100, 100)), 75, 43.3),
]


@pytest.mark.parametrize(("distribution", "mean", "deviation"), KNOWN)
def test_what_is_drawn_has_the_mean_and_deviation_of_the_family(
    distribution: Distribution, mean: float, deviation: float
) -> None:
    drawn = distribution.draw(random.Random(3), 40_000)
    assert fmean(drawn) == pytest.approx(mean, rel=0.03)
    assert stdev(drawn) == pytest.approx(deviation, rel=0.05, abs=0.01)
    assert distribution.mean() == pytest.approx(mean, rel=0.001)
    assert distribution.scaled(2).mean() == pytest.approx(2 * mean, rel=0.001)


def test_limits_hold_even_where_the_family_never_keeps_them() -> None:
    narrow = Distribution(Family.NORMAL, (100, 1), minimum=200, maximum=300)
    assert narrow.draw(random.Random(1), 5) == [200] * 5


def test_a_case_draws_the_same_whoever_asks_in_whatever_order() -> None:
    one, other = Stream("7/review", exponential(60)), Stream("7/review", exponential(60))
    asked = [(number, visit) for number in (5, 70_000, 0, 1023, 1024) for visit in (0, 2)]
    first = {case: one.at(*case) for case in asked}
    for number in range(0, 90_000, 1000):
        other.at(number)  # blocks come and go
    assert {case: other.at(*case) for case in reversed(asked)} == first


def test_durations_of_two_scenarios_go_together() -> None:
    short, long = Stream("7/review", exponential(60)), Stream("7/review", exponential(90))
    assert all(long.at(n) == pytest.approx(1.5 * short.at(n)) for n in range(2000))


def test_choices_are_picked_by_their_shares() -> None:
    choices = Choices(("low", "high"), (3.0, 1.0))
    assert [choices.pick(share) for share in (0.0, 0.74, 0.76, 0.999)] == [
        "low",
        "low",
        "high",
        "high",
    ]


def test_delays_of_a_pace_are_the_same_whether_all_paces_are_drawn_or_only_its_own() -> None:
    shapes = [
        fixed(7.0),
        Distribution(Family.SAMPLES, values=(1.0, 2.0, 9.0)),
        Distribution(Family.ZERO_OR, (0.3,), values=(5.0, 6.0)),
        exponential(100.0),
        Distribution(Family.SAMPLES, values=(1.0, 200.0), maximum=50.0),
    ]
    streams = [Stream("seed/a/delay", one) for one in shapes]
    luck = Stream("seed//pace", None)
    paced = PacedStream(luck, [0.2, 0.4, 0.6, 0.8], streams)
    for number in (*range(0, 3000, 7), 3, 1500):
        pace = min(int(luck.at(number) * 5), 4)
        for visit in (0, 1, 4):
            assert paced.at(number, visit) == streams[pace].at(number, visit)
    assert [one.inverse() is None for one in shapes] == [False, False, False, True, True]
