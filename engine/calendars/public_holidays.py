"""National and regional holidays of a year, from the library `holidays` and the jurisdiction's own file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.calendars.jurisdiction import Jurisdiction


def public_holidays(place: Jurisdiction, region: str | None, year: int) -> dict[date, str]:
    """Day → name of the holiday, in the language of the country."""
    import holidays  # a quarter of a second: only where a calendar is made

    known: Any = getattr(holidays, place.country)
    part = (region or "").partition("-")[2]
    national: Mapping[date, str] = known(
        years=year,
        subdiv=part if part in known.subdivisions else None,
        categories=place.categories,
        language=known.default_language,
    )
    found = dict(national)
    for holiday in place.regional:
        if holiday.region == region and year >= holiday.since:
            found.setdefault(date(year, holiday.month, holiday.day), holiday.name)
    return found
