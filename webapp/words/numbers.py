"""Numbers in a form, with the sign of decimals that the reader's language has and without separators of thousands."""

import re

from babel.numbers import get_decimal_symbol
from flask import Flask
from flask_babel import get_locale

from engine.forms.fields.number import unmistakable
from webapp.config import PARTIAL_LANGUAGES

_DECIMALS = re.compile(r"-?\d+\.\d+")


def in_own_form(value: object) -> object:
    """Text that is a number with decimals, as the reader writes it; anything else as it is."""
    if not isinstance(value, str) or not _DECIMALS.fullmatch(value):
        return value
    language = str(get_locale())
    return value.replace(".", get_decimal_symbol(PARTIAL_LANGUAGES.get(language, language)))


def number_to_type(value: object) -> object:
    """A kept number as its reader would type it; what somebody typed, unread or wrong, as they typed it."""
    if not isinstance(value, float) or not _DECIMALS.fullmatch(repr(value)):
        return value
    return in_own_form(unmistakable(repr(value)))


def register(app: Flask) -> None:
    """Give templates the filter `number_to_type`."""
    app.jinja_env.filters["number_to_type"] = number_to_type
