"""Both durations of FEEL: days and time, and years and months (DMN 1.5 §10.3.2.3.6–7)."""

import re
from dataclasses import dataclass
from decimal import Decimal

NANOS = 1_000_000_000
DAY = 86_400 * NANOS
_MAX_MONTHS = 12 * 10**12
_MAX_NANOS = 10**13 * DAY


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A days and time duration in whole nanoseconds."""

    nanoseconds: int

    @property
    def days(self) -> int:
        """The days component, with the sign of the duration."""
        return self._part(DAY, None)

    @property
    def hours(self) -> int:
        """The hours component, with the sign of the duration."""
        return self._part(3600 * NANOS, 24)

    @property
    def minutes(self) -> int:
        """The minutes component, with the sign of the duration."""
        return self._part(60 * NANOS, 60)

    @property
    def seconds(self) -> Decimal:
        """The seconds component with its fraction, with the sign of the duration."""
        nanos = abs(self.nanoseconds) % (60 * NANOS)
        return Decimal(nanos if self.nanoseconds >= 0 else -nanos).scaleb(-9).normalize() + 0

    def _part(self, unit: int, modulus: int | None) -> int:
        count = abs(self.nanoseconds) // unit
        if modulus:
            count %= modulus
        return count if self.nanoseconds >= 0 else -count

    def __str__(self) -> str:
        nanos = abs(self.nanoseconds)
        if not nanos:
            return "PT0S"
        days, rest = divmod(nanos, DAY)
        hours, rest = divmod(rest, 3600 * NANOS)
        minutes, rest = divmod(rest, 60 * NANOS)
        text = ("-P" if self.nanoseconds < 0 else "P") + (f"{days}D" if days else "")
        if hours or minutes or rest:
            text += "T" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
            text += f"{seconds_text(rest)}S" if rest else ""
        return text


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration in whole months."""

    total_months: int

    @property
    def years(self) -> int:
        """The years component, with the sign of the duration."""
        years = abs(self.total_months) // 12
        return years if self.total_months >= 0 else -years

    @property
    def months(self) -> int:
        """The months component, with the sign of the duration."""
        months = abs(self.total_months) % 12
        return months if self.total_months >= 0 else -months

    def __str__(self) -> str:
        years, months = divmod(abs(self.total_months), 12)
        if not self.total_months:
            return "P0M"
        sign = "-" if self.total_months < 0 else ""
        return f"{sign}P" + (f"{years}Y" if years else "") + (f"{months}M" if months else "")


def seconds_text(nanoseconds: int) -> str:
    """Seconds with as many decimals as needed, without a leading zero."""
    whole, fraction = divmod(nanoseconds, NANOS)
    return f"{whole}.{fraction:09d}".rstrip("0") if fraction else str(whole)


_DAYS_TIME = re.compile(
    r"(-?)P(?:([0-9]{1,15})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,15})H)?(?:([0-9]{1,15})M)?(?:([0-9]{1,18})(?:\.([0-9]{0,18}))?S)?)?"
)
_YEARS_MONTHS = re.compile(r"(-?)P(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?")


def read_duration(text: str) -> DaysTime | YearsMonths | None:
    """The duration written in ISO 8601, None if the text is none."""
    if text.endswith(("P", "T")) or len(text) > 100:
        return None
    found = _YEARS_MONTHS.fullmatch(text)
    if found:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return years_months(-months if found[1] else months)
    found = _DAYS_TIME.fullmatch(text)
    if not found:
        return None
    sign, days, hours, minutes, seconds, fraction = found.groups()
    total = int(days or 0) * DAY + int(hours or 0) * 3600 * NANOS + int(minutes or 0) * 60 * NANOS
    total += int(seconds or 0) * NANOS + int((fraction or "").ljust(9, "0")[:9])
    return days_time(-total if sign else total)


def days_time(nanoseconds: int) -> DaysTime | None:
    """The duration, None when it is out of range."""
    return DaysTime(nanoseconds) if abs(nanoseconds) <= _MAX_NANOS else None


def years_months(months: int) -> YearsMonths | None:
    """The duration, None when it is out of range."""
    return YearsMonths(months) if abs(months) <= _MAX_MONTHS else None
