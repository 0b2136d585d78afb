"""Where a term ends: days, months and years from a day, by the rules of the calendar's jurisdiction."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendars import BusinessCalendar, MonthEnd
from engine.sheet import Term, TermUnit


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The days of a request that must be decided. All are days of the jurisdiction."""

    counts_from: date  # the day the filing or correction counts as
    decide_by: date
    notify_by: date
    silence_from: date


def counts_from(calendar: BusinessCalendar, filed_on: date) -> date:
    """The day a filing counts as: itself, or the next business day when it is none (DOMAIN.md, the clock 4)."""
    return calendar.next_business_day(filed_on)


def term_end(calendar: BusinessCalendar, start: date, term: Term, *, distance: int = 0) -> date:
    """The last day of a term that starts with what happened on `start`; `distance` adds calendar days (135).

    Business days are counted from the business day after (133.1). Other terms run date to date, and end on the next
    business day when they would end on none (134.2, 134.3).
    """
    begun = counts_from(calendar, start)
    if term.unit == TermUnit.BUSINESS_DAYS:
        end = calendar.business_day_after(begun, term.amount)
    elif term.unit == TermUnit.CALENDAR_DAYS:
        end = begun + timedelta(days=term.amount)
    else:
        months = term.amount * (12 if term.unit == TermUnit.YEARS else 1)
        end = _months_after(calendar, start, months)
    return calendar.next_business_day(end + timedelta(days=distance))


def shifted(calendar: BusinessCalendar, day: date, days: int) -> date:
    """A day so many business days later; the day itself for none. Adds to a term the days its clock stood still."""
    return calendar.business_day_after(day, days) if days else day


def deadlines(
    calendar: BusinessCalendar,
    start: date,
    decide: Term,
    notify: Term,
    *,
    is_silent_after_notify: bool = True,
    stopped_days: int = 0,
) -> Deadlines:
    """When a request filed (or corrected) on `start` must be decided and notified, and when silence has the say.

    `stopped_days`: business days on which the clock stood still.
    """
    begun = counts_from(calendar, start)
    decide_by = shifted(calendar, term_end(calendar, begun, decide), stopped_days)
    notify_by = term_end(calendar, decide_by, notify)
    last = notify_by if is_silent_after_notify else decide_by
    return Deadlines(begun, decide_by, notify_by, last + timedelta(days=1))


def _months_after(calendar: BusinessCalendar, start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    month += 1
    last = monthrange(year, month)[1]
    if start.day <= last:
        return date(year, month, start.day)
    if calendar.place.month_end == MonthEnd.LAST_DAY:
        return date(year, month, last)
    return calendar.next_business_day(date(year, month, last) + timedelta(days=1))
