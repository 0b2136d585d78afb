"""Dates, times, zones and durations (DMN 1.5 §10.3.2.3, §10.3.2.15)."""

import datetime

import pytest

from engine.feel import clock_set_to, evaluate, to_text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('@"2024-01-31" + @"P1M"', "2024-02-29"),
        ('@"2024-03-31" - @"P1M"', "2024-02-29"),
        ('@"2021-01-01" + @"PT36H"', "2021-01-02"),
        ('@"-2021-01-01T10:10:10@Australia/Melbourne" + @"-P1D"',
         "-2022-12-31T10:10:10@Australia/Melbourne"),
        ('@"2021-01-01T24:00:00" + @"-PT1S"', "2021-01-01T23:59:59"),
        ('@"10:15:00+11:00" + @"P1D"', "10:15:00+11:00"),
        ('@"2021-01-02T10:10:10@Europe/Paris" - @"2021-01-01T10:10:10@Asia/Dhaka"', "P1DT5H"),
        ('@"2021-01-02T00:00:00Z" - @"2021-01-02"', "PT0S"),
        ('@"2021-01-02T10:10:10Z" - @"2021-01-01T10:10:10"', "null"),
        ('@"P10Y11M" / 2.5', "P4Y4M"),
        ('-2.5 * @"P1Y11M"', "-P4Y9M"),
        ('@"P10D" / @"P5D"', "2"),
        ('1.5 * @"P4DT1H"', "P6DT1H30M"),
        ('duration("PT1000M0.999999999S")', "PT16H40M0.999999999S"),
        ('duration("P1Y27M")', "P3Y3M"),
        ('duration("P1H")', "null"),
        ("date(2024, 2, 30)", "null"),
        ('date("999999999-12-31") + @"P1D"', "null"),
        ('time(11, 59, 45.5, @"PT2H")', "11:59:45.5+02:00"),
        ('time("24:30:00")', "null"),
        ('date and time("2024-01-01T10:00:00@Mars/Base")', "null"),
        ('date and time("2024-01-01T10:00:00@../../etc/passwd")', "null"),
        ('date and time(@"2024-01-01", @"10:00:00")', "2024-01-01T10:00:00"),
        ('years and months duration(@"2011-12-22", @"2013-08-21")', "P1Y7M"),
        ('week of year(@"2010-01-01")', "53"),
        ('day of week(@"2024-02-29")', "Thursday"),
        ('month of year(@"2024-02-29")', "February"),
        ('day of year(@"2024-12-31")', "366"),
        ('@"2024-02-29".weekday', "4"),
        ('@"10:00:00+05:00".time offset', "PT5H"),
        ('@"2024-07-01T10:00:00@Europe/Paris".timezone', "Europe/Paris"),
        ('@"PT26H".hours', "2"),
        ('@"no such thing"', "null"),
        ('@"10:00:00Z" = @"12:00:00+02:00"', "true"),
        ('is(@"10:00:00Z", @"12:00:00+02:00")', "false"),
        ('@"2024-01-01T10:00:00" < @"2024-01-01T10:00:00Z"', "null"),
    ],
)  # fmt: skip
def test_time_is_counted_as_the_standard_says(expression: str, expected: str) -> None:
    assert to_text(evaluate(expression)) == expected


def test_now_and_today_follow_the_clock_that_was_set() -> None:
    moment = datetime.datetime(2026, 3, 1, 12, 30, tzinfo=datetime.UTC)
    with clock_set_to(moment):
        assert to_text(evaluate("now()")) == "2026-03-01T12:30:00Z"
        assert to_text(evaluate("today()")) == "2026-03-01"


def test_a_time_without_a_zone_is_one_of_the_place_whose_clock_is_set() -> None:
    text = 'now() >= date and time("2026-01-01T00:00:00")'
    assert evaluate(text) is None  # nobody says where
    lima = datetime.timezone(datetime.timedelta(hours=-5))
    for moment, holds in (
        (datetime.datetime(2026, 1, 1, 4, 59, tzinfo=datetime.UTC), False),
        (datetime.datetime(2026, 1, 1, 5, 0, tzinfo=datetime.UTC), True),
    ):
        with clock_set_to(moment.astimezone(lima)):
            assert evaluate(text) is holds
            assert evaluate('date and time("2026-01-01T00:00:00") > now()') is not holds
