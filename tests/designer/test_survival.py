"""How long cases take when some still run: the product-limit estimate, checked against published values."""

import math
import random

import pytest

from designer.survival import Quantile, change, survival

# Remission in weeks under 6-MP, of which 12 of 21 were still in remission (Freireich 1963; Kalbfleisch & Prentice).
ENDED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
RUNNING = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)


def test_the_curve_is_that_of_the_textbook() -> None:
    curve = survival(ENDED, RUNNING)
    told = dict(zip(curve.times, (round(one, 4) for one in curve.shares), strict=True))
    assert told == {
        6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482,
    }  # fmt: skip


def test_the_median_has_the_published_interval_and_no_upper_end_yet() -> None:
    # R: survfit(Surv(time, status) ~ 1, conf.type="log-log"): median 23, 0.95LCL 13, 0.95UCL NA
    assert survival(ENDED, RUNNING).quantile(0.5) == Quantile(23, 13, None)


def test_what_has_not_been_reached_is_not_made_up() -> None:
    assert survival(ENDED, RUNNING).quantile(0.85) is None
    assert survival((), (1, 2)).quantile(0.5) is None


def test_leaving_out_what_still_runs_would_flatter() -> None:
    dice = random.Random(7)
    whole = [dice.expovariate(1 / 30) for _ in range(4000)]
    begun = [dice.uniform(0, 40) for _ in whole]  # days ago
    ended = [one for one, ago in zip(whole, begun, strict=True) if one <= ago]
    running = [ago for one, ago in zip(whole, begun, strict=True) if one > ago]
    found = survival(ended, running).quantile(0.5)
    assert found is not None
    assert found.low < 30 * math.log(2) < (found.high or 0)
    assert sorted(ended)[len(ended) // 2] < 0.6 * found.value


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_of_a_difference_holds_it_nineteen_times_in_twenty(seed: int) -> None:
    dice, held = random.Random(seed), 0
    for _ in range(200):
        one = survival([dice.expovariate(1.0) for _ in range(80)], ()).quantile(0.5)
        other = survival([dice.expovariate(0.5) for _ in range(80)], ()).quantile(0.5)
        assert one is not None
        assert other is not None
        told = change(one, other)
        held += (told.low or 0) <= math.log(2) <= (told.high or 0)
    assert 180 <= held <= 200


def test_an_end_that_is_not_known_makes_one_end_of_the_difference_unknown() -> None:
    told = change(Quantile(10, 8, 12), Quantile(5, 4, None))
    assert told.high is None
    assert told.low is not None
    assert not told.is_clear
