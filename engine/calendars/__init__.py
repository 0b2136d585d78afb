"""Business time: which days and hours count, per jurisdiction, region and office. One tested home for due dates and
metrics alike; the README says which function answers what."""

from engine.calendars.calendar import BusinessCalendar
from engine.calendars.jurisdiction import Jurisdiction, MonthEnd, jurisdiction, jurisdiction_codes
from engine.calendars.offices import jurisdiction_calendar, office_calendar

__all__ = [
    "BusinessCalendar",
    "Jurisdiction",
    "MonthEnd",
    "jurisdiction",
    "jurisdiction_calendar",
    "jurisdiction_codes",
    "office_calendar",
]
