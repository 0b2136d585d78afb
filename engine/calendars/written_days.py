"""A day in words where no browser decides, in mails and notices: as pages write it, one way everywhere."""

from datetime import date
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from engine.calendars.jurisdiction import DEFAULT

DAY: Final = "d MMM y"  # by Unicode's CLDR: “26 nov. 2026”


def written_day(on: date, language: str, country: str = DEFAULT) -> str:
    """The day in a language as it is spoken in a country: “6 set. 2026”; where CLDR has no such pair, as in the
    language alone: “6 Sep 2026”.
    """
    try:
        locale = Locale(language, country)
    except UnknownLocaleError:
        locale = Locale(language)
    return str(format_date(on, DAY, locale=locale))
