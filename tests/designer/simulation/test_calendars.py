import random

import pytest

from designer.simulation.calendars import DAY, HOUR, WEEK, WeeklyCalendar
from tests.designer.simulation.procedures import OFFICE_HOURS

OFFICE = WeeklyCalendar(OFFICE_HOURS)


def slow(calendar: WeeklyCalendar, at: float, work: float) -> tuple[float, float]:
    """Minute by minute."""

    def is_open(minute: float) -> bool:
        into = minute % WEEK
        is_hours = any(start <= into < end for start, end in calendar.hours)
        return is_hours and not any(start <= minute < end for start, end in calendar.closed)

    now, left, begun = at, work, None
    while True:
        if is_open(now):
            begun = now if begun is None else begun
            if left <= 0:
                return begun, now
            left -= 60
            if left <= 0:
                return begun, now + 60
        now += 60


@pytest.mark.parametrize(
    "calendar",
    [
        OFFICE,
        WeeklyCalendar(((8 * HOUR, 13 * HOUR), (14 * HOUR, 17 * HOUR), (6 * DAY, 6 * DAY + HOUR))),
        OFFICE.without([(DAY, 2 * DAY), (3 * DAY + 9 * HOUR, 3 * DAY + 10 * HOUR)]),
    ],
    ids=["office", "broken", "with holidays"],
)
def test_work_ends_when_counting_minutes_says_so(calendar: WeeklyCalendar) -> None:
    dice = random.Random(4)
    for _ in range(60):
        at = float(dice.randrange(0, 20_000) * 60)
        work = float(dice.randrange(1, 3000) * 60)
        start, end = calendar.span(at, work)
        assert (start, end) == slow(calendar, at, work)
        assert calendar.worked(start, end) == pytest.approx(work)


def test_work_that_fills_the_day_ends_with_it() -> None:
    assert OFFICE.span(8 * HOUR, 9 * HOUR) == (8 * HOUR, 17 * HOUR)
    assert OFFICE.span(17 * HOUR, HOUR) == (DAY + 8 * HOUR, DAY + 9 * HOUR)


def test_work_of_years_is_found_without_counting_weeks() -> None:
    start, end = OFFICE.span(8 * HOUR, 45 * HOUR * 1000)
    assert (start, end) == (8 * HOUR, 999 * WEEK + 4 * DAY + 17 * HOUR)


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="without hours"):
        WeeklyCalendar(())
