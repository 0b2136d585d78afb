"""A picture of days begins where there is something to see."""

from datetime import date, timedelta

from engine.metrics.flow import Flowed, Pile

DAYS = tuple(date(2026, 3, 2) + timedelta(days=n) for n in range(4))


def test_days_before_the_first_case_are_left_out() -> None:
    whole = Flowed(DAYS, (0, 0, 1, 3), (0, 0, 0, 1), (Pile("a", "A", (0, 0, 0, 2)),))
    young = whole.from_first_case()
    assert young == Flowed(DAYS[2:], (1, 3), (0, 1), (Pile("a", "A", (0, 2)),))


def test_what_stood_from_before_is_left_in() -> None:
    whole = Flowed(DAYS, (0, 0, 0, 1), (0, 0, 0, 0), (Pile("a", "A", (1, 1, 1, 2)),))
    assert whole.from_first_case() == whole


def test_days_without_any_case_stay_as_they_were_asked_for() -> None:
    whole = Flowed(DAYS, (0, 0, 0, 0), (0, 0, 0, 0), ())
    assert whole.from_first_case() == whole
