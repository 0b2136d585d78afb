"""A day in words where no browser decides, in mails and notices: as pages write it, one way everywhere."""

from datetime import date
from typing import Final

from babel.dates import format_date

DAY: Final = "d MMM y"  # by Unicode's CLDR: “26 nov 2026”


def written_day(on: date, language: str) -> str:
    """The day in a language: “26 nov 2026”, “26 Nov 2026”."""
    return str(format_date(on, DAY, locale=language))
