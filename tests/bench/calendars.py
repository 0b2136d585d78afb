"""What business time costs, as JSON lines: per question, over a calendar that is worked out, and for making one.

Run: `python -m tests.bench.calendars`.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from time import process_time

from engine.calendars import BusinessCalendar, jurisdiction
from engine.sheet import Term, TermUnit
from engine.terms.counting import term_end

QUESTIONS = 200_000


def main() -> None:
    """Print the figures."""
    chance = random.Random(1)
    place = jurisdiction("PE")
    calendar = BusinessCalendar(place)
    begun = process_time()
    calendar.business_seconds(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
    _print("business_calendar_ms", (process_time() - begun) * 1e3, "ms")
    start = datetime(2024, 1, 1, tzinfo=UTC)
    spans = [
        (first, first + timedelta(seconds=chance.randrange(90 * 86_400)))
        for first in (
            start + timedelta(seconds=chance.randrange(3 * 31_536_000)) for _ in range(1000)
        )
    ]
    rounds = QUESTIONS // len(spans)
    begun = process_time()
    for _ in range(rounds):
        for first, last in spans:
            calendar.business_seconds(first, last)
    _print("business_seconds_us", (process_time() - begun) / QUESTIONS * 1e6, "us")
    days = [(first.date(), last.date()) for first, last in spans]
    begun = process_time()
    for _ in range(rounds):
        for one, other in days:
            calendar.business_days_between(one, other)
    _print("business_days_us", (process_time() - begun) / QUESTIONS * 1e6, "us")
    term = Term(30, TermUnit.BUSINESS_DAYS)
    begun = process_time()
    for _ in range(rounds):
        for one, _other in days:
            term_end(calendar, one, term)
    _print("term_end_us", (process_time() - begun) / QUESTIONS * 1e6, "us")


def _print(name: str, value: float, unit: str) -> None:
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit}))


if __name__ == "__main__":
    main()
