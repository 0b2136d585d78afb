"""Conditions that read the clock become true by themselves, at the price of one look a day."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.spiff import Library
from tests.engine.spiff.diagrams import NOON, Play, compiled, condition, play

UNTIL = "now() >= date and time(deadline)"


def waiting(text: str, **variables: Any) -> Play:
    return play("start s\ncatch c : " + condition(text) + "\nuser a\ns -> c -> a", **variables)


def test_a_condition_on_the_clock_is_met_within_a_quarter_of_an_hour() -> None:
    case = waiting(UNTIL, deadline="2026-03-20T12:07:00Z")
    while case.open == ["c"] and case.now < NOON + timedelta(days=900):
        due = case.wait("c").due_at
        assert due is not None
        assert case.now < due <= case.now + timedelta(days=1)
        case.after(seconds=(due - case.now).total_seconds())
    assert case.open == ["a"]
    assert case.now.isoformat() == "2026-03-20T12:15:00+00:00"


def test_a_case_that_waits_is_looked_at_once_a_day() -> None:
    case = waiting(UNTIL, deadline="2030-01-01T00:00:00Z")
    for _ in range(10 * 24):
        case.after(hours=1)
    assert case.looks == 10
    assert case.open == ["c"]


def test_other_conditions_are_not_looked_at_by_the_clock() -> None:
    case = waiting("amount > 3", amount=1)
    assert case.wait("c").due_at is None
    assert case.correct(amount=4).open == ["a"]


def test_a_new_deadline_counts_at_once() -> None:
    case = waiting(UNTIL, deadline="2030-01-01T00:00:00Z")
    case.correct(deadline=(NOON + timedelta(hours=1)).isoformat())
    assert case.wait("c").due_at == NOON + timedelta(hours=1)
    assert case.after(hours=1).open == ["a"]


def test_what_holds_has_to_become_false_before_it_is_met_again() -> None:
    # every full hour, for a quarter of an hour
    case = play(
        "start s\nuser t\nboundary b on t cancelActivity=false : "
        + condition("now().minute < 15")
        + "\nuser a\n"
        "s -> t\nb -> a"
    )
    met = case.open.count("a")
    for _ in range(16):
        case.after(minutes=15)
    assert case.open.count("a") == met + 4


@pytest.mark.parametrize(
    ("zone", "met_at"), [("America/Lima", 5), ("UTC", 0), ("Asia/Kolkata", 18.5)]
)
def test_the_day_begins_where_the_case_is(zone: str, met_at: float) -> None:
    version = compiled(
        "start s\ncatch c : " + condition("today() >= date(day)") + "\nuser a\ns -> c -> a"
    )
    library = Library(version)
    library.zone = ZoneInfo(zone)
    midnight = NOON.replace(hour=0) + timedelta(days=2)
    day = midnight.date() if met_at < 12 else midnight.date() + timedelta(days=1)
    case = Play(version, library=library, day=day.isoformat())
    while case.open == ["c"] and case.now < NOON + timedelta(days=9):
        case.after(minutes=15)
    assert case.now == midnight + timedelta(hours=met_at)


def test_a_condition_too_costly_to_try_out_is_looked_at_once_a_day() -> None:
    case = waiting(
        "count(for i in 1..60000 return i) > 0 and now() > date and time(deadline)",
        deadline=(NOON + timedelta(hours=1)).isoformat(),
    )
    assert case.wait("c").due_at == NOON + timedelta(days=1)
    assert case.after(days=1).open == ["a"]
