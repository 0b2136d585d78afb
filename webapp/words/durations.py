"""How long something lasted, in words of two figures."""

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _

from webapp.transactions import now
from webapp.words.numbers import thousands

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def duration_words(seconds: float | None, beside: float | None = None) -> str:
    """“12 min”, “5.5 h”, “3.2 days”: two figures are enough to act on.

    `beside`: a duration that is told in the same breath, whose unit this one takes where that is the longer.
    """
    if seconds is None:
        return "–"
    measure = seconds if beside is None else max(abs(seconds), abs(beside))
    if measure < 90 * _MINUTE:
        return str(_("%(number)s min", number=thousands(round(seconds / _MINUTE))))
    if measure < 2 * _DAY:
        return str(_("%(number)s h", number=_short(seconds / _HOUR)))
    return str(_("%(number)s days", number=_short(seconds / _DAY)))


def lasted_words(since: datetime, until: datetime | None) -> str:
    """How long something lasted, or lasts by now."""
    return duration_words(max(((until or now()) - since).total_seconds(), 0))


def _short(value: float) -> str:
    return thousands(round(value, 1 if value < 100 else 0))


def register(app: Flask) -> None:
    """Give templates the filters `duration` for seconds and `lasted` for what began at an instant."""
    app.jinja_env.filters["duration"] = duration_words
    app.jinja_env.filters["lasted"] = lasted_words
