"""National and regional holidays of a year, from the library `holidays` and the jurisdiction's own file."""

import logging
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import orjson

from engine.calendars.jurisdiction import Jurisdiction
from engine.calendars.national_days import Days, national_days

LOG = logging.getLogger(__name__)
_PROGRAM = Path(__file__).with_name("national_days.py")
_AT_ONCE = 10  # years that are asked together
_PATIENCE = 10  # seconds, a case being held meanwhile; it takes a quarter of one


def public_holidays(place: Jurisdiction, region: str | None, year: int) -> dict[date, str]:
    """Day → name of the holiday, in the language of the country."""
    part = (region or "").partition("-")[2]
    first = year - year % _AT_ONCE
    found = dict(_national(place.country, part, place.categories, max(first, 1))[year])
    for holiday in place.regional:
        if holiday.region == region and year >= holiday.since:
            found.setdefault(date(year, holiday.month, holiday.day), holiday.name)
    return found


@lru_cache(256)
def _national(
    country: str, part: str, categories: tuple[str, ...], first: int
) -> Mapping[int, Mapping[date, str]]:
    """Year → day → name, of the years from `first` up to the next ten; asked of a process that then ends."""
    last = first - first % _AT_ONCE + _AT_ONCE - 1
    asked = (country, part, ",".join(categories), str(first), str(last))
    try:
        told = _of_a_process(asked)
    except (OSError, subprocess.SubprocessError, orjson.JSONDecodeError) as trouble:
        # No process to be had, or one that is too slow: the dates are worth more than the memory.
        LOG.warning("holidays are asked of the library itself: %s", trouble)
        told = national_days(*asked)
    return {
        int(year): {date.fromisoformat(day): name for day, name in days.items()}
        for year, days in told.items()
    }


def _of_a_process(asked: tuple[str, ...]) -> Days:
    # -P: the files beside the program are called as modules of Python's own.
    ran = subprocess.run(  # noqa: S603  a program of ours, asked with what jurisdictions' files and regions say
        [sys.executable, "-P", str(_PROGRAM), *asked],
        stdout=subprocess.PIPE,
        check=True,
        timeout=_PATIENCE,
    )
    told: Days = orjson.loads(ran.stdout)
    return told
