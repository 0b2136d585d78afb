"""Charts as numbers, one file each; `register` gives templates the filters `duration` and `lasted`."""

from datetime import datetime

from flask import Flask

from webapp.charts.canvas import duration_words
from webapp.transactions import now


def lasted_words(since: datetime, until: datetime | None) -> str:
    """How long something lasted, or lasts by now."""
    return duration_words(max(((until or now()) - since).total_seconds(), 0))


def register(app: Flask) -> None:
    """Give templates the filters `duration` for seconds and `lasted` for what began at an instant."""
    app.jinja_env.filters["duration"] = duration_words
    app.jinja_env.filters["lasted"] = lasted_words
