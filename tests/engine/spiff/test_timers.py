"""When a timer is due. Its days are days of the place: one day later is the same time on its clock, also where clocks
are changed."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from engine.bpmn.model import TimerKind
from engine.spiff import Library
from engine.spiff.timers import Schedule, parse_duration, schedule
from tests.conformance.oracle import due_times
from tests.engine.spiff.diagrams import NOON, Play, compiled, timer

# Chile: on 4 April 2026 the hour before midnight comes twice, on 6 September 2026 the day begins at one o'clock
SANTIAGO = ZoneInfo("America/Santiago")
LIMA = ZoneInfo("America/Lima")


def local(text: str, zone: ZoneInfo = SANTIAGO, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", "P1M", "2026-04-02T12:00:00+00:00"),
        ("timeDuration", "P1Y2M3DT4H5M6.5S", "2027-05-05T16:05:06.500000+00:00"),
        ("timeDuration", "P2W", "2026-03-16T12:00:00+00:00"),
        ("timeDate", "2026-12-01", "2026-12-01T00:00:00+00:00"),
        ("timeDate", "2026-12-01T08:00:00-05:00", "2026-12-01T13:00:00+00:00"),
        ("timeCycle", "R2/2026-05-01T00:00:00Z/P1M", "2026-05-01T00:00:00+00:00"),
        ("timeCycle", "R/PT10M", "2026-03-02T12:10:00+00:00"),
        ("timeCycle", "R3/PT10M/2026-03-02T12:15:00Z", "2026-03-02T12:10:00+00:00"),
    ],
)
def test_iso_8601_times_are_understood(kind: str, text: str, due: str) -> None:
    found = schedule(TimerKind(kind), text, NOON)
    assert found is not None
    assert found.due_at.isoformat() == due


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "tomorrow", "R0/PT1H", "R/PT0S", "P99999999Y", "R3", "1H"]
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert schedule(TimerKind.DURATION, text, NOON) is None


def test_months_are_counted_from_the_first_round() -> None:
    found = schedule(TimerKind.CYCLE, "R3/2026-01-31T00:00:00Z/P1M", NOON)
    days = []
    while found is not None:
        days.append(found.due_at.date().isoformat())
        found = found.following(UTC)
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31"]


@pytest.mark.parametrize(
    ("start", "text", "due"),
    [
        ("2026-04-04T09:00", "P1D", "2026-04-05T09:00-04:00"),
        ("2026-09-05T09:00", "P1D", "2026-09-06T09:00-03:00"),
        ("2026-04-04T09:00", "PT24H", "2026-04-05T08:00-04:00"),
        ("2026-09-05T09:00", "PT24H", "2026-09-06T10:00-03:00"),
        ("2026-09-05T09:00", "P1DT2H", "2026-09-06T11:00-03:00"),
        ("2026-04-01T09:00", "P1W", "2026-04-08T09:00-04:00"),
        ("2026-03-31T22:30", "P1M", "2026-04-30T22:30-04:00"),
        ("2026-03-04T23:30", "P1M", "2026-04-04T23:30-03:00"),  # twice: the first
        ("2026-09-05T00:30", "P1D", "2026-09-06T01:30-03:00"),  # left out: as much later
        ("2026-09-05T23:30", "PT1H", "2026-09-06T01:30-03:00"),
        ("2027-03-01T09:00", "-P1D", "2027-03-01T09:00-03:00"),
    ],
)
def test_days_are_those_of_the_clock_on_the_wall(start: str, text: str, due: str) -> None:
    at = local(start)
    found = schedule(TimerKind.DURATION, text, at)
    assert found is not None
    assert found.due_at == datetime.fromisoformat(due)
    assert found.due_at.tzinfo is UTC
    if not text.startswith("-"):
        assert next(due_times(text, at)) == found.due_at


def test_an_hour_that_comes_twice_is_not_gone_back_to() -> None:
    second = local("2026-04-04T23:30", fold=1)
    found = schedule(TimerKind.DURATION, "PT30M", second)
    assert found is not None
    assert found.due_at == datetime.fromisoformat("2026-04-05T00:00-04:00")


def test_a_month_is_counted_here_where_it_is_still_another_day_than_in_greenwich() -> None:
    found = schedule(TimerKind.DURATION, "P1M", local("2026-01-30T22:00", LIMA))
    assert found is not None
    assert found.due_at == local("2026-02-28T22:00", LIMA)


def rounds(text: str, at: datetime, zone: ZoneInfo) -> list[datetime]:
    found = schedule(TimerKind.CYCLE, text, at)
    due: list[datetime] = []
    while found is not None and len(due) < 5:
        due.append(found.due_at)
        # as a case keeps it: saved and loaded between its rounds
        found = Schedule.from_json(found.to_json()).following(zone)
    return due


@pytest.mark.parametrize(
    "text", ["R3/P1D", "R/P1DT12H", "R3/2026-09-04T09:00/P1D", "R/P1D/2026-09-07T09:00", "R4/PT36H"]
)
def test_rounds_are_counted_from_the_first_and_do_not_creep(text: str) -> None:
    at = local("2026-09-04T09:00")
    found = rounds(text, at, SANTIAGO)
    assert found == list(islice(due_times(text, at), 5))
    if text == "R3/P1D":
        assert [due.astimezone(SANTIAGO).isoformat() for due in found] == [
            "2026-09-05T09:00:00-04:00",
            "2026-09-06T09:00:00-03:00",
            "2026-09-07T09:00:00-03:00",
        ]


def test_a_timer_that_an_earlier_release_has_set_keeps_its_time_and_its_rounds_follow_the_clock() -> (
    None
):
    kept = ["2026-09-06T13:00:00+00:00", 2, "P1D", "2026-09-05T13:00:00+00:00", 1, None]
    now = Schedule.from_json(kept)
    assert now.due_at == datetime(2026, 9, 6, 13, tzinfo=UTC)
    following = now.following(SANTIAGO)
    assert following is not None
    assert following.due_at == datetime.fromisoformat("2026-09-07T09:00-03:00")


def test_a_case_counts_the_days_of_its_place() -> None:
    version = compiled(f"start s\ncatch c : {timer('Duration', 'P5W')}\nuser a\ns -> c -> a")
    library = Library(version)
    library.zone = SANTIAGO
    assert local("2026-03-02T09:00") == NOON
    assert Play(version, library=library).wait("c").due_at == local("2026-04-06T09:00")


def test_a_day_is_as_long_as_days_usually_are_where_nobody_says_which() -> None:
    found = parse_duration("P1W2DT3H")
    assert found is not None
    assert found.length.total_seconds() == (9 * 24 + 3) * 3600
