"""Measures in the reader's words: what time was spent on, and the definition under “What is this?”."""

from dataclasses import dataclass

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from engine.metrics.item import Cause
from engine.metrics.measure import definition

_CAUSES = {
    Cause.UNCLAIMED: lazy_gettext("nobody had taken it"),
    Cause.TOUCH: lazy_gettext("in somebody's hands"),
    Cause.APPLICANT: lazy_gettext("waiting for the applicant"),
    Cause.OTHER_OFFICE: lazy_gettext("waiting for another office"),
    Cause.TIMER: lazy_gettext("waiting for a date"),
    Cause.SUSPENDED: lazy_gettext("suspended"),
    Cause.MACHINE: lazy_gettext("waiting for a machine"),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A definition in the reader's language, with its source."""

    text: str
    source: str


def cause_words(cause: Cause) -> str:
    """What the time was spent on."""
    return str(_CAUSES[cause])


def explained(name: str) -> Explained:
    """What a measure is, by the name of its function."""
    found = definition(name)
    return Explained(_(found.text), found.source)


def register(app: Flask) -> None:
    """Give templates `explained(name)` and the filter `cause_name`."""
    app.jinja_env.globals["explained"] = explained
    app.jinja_env.filters["cause_name"] = lambda name: cause_words(Cause(name))
