"""Working hours out of a log: the hours of the week in which enough happens."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from designer.simulation.calendars import DAY, HOUR, WEEK, joined

ENOUGH = 0.10  # of the weeks of the hour in which something happens most often


def hours_of(moments: Iterable[datetime]) -> tuple[tuple[float, float], ...]:
    """Spans of the week in which something happens at least a tenth as often as in its busiest hour.

    Counted are weeks, not events: a morning when everybody begins at once makes no afternoon a holiday.
    """
    seen = {(moment.isocalendar()[:2], moment.weekday(), moment.hour) for moment in moments}
    counts = Counter((day, hour) for _, day, hour in seen)
    if not counts:
        return ((0.0, WEEK),)
    least = max(1.0, ENOUGH * max(counts.values()))
    spans = [
        (day * DAY + hour * HOUR, day * DAY + (hour + 1) * HOUR)
        for (day, hour), count in counts.items()
        if count >= least
    ]
    return tuple(joined(spans))
