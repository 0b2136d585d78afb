"""Percentiles and histograms of durations."""

from itertools import pairwise
from statistics import quantiles

from hypothesis import given
from hypothesis import strategies as st

from engine.metrics.spread import DAY, spread_of

DURATIONS = st.lists(st.floats(min_value=0, max_value=4e8), min_size=2, max_size=200)


def test_nothing_has_no_percentiles() -> None:
    spread = spread_of([])
    assert (spread.count, spread.median, spread.bars) == (0, None, ())


def test_percentiles_lie_between_neighbours_as_in_sql() -> None:
    spread = spread_of([4 * DAY, 1 * DAY, 3 * DAY, 2 * DAY])
    assert spread.median == 2.5 * DAY
    assert spread.longest == 4 * DAY
    assert spread.total == 10 * DAY


@given(DURATIONS)
def test_percentiles_are_those_of_the_standard_library(durations: list[float]) -> None:
    cuts = quantiles(durations, n=20, method="inclusive")
    spread = spread_of(durations)
    for found, expected in (
        (spread.median, cuts[9]),
        (spread.p85, cuts[16]),
        (spread.p95, cuts[18]),
    ):
        assert found is not None
        assert abs(found - expected) <= 1e-6 * max(1.0, expected)


@given(DURATIONS)
def test_every_duration_is_in_exactly_one_bar(durations: list[float]) -> None:
    bars = spread_of(durations).bars
    assert sum(bar.count for bar in bars) == len(durations)
    assert all(first.end == second.start for first, second in pairwise(bars))
    assert bars[0].start == 0
    assert bars[-1].end >= max(durations)


def test_a_few_very_long_ones_do_not_flatten_the_rest() -> None:
    spread = spread_of([DAY * day for day in range(1, 100)] + [5000 * DAY])
    assert spread.bars[0].end <= 7 * DAY
    assert spread.bars[-1].end == 5000 * DAY
