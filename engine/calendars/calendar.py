"""Business days and hours of one place, counted by bisection over days and spans that are worked out once."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from threading import RLock
from typing import Final

from engine.calendars.jurisdiction import Jurisdiction
from engine.calendars.public_holidays import public_holidays
from engine.calendars.weekly_hours import WeeklyHours
from engine.errors import Refusal

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
_AROUND: Final = 3  # years worked out at once on either side of the one asked for


class DayTooFar(Refusal):
    """No calendar reaches there."""

    sentence = "Business days are counted from {first} to {last}; this lies outside. Check the dates and the term."


class BusinessCalendar:
    """One place's business time; shared by threads. Days are days of its zone, instants are aware.

    `declared`: days that a norm makes business days (True) or takes away (False), over weekends and holidays.
    """

    def __init__(
        self,
        place: Jurisdiction,
        region: str | None = None,
        *,
        hours: WeeklyHours | None = None,
        declared: Mapping[date, bool] | None = None,
    ) -> None:
        self.place = place
        self.region = region
        self.zone = place.zone_of(region)
        self.hours = hours or place.hours
        self.declared = dict(declared or {})
        self._holidays: dict[int, Mapping[date, str]] = {}
        self._growing = RLock()  # what is worked out only ever grows
        self._days = _Days(0, -1, array("l"))
        self._spans = _Spans(0, -1, array("d"), array("d"), array("d"))

    # -- days

    def day_of(self, at: datetime) -> date:
        """The day it is there at this instant."""
        return at.astimezone(self.zone).date()

    def holiday(self, day: date) -> str | None:
        """The name of the holiday this day is, in the country's language."""
        known = self._holidays.get(day.year)
        if known is None:
            known = self._holidays[day.year] = public_holidays(self.place, self.region, day.year)
        return known.get(day)

    def is_business_day(self, day: date) -> bool:
        """Neither weekend nor holiday nor declared otherwise (134.1)."""
        said = self.declared.get(day)
        if said is not None:
            return said
        return day.isoweekday() not in self.place.weekend and self.holiday(day) is None

    def next_business_day(self, day: date) -> date:
        """That day if it is one, else the first after it (134.2)."""
        return self.business_day_after(day - timedelta(days=1), 1)

    def business_day_after(self, day: date, amount: int) -> date:
        """The business day so many business days after a day, which itself is not counted (133.1).

        Zero gives the last business day up to `day`; less counts back. Raises DayTooFar.
        """
        year = day.year
        while True:
            days = self._days_around(year)
            index = bisect_right(days.ordinals, day.toordinal()) - 1 + amount
            if 0 <= index < len(days.ordinals):
                return date.fromordinal(days.ordinals[index])
            year = days.first - 1 if index < 0 else days.last + 1

    def business_days_between(self, start: date, end: date) -> int:
        """How many business days after `start` up to `end`; negative when `end` comes first."""
        self._days_around(start.year)
        ordinals = self._days_around(end.year).ordinals
        return bisect_right(ordinals, end.toordinal()) - bisect_right(ordinals, start.toordinal())

    # -- instants

    def start_of_day(self, day: date) -> datetime:
        """The first instant of a day, in UTC."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def end_of_day(self, day: date) -> datetime:
        """The last second of a day, in UTC: until then a term that ends on it is kept."""
        return self.start_of_day(day + timedelta(days=1)) - timedelta(seconds=1)

    def closing(self, day: date) -> datetime:
        """When the office stops working on a day, in UTC: work due that day is due then."""
        spans = self.hours.spans(day.isoweekday())
        if not spans:
            return self.end_of_day(day)
        return datetime.combine(day, spans[-1][1], self.zone).astimezone(UTC)

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """Working time between two instants, in seconds; negative when `end` comes first."""
        first, last = start.timestamp(), end.timestamp()
        self._spans_around(start.year)
        spans = self._spans_around(end.year)
        return spans.worked(last) - spans.worked(first)

    def after_business_seconds(self, at: datetime, seconds: float) -> datetime:
        """The instant when so much working time has passed since `at`, in UTC; DayTooFar."""
        year = at.year
        while True:
            self._spans_around(at.year)
            spans = self._spans_around(year)
            wanted = spans.worked(at.timestamp()) + seconds
            index = bisect_left(spans.done, wanted)
            if index < len(spans.done):
                lacking = spans.done[index] - wanted
                return datetime.fromtimestamp(spans.ends[index] - lacking, UTC)
            year = spans.last + 1

    # -- worked out once

    def _days_around(self, year: int) -> "_Days":
        if self._days.covers(year):
            return self._days
        with self._growing:
            first, last = _window(year, self._days.first, self._days.last)
            worked = (
                day.toordinal() for day in _each_day(first, last) if self.is_business_day(day)
            )
            self._days = _Days(first, last, array("l", worked))
            return self._days

    def _spans_around(self, year: int) -> "_Spans":
        if self._spans.covers(year):
            return self._spans
        with self._growing:
            # A year more on either side: one of the zone is not quite one of UTC.
            first, last = _window(year, self._spans.first, self._spans.last)
            self._days_around(first)
            spans = _Spans(first, last, array("d"), array("d"), array("d"))
            for ordinal in self._days_around(last).ordinals:
                day = date.fromordinal(ordinal)
                if first <= day.year <= last:
                    self._add_spans(spans, day)
            self._spans = spans
            return spans

    def _add_spans(self, spans: "_Spans", day: date) -> None:
        for opens, closes in self.hours.spans(day.isoweekday()):
            start = datetime.combine(day, opens, self.zone).timestamp()
            end = datetime.combine(day, closes, self.zone).timestamp()
            before = spans.done[-1] if spans.done else 0.0
            spans.starts.append(start)
            spans.ends.append(end)
            spans.done.append(before + end - start)


class _Days:
    """Business days of whole years, as ordinals in order."""

    __slots__ = ("first", "last", "ordinals")

    def __init__(self, first: int, last: int, ordinals: "array[int]") -> None:
        self.first, self.last, self.ordinals = first, last, ordinals

    def covers(self, year: int) -> bool:
        return self.first <= year <= self.last


class _Spans:
    """Working spans of whole years in seconds since 1970, with the time worked up to the end of each."""

    __slots__ = ("done", "ends", "first", "last", "starts")

    def __init__(
        self,
        first: int,
        last: int,
        starts: "array[float]",
        ends: "array[float]",
        done: "array[float]",
    ) -> None:
        self.first, self.last = first, last
        self.starts, self.ends, self.done = starts, ends, done

    def covers(self, year: int) -> bool:
        # An instant of this UTC year may lie in the year before or after it in the zone.
        return self.first < year < self.last

    def worked(self, instant: float) -> float:
        """Working time from the first span up to an instant."""
        index = bisect_right(self.starts, instant) - 1
        if index < 0:
            return 0.0
        return self.done[index] - max(0.0, self.ends[index] - instant)


def _window(year: int, first: int, last: int) -> tuple[int, int]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DayTooFar(first=FIRST_YEAR, last=LAST_YEAR)
    if last < first:  # nothing yet
        return year - _AROUND, year + _AROUND
    return min(first, year - _AROUND), max(last, year + _AROUND)


def _each_day(first: int, last: int) -> "list[date]":
    begin = date(first, 1, 1).toordinal()
    return [date.fromordinal(n) for n in range(begin, date(last, 12, 31).toordinal() + 1)]
