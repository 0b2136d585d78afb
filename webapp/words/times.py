"""Instants and days as people say them; the exact instant is on hover and for machines in `datetime`."""

from datetime import date, datetime
from typing import Literal

from flask import Flask, current_app
from flask_babel import format_date, format_datetime
from markupsafe import Markup

from engine.calendars.written_days import DAY
from webapp.i18n import _, plural, said
from webapp.transactions import now

Tone = Literal["overdue", "soon", "later", "none"]
_NEAR = 14  # days that are said as a distance; further away a date says more


def exact(at: datetime) -> str:
    """The instant in the office's zone and the reader's language."""
    return str(format_datetime(at, "EEEE d MMMM y, HH:mm"))


def days_until(at: datetime) -> int:
    """Days from today to the day of the instant, both in the office's zone; negative when past."""
    zone = current_app.extensions["settings"].zone
    days: int = (at.astimezone(zone).date() - now().astimezone(zone).date()).days
    return days


def tone(due_at: datetime | None) -> Tone:
    """How urgent it is: said in words as well, never by colour alone."""
    if due_at is None:
        return "none"
    if due_at < now():
        return "overdue"
    return "soon" if days_until(due_at) <= 1 else "later"


def due_words(due_at: datetime | None) -> str:
    """“due tomorrow”, “3 days overdue”."""
    if due_at is None:
        return _("no due date")
    days = days_until(due_at)
    if due_at < now():
        if days == 0:
            return _("overdue since today")
        return plural("%(num)d day overdue", "%(num)d days overdue", -days)
    if days == 0:
        return _("due today")
    if days == 1:
        return _("due tomorrow")
    if days <= _NEAR:
        return plural("due in %(num)d day", "due in %(num)d days", days)
    return _("due on %(date)s", date=_date_of(due_at))


def past_words(at: datetime) -> str:
    """“today at 10:42”, “yesterday”, “3 days ago”, or a date."""
    days = -days_until(at)
    if 1 < days <= _NEAR:
        return plural("%(num)d day ago", "%(num)d days ago", days)
    return _date_of(at) if days > _NEAR else recorded_words(at)


def recorded_words(at: datetime) -> str:
    """“today at 10:42”, “yesterday at 10:42”, “19 Nov 2026, 10:42”: what is on record needs no counting back."""
    days = -days_until(at)
    if days <= 0:
        return _("today at %(time)s", time=format_datetime(at, "HH:mm"))
    if days == 1:
        return _("yesterday at %(time)s", time=format_datetime(at, "HH:mm"))
    return str(format_datetime(at, f"{DAY}, HH:mm"))


def due(due_at: datetime | None) -> Markup:
    """A due date as words in its tone, with the exact instant on hover."""
    words, how = due_words(due_at), tone(due_at)
    if due_at is None:
        return Markup('<span class="due" data-tone="none">{}</span>').format(words)
    return Markup('<time class="due" data-tone="{}" datetime="{}" title="{}">{}</time>').format(
        how, due_at.isoformat(), exact(due_at), words
    )


def past(at: datetime | None) -> Markup:
    """A past instant as words, with the exact one on hover."""
    return Markup("") if at is None else _time(at, past_words(at))


def recorded(at: datetime) -> Markup:
    """The instant of something on record: a fact, a document, a message."""
    return _time(at, recorded_words(at))


def _time(at: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), exact(at), words
    )


def day(on: date) -> str:
    """A day, or that of an instant in the installation's zone, such as “3 Nov 2026”."""
    return str(format_date(on, DAY))


def counted(number: int, limit: int = 1000, *, is_more: bool = False) -> str:
    """A count as a badge shows it; one that stopped at the limit, or before the end, reads “1000+”."""
    return f"{min(number, limit)}+" if is_more or number > limit else str(number)


def register(app: Flask) -> None:
    """Give templates the filters `due`, `past`, `recorded`, `exact`, `day` and `counted`."""
    app.jinja_env.filters.update(
        due=due, past=past, recorded=recorded, exact=exact, day=day, counted=counted, said=said
    )


def _date_of(at: datetime) -> str:
    zone = current_app.extensions["settings"].zone
    local = at.astimezone(zone)
    same_year = local.year == now().astimezone(zone).year
    return str(format_date(local.date(), "d MMM" if same_year else DAY))
