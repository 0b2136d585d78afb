"""DOMAIN.md “The clock” 1 to 5, and its table of dates; national holidays only."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import BusinessCalendar, jurisdiction
from engine.sheet import Term, TermUnit
from engine.terms.counting import counts_from, deadlines, term_end
from engine.terms.law import business_days, law_of

PERU = BusinessCalendar(jurisdiction("PE"))
CHILE = BusinessCalendar(jurisdiction("CL"))
LAW = law_of("PE")
MONTH, YEAR = Term(1, TermUnit.MONTHS), Term(1, TermUnit.YEARS)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
terms = st.builds(Term, st.integers(1, 60), st.sampled_from(TermUnit))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("filed", "correct_by", "decide_by", "notify_by", "silence_from"),
    [
        ("2026-01-05", "2026-01-07", "2026-02-16", "2026-02-23", "2026-02-24"),
        ("2026-03-27", "2026-03-31", "2026-05-13", "2026-05-20", "2026-05-21"),
        ("2026-07-20", "2026-07-22", "2026-09-04", "2026-09-11", "2026-09-12"),
        ("2026-07-25", "2026-07-31", "2026-09-10", "2026-09-17", "2026-09-18"),
        ("2026-12-07", None, "2027-01-22", "2027-01-29", "2027-01-30"),
    ],
)
def test_the_table_of_dates_is_exact(
    filed: str, correct_by: str | None, decide_by: str, notify_by: str, silence_from: str
) -> None:
    found = deadlines(PERU, day(filed), LAW.decide, LAW.notify)
    if correct_by is not None:
        assert term_end(PERU, day(filed), LAW.correct) == day(correct_by)
    assert found.decide_by == day(decide_by)
    assert found.notify_by == day(notify_by)
    assert found.silence_from == day(silence_from)


def test_1_weekends_and_holidays_do_not_count() -> None:
    # Maundy Thursday and Good Friday 2026 are 2 and 3 April
    assert PERU.business_days_between(day("2026-03-31"), day("2026-04-07")) == 3
    assert not PERU.is_business_day(day("2026-07-28"))


def test_2_counting_starts_the_business_day_after_and_a_last_day_that_is_none_rolls() -> None:
    assert term_end(PERU, day("2026-01-05"), business_days(1)) == day("2026-01-06")
    # a month from 24 June ends on Friday 24 July; from 25 June on a Saturday, and rolls
    assert term_end(PERU, day("2026-06-24"), MONTH) == day("2026-07-24")
    assert term_end(PERU, day("2026-06-25"), MONTH) == day("2026-07-27")


def test_3_months_run_date_to_date_and_a_missing_date_is_the_jurisdictions_to_settle() -> None:
    assert term_end(PERU, day("2026-01-31"), MONTH) == day("2026-03-02")
    assert term_end(PERU, day("2028-02-29"), YEAR) == day("2029-03-01")
    # Chile: 28 February 2028 would be the 29th, a Tuesday
    assert term_end(CHILE, day("2028-01-31"), MONTH) == day("2028-02-29")
    assert term_end(PERU, day("2028-01-31"), MONTH) == day("2028-03-01")


def test_4_filing_on_no_business_day_counts_from_the_next_one() -> None:
    assert counts_from(PERU, day("2026-07-25")) == day("2026-07-27")
    assert counts_from(PERU, day("2026-07-27")) == day("2026-07-27")


def test_5_the_term_of_distance_adds_days_from_a_table() -> None:
    place = jurisdiction("PE")
    extra = place.distance_days("PE-LOR", "PE-LMA")
    assert extra == 3
    assert place.distance_days("PE-LMA", "PE-LMA") == 0
    assert place.distance_days(None, "PE-LMA") == 0
    # 7 January and three calendar days: Saturday the 10th, which rolls
    assert term_end(PERU, day("2026-01-05"), LAW.correct, distance=extra) == day("2026-01-12")


def test_a_corrected_request_is_decided_by_a_term_that_begins_with_the_correction() -> None:
    found = deadlines(PERU, day("2026-01-09"), LAW.decide, LAW.notify)
    assert (found.decide_by, found.notify_by) == (day("2026-02-20"), day("2026-02-27"))


def test_an_appeal_may_be_filed_for_fifteen_business_days_after_notification() -> None:
    within = business_days(LAW.appeals["appeal"].file_within)
    assert term_end(PERU, day("2026-07-20"), within) == day("2026-08-14")


@given(days, terms)
def test_every_term_ends_on_a_business_day_after_it_began(start: date, term: Term) -> None:
    end = term_end(PERU, start, term)
    assert PERU.is_business_day(end)
    assert end > start


@given(days, days, terms)
def test_who_files_later_is_never_due_earlier(one: date, other: date, term: Term) -> None:
    first, second = sorted((one, other))
    for calendar in (PERU, CHILE):
        assert term_end(calendar, first, term) <= term_end(calendar, second, term)


@given(days, st.integers(1, 60), st.integers(0, 30))
def test_days_on_which_the_clock_stood_still_are_added(
    start: date, amount: int, stopped: int
) -> None:
    running = deadlines(PERU, start, business_days(amount), LAW.notify)
    stood = deadlines(PERU, start, business_days(amount), LAW.notify, stopped_days=stopped)
    assert PERU.business_days_between(running.decide_by, stood.decide_by) == stopped
