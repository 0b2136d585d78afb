"""When a task is due: by the diagram's own term, else by the law's for its kind (DOMAIN.md, the clock 10)."""

import re
from datetime import datetime

from engine.bpmn.model import TimerKind
from engine.calendars import BusinessCalendar
from engine.sheet import Sheet
from engine.spiff.timers import schedule
from engine.terms.law import Law

_DAYS = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?", re.ASCII)
_HOURS = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?", re.ASCII)


def own_term(text: str, calendar: BusinessCalendar, at: datetime) -> datetime | None:
    """When a task is due whose diagram says so: ISO 8601. None for what is no term.

    Days are business days, until the office closes; hours and minutes are working time; anything else (months, a
    date) is taken as it stands.
    """
    days, hours = _DAYS.fullmatch(text), _HOURS.fullmatch(text)
    if days is not None and (days[1] or days[2]):
        # a week of business days has five
        return _after_days(calendar, int(days[1] or 0) * 5 + int(days[2] or 0), at)
    if hours is not None and (hours[1] or hours[2]):
        seconds = int(hours[1] or 0) * 3600 + int(hours[2] or 0) * 60
        return calendar.after_business_seconds(at, seconds)
    found = schedule(TimerKind.DURATION, text, at.astimezone(calendar.zone))
    return None if found is None else found.due_at


def law_term(
    sheet: Sheet, law: Law, element_id: str, calendar: BusinessCalendar, at: datetime
) -> datetime | None:
    """When a task is due whose diagram says nothing; None where the sheet promises no term at all."""
    if not sheet.modalities:
        return None
    days = law.tasks.get(task_kind(sheet, law, element_id))
    return None if days is None else _after_days(calendar, days, at)


def task_kind(sheet: Sheet, law: Law, element_id: str) -> str:
    """forward, formality, report, applicant, same_entity or another_entity: as the sheet says, else the default."""
    said = sheet.clock.tasks.get(element_id)
    return said if said is not None and said in law.tasks else law.default_task


def _after_days(calendar: BusinessCalendar, days: int, at: datetime) -> datetime:
    today = calendar.day_of(at)
    begun = calendar.next_business_day(today)
    due = calendar.closing(calendar.business_day_after(begun, days))
    # What comes after the office closed on a day when it is due the same day has until midnight.
    return due if due > at else calendar.end_of_day(today)
