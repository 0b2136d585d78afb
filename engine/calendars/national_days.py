"""A program, run for itself: the holidays of a country in some years as JSON, year → day → name.

    python -P national_days.py COUNTRY PART CATEGORY[,CATEGORY…] FIRST LAST

The library `holidays` loads two hundred countries, fifteen megabytes, for a few dates; they go with this process.
"""

import json
import sys
from typing import Any

Days = dict[str, dict[str, str]]


def national_days(country: str, part: str, categories: str, first: str, last: str) -> Days:
    """Year → day → name, in the language of the country."""
    import holidays

    known: Any = getattr(holidays, country)
    told = {}
    for year in range(int(first), int(last) + 1):
        days = known(
            years=year,
            subdiv=part if part in known.subdivisions else None,
            categories=tuple(categories.split(",")),
            language=known.default_language,
        )
        told[str(year)] = {day.isoformat(): name for day, name in days.items()}
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(national_days(*sys.argv[1:])))
