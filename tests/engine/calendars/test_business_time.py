"""Business days and hours: what counts, where, and that counting there and back agrees."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from engine.calendars import (
    BusinessCalendar,
    jurisdiction,
    jurisdiction_calendar,
    jurisdiction_codes,
    office_calendar,
)
from engine.calendars.calendar import DayTooFar
from engine.calendars.declared_days import (
    NormMissing,
    RegionUnknown,
    declare_day,
    office_scope,
    set_office_hours,
    take_day_back,
)
from engine.calendars.public_holidays import public_holidays
from engine.calendars.weekly_hours import HoursUnreadable, read_hours
from tests.engine.office import TownHall

PERU = BusinessCalendar(jurisdiction("PE"))
CHILE = BusinessCalendar(jurisdiction("CL"))
LIMA = ZoneInfo("America/Lima")
days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
instants = st.integers(1_420_000_000, 2_080_000_000).map(lambda n: datetime.fromtimestamp(n, UTC))


@pytest.mark.parametrize("code", jurisdiction_codes())
def test_every_jurisdiction_is_read_and_can_count(code: str) -> None:
    calendar = BusinessCalendar(jurisdiction(code))
    assert not calendar.is_business_day(date(2026, 1, 1))
    assert calendar.business_days_between(date(2026, 1, 1), date(2026, 12, 31)) > 230


@pytest.mark.parametrize("code", [code for code in jurisdiction_codes() if code != "PE"])
def test_what_is_not_certain_is_marked_to_be_verified(code: str) -> None:
    place = jurisdiction(code)
    assert {"terms", "hours", "tasks"} <= place.to_verify


@pytest.mark.parametrize(("country", "island"), [("EC", "EC-W"), ("CL", "CL-VS-2")])
def test_an_island_far_away_has_its_own_clock_and_the_holidays_of_its_country(
    country: str, island: str
) -> None:
    mainland = BusinessCalendar(jurisdiction(country))
    there = BusinessCalendar(jurisdiction(country), island)
    night = datetime(
        2026, 7, 1, 5, 30, tzinfo=UTC
    )  # half past midnight, or earlier, on the mainland
    assert (mainland.day_of(night), there.day_of(night)) == (date(2026, 7, 1), date(2026, 6, 30))
    monday = date(2026, 7, 6)
    assert there.start_of_day(monday) > mainland.start_of_day(monday)
    assert not there.is_business_day(date(2026, 12, 25))


@given(days, st.integers(1, 400))
def test_counting_forward_ends_on_a_business_day_and_counting_back_gives_the_amount(
    start: date, amount: int
) -> None:
    end = PERU.business_day_after(start, amount)
    assert PERU.is_business_day(end)
    assert PERU.business_days_between(start, end) == amount


@given(days, days, st.integers(1, 60))
def test_who_begins_later_never_ends_earlier(one: date, other: date, amount: int) -> None:
    first, second = sorted((one, other))
    assert PERU.business_day_after(first, amount) <= PERU.business_day_after(second, amount)


@given(days, days)
def test_days_between_are_counted_one_by_one(one: date, other: date) -> None:
    first, second = sorted((one, min(other, one + timedelta(days=200))))
    counted = sum(
        PERU.is_business_day(first + timedelta(days=n)) for n in range(1, (second - first).days + 1)
    )
    assert PERU.business_days_between(first, second) == counted
    assert PERU.business_days_between(second, first) == -counted


@given(instants, instants, instants)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    whole = CHILE.business_seconds(a, c)
    parts = CHILE.business_seconds(a, b) + CHILE.business_seconds(b, c)
    assert abs(whole - parts) < 1e-3
    assert whole >= 0


@given(instants, st.integers(1, 10_000_000))
def test_working_time_after_an_instant_has_passed_then(at: datetime, seconds: int) -> None:
    end = CHILE.after_business_seconds(at, seconds)
    assert abs(CHILE.business_seconds(at, end) - seconds) < 1e-3


def test_working_time_follows_office_hours_over_lunch_nights_and_holidays() -> None:
    friday = datetime(2026, 3, 27, 16, 0, tzinfo=LIMA)
    monday = datetime(2026, 3, 30, 14, 30, tzinfo=LIMA)
    assert PERU.business_seconds(friday, monday) / 3600 == 1 + 5 + 0.5
    before_easter = datetime(2026, 4, 1, 17, 0, tzinfo=LIMA)
    after_easter = datetime(2026, 4, 6, 8, 0, tzinfo=LIMA)
    assert PERU.business_seconds(before_easter, after_easter) == 0


def test_a_change_of_clocks_neither_adds_nor_loses_working_time() -> None:
    # Chile sets its clocks back in the night to 5 April 2026
    saturday = datetime(2026, 4, 4, 12, 0, tzinfo=ZoneInfo("America/Santiago"))
    monday = datetime(2026, 4, 6, 23, 0, tzinfo=ZoneInfo("America/Santiago"))
    assert CHILE.business_seconds(saturday, monday) == 5 * 3600


def test_days_beyond_all_calendars_are_refused_with_a_sentence() -> None:
    with pytest.raises(DayTooFar, match="Business days are counted from 1900 to 2200"):
        PERU.business_day_after(date(2199, 1, 1), 100_000)


def test_a_regional_holiday_counts_in_its_region_only() -> None:
    inti_raymi = date(2026, 6, 24)
    assert PERU.is_business_day(inti_raymi)
    assert not BusinessCalendar(jurisdiction("PE"), "PE-CUS").is_business_day(inti_raymi)


@pytest.mark.parametrize("text", ["8-17", "17:00-08:00", "08:00-13:00, 12:00-17:00", "24:00-25:00"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(HoursUnreadable):
        read_hours({"monday": text})


def test_1_an_office_declares_no_day_of_its_own_without_a_norm(hall: TownHall) -> None:
    scope = office_scope(hall.office("Desk").id)
    with pytest.raises(NormMissing):
        declare_day(
            hall.session,
            scope,
            date(2026, 3, 9),
            is_business_day=False,
            norm="  ",
            by=None,
            at=hall.at,
        )


def test_1_a_day_declared_by_decree_counts_for_those_it_is_declared_for(hall: TownHall) -> None:
    session = hall.session
    desk, inner = hall.office("Desk"), hall.office("Archive", below="Desk")
    other, monday = hall.office("Elsewhere"), date(2026, 3, 9)
    declare(session, office_scope(desk.id), monday, False, "D.S. 001-2026-PCM", hall.at)
    assert not office_calendar(session, desk.id).is_business_day(monday)
    assert not office_calendar(session, inner.id).is_business_day(monday)
    assert office_calendar(session, other.id).is_business_day(monday)
    declare(session, "PE", date(2026, 3, 14), True, "D.S. 002-2026-PCM", hall.at)
    assert jurisdiction_calendar(session, "PE").is_business_day(date(2026, 3, 14))
    assert office_calendar(session, inner.id).business_day_after(date(2026, 3, 13), 1).day == 14
    take_day_back(session, office_scope(desk.id), monday)
    assert office_calendar(session, desk.id).is_business_day(monday)


def test_what_was_rolled_back_was_never_declared(hall: TownHall) -> None:
    session, monday = hall.session, date(2026, 3, 9)
    declare(session, "PE", monday, False, "D.S. 001-2026-PCM", hall.at)
    assert not jurisdiction_calendar(session, "PE").is_business_day(monday)
    session.rollback()
    assert jurisdiction_calendar(session, "PE").is_business_day(monday)


def test_an_office_works_its_own_hours_in_its_own_region(hall: TownHall) -> None:
    session, office = hall.session, hall.office("Cusco")
    hours = {"monday": "07:30-13:30"}
    set_office_hours(session, office.id, "PE", "PE-CUS", hours, by=None, at=hall.at)
    calendar = office_calendar(session, office.id)
    assert not calendar.is_business_day(date(2026, 6, 24))
    begun = datetime(2026, 3, 9, 0, 0, tzinfo=LIMA)
    assert calendar.business_seconds(begun, begun + timedelta(days=1)) == 6 * 3600
    with pytest.raises(RegionUnknown):
        set_office_hours(session, office.id, "PE", "PE-XXX", None, by=None, at=hall.at)


def declare(
    session: Session, scope: str, day: date, is_business_day: bool, norm: str, at: datetime
) -> None:
    declare_day(session, scope, day, is_business_day=is_business_day, norm=norm, by=None, at=at)


def test_holidays_are_known_where_no_process_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.calendars.public_holidays.sys.executable", "/nowhere/python")
    assert public_holidays(jurisdiction("EC"), None, 1994)[date(1994, 12, 25)] == "Navidad"


@pytest.mark.parametrize(("code", "region"), [("PE", "PE-CUS"), ("CL", None)])
def test_national_holidays_are_those_of_the_library(code: str, region: str | None) -> None:
    place = jurisdiction(code)
    known = getattr(holidays, place.country)
    for year in (2019, 2026):
        days = known(years=year, categories=place.categories, language=known.default_language)
        asked = public_holidays(place, region, year)
        assert {day: asked.get(day) for day in days} == dict(days)
        assert {day.year for day in asked} == {year}
