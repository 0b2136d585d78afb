"""Working hours as people write them: “mon-fri 08:00-13:00 14:00-17:00; sat 09:00-12:00”."""

import re
from collections.abc import Iterable

from designer.simulation.calendars import DAY, HOUR, MINUTE, joined
from engine.errors import Refusal

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BY_LANGUAGE = {"en": DAYS, "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")}
# Read whatever language they are written in, and by who leaves the accents out.
_PLACES = {name: place for days in BY_LANGUAGE.values() for place, name in enumerate(days)}
_PLACES |= {"mie": 2, "sab": 5}
_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?")


class NoHours(Refusal):
    """A text that names no hours."""

    sentence = (
        "“{text}” are no working hours. "
        "Write days and times, such as: mon-fri 08:00-13:00 14:00-17:00; sat 09:00-12:00"
    )


def written(hours: Iterable[tuple[float, float]], language: str = "en") -> str:
    """The hours as text, days that are alike together; in English where nobody knows the language's days."""
    names = BY_LANGUAGE.get(language, DAYS)
    by_day: dict[int, list[str]] = {}
    for start, end in joined(tuple(hours)):
        while start < end:
            day = int(start // DAY)
            stop = min(end, (day + 1) * DAY)
            by_day.setdefault(day, []).append(
                f"{_clock(start - day * DAY)}-{_clock(stop - day * DAY)}"
            )
            start = stop
    parts: list[str] = []
    day = 0
    while day < len(DAYS):
        told, last = by_day.get(day), day
        while told and last + 1 < len(DAYS) and by_day.get(last + 1) == told:
            last += 1
        if told:
            name = names[day] if last == day else f"{names[day]}-{names[last]}"
            parts.append(f"{name} {' '.join(told)}")
        day = last + 1
    return "; ".join(parts)


def read_hours(text: str) -> tuple[tuple[float, float], ...]:
    """The hours of a text, in seconds since Monday 00:00. Raises NoHours."""
    found: list[tuple[float, float]] = []
    for part in re.split(r"[;\n]", text.lower()):
        words = part.replace("–", "-").split()
        if not words:
            continue
        first, _, last = words[0].partition("-")
        days = _PLACES.get(first[:3]), _PLACES.get((last or first)[:3])
        spans = [_SPAN.fullmatch(word.rstrip(",")) for word in words[1:]]
        if None in days or None in spans or not spans:
            raise NoHours(text=part.strip()[:80])
        since, until = (day or 0 for day in days)
        for day in (
            range(since, until + 1) if since <= until else [*range(since, 7), *range(until + 1)]
        ):
            found += [_seconds(day, span, part) for span in spans if span is not None]
    if not found:
        raise NoHours(text=text.strip()[:80])
    return tuple(joined(tuple(found)))


def _seconds(day: int, span: re.Match[str], part: str) -> tuple[float, float]:
    start = int(span[1]) * HOUR + int(span[2] or 0) * MINUTE
    end = int(span[3]) * HOUR + int(span[4] or 0) * MINUTE
    if not start < end <= DAY or int(span[2] or 0) > 59 or int(span[4] or 0) > 59:
        raise NoHours(text=part.strip()[:80])
    return day * DAY + start, day * DAY + end


def _clock(seconds: float) -> str:
    return f"{int(seconds // HOUR):02}:{int(seconds % HOUR // MINUTE):02}"
