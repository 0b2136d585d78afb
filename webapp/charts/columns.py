"""Columns: how many cases took how long, and how many began and ended each week."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from babel.dates import get_day_names
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from engine.metrics.spread import Spread
from webapp.charts.canvas import (
    BOTTOM,
    HEIGHT,
    LEFT,
    ROOM,
    Box,
    Chart,
    Tick,
    high,
    nice,
    scale,
    some_labels,
)
from webapp.words.durations import duration_words

MOST_COLUMNS = 40  # weeks that have a pair of columns each; of more, some share one
Address = Callable[..., str]  # of the cases behind a bar


def histogram(spread: Spread, address: Address) -> Chart:
    """How many cases took how long, with lines at the percentiles."""
    bars = spread.bars
    top = nice(max((bar.count for bar in bars), default=0))
    step = ROOM / max(1, len(bars))
    boxes, across = [], []
    for place, bar in enumerate(bars):
        height = high(bar.count, top)
        longer = place == len(bars) - 1 and len(bars) > 1
        words = (
            _("%(low)s or longer: %(count)s cases", low=duration_words(bar.start), count=bar.count)
            if longer
            else _(
                "%(low)s to %(high)s: %(count)s cases",
                low=duration_words(bar.start),
                high=duration_words(bar.end),
                count=bar.count,
            )
        )
        href = address(at_least=int(bar.start), below=None if longer else int(bar.end))
        x = LEFT + place * step + 1
        boxes.append(Box(x, HEIGHT - BOTTOM - height, step - 2, height, words, href=href))
        if place % max(1, math.ceil(len(bars) / 8)) == 0:
            across.append(Tick(LEFT + place * step, duration_words(bar.start)))
    # The last bar holds everything longer, so a line beyond it is drawn at its end.
    width = bars[0].end - bars[0].start if bars else 1
    lines = [
        Tick(LEFT + min(value / width, len(bars)) * step, label)
        for value, label in ((spread.median, "p50"), (spread.p85, "p85"), (spread.p95, "p95"))
        if value is not None and bars
    ]
    return Chart(boxes=tuple(boxes), across=tuple(across), up=scale(top), lines=tuple(lines))


def days_of(
    monday: date, weeks: int = 1, *, since: date | None, until: date | None
) -> dict[str, date]:
    """The days of some weeks, as far as they lie in the days asked about, as they stand in an address."""
    last = monday + timedelta(days=7 * weeks - 1)
    return {
        "since": monday if since is None else max(monday, since),
        "until": last if until is None else min(last, until),
    }


def weekly(
    weeks: Sequence[tuple[date, int, int]],
    address: Address,
    since: date | None = None,
    until: date | None = None,
) -> Chart:
    """Cases started and ended, week by week, or of long ranges several weeks together; each column leads to its cases.

    `since` and `until` are the days asked about: the first and the last week may lie only partly in them.
    """
    together = math.ceil(len(weeks) / MOST_COLUMNS)
    columns = [
        (some[0][0], some[-1][0], sum(one[1] for one in some), sum(one[2] for one in some))
        for some in (weeks[n : n + together] for n in range(0, len(weeks), together or 1))
    ]
    top = nice(max((max(started, ended) for *_weeks, started, ended in columns), default=0))
    step = ROOM / max(1, len(columns))
    boxes = []
    for place, (first, last, started, ended) in enumerate(columns):
        sunday = last + timedelta(days=6)
        days = days_of(first, together, since=since, until=until)
        said = {"first": format_date(first, "d MMM"), "last": format_date(sunday, "d MMM")}
        if together > 1:
            begun = _("%(first)s to %(last)s: %(count)s started", count=started, **said)
            done = _("%(first)s to %(last)s: %(count)s ended", count=ended, **said)
        else:
            begun = _("week of %(week)s: %(count)s started", week=said["first"], count=started)
            done = _("week of %(week)s: %(count)s ended", week=said["first"], count=ended)
        for offset, number, kind, words, state in (
            (0.1, started, "second", begun, "started"),
            (0.5, ended, "first", done, "ended"),
        ):
            height = high(number, top)
            x = LEFT + (place + offset) * step
            href = address(state=state, **days) if number else ""
            boxes.append(
                Box(x, HEIGHT - BOTTOM - height, step * 0.38, height, words, kind, href=href)
            )
    labels = [format_date(first, "d MMM") for first, *_rest in columns]
    return Chart(boxes=tuple(boxes), across=some_labels(labels), up=scale(top))


def named_weekdays(days: Sequence[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Days of the week, Monday first, by their names in the reader's language."""
    names = get_day_names("wide", locale=get_locale())
    return [(names[day], *counts) for day, counts in enumerate(days)]


def by_weekday(days: Sequence[tuple[int, int]]) -> Chart:
    """Cases started and ended on each day of the week, Monday first."""
    top = nice(max(map(max, days), default=0))
    step = ROOM / 7
    boxes = []
    for day, (name, *counts) in enumerate(named_weekdays(days)):
        begun = _("%(day)s: %(count)s started", day=name, count=counts[0])
        done = _("%(day)s: %(count)s ended", day=name, count=counts[1])
        for offset, number, kind, words in (
            (0.1, counts[0], "second", begun),
            (0.5, counts[1], "first", done),
        ):
            height = high(number, top)
            x = LEFT + (day + offset) * step
            boxes.append(Box(x, HEIGHT - BOTTOM - height, step * 0.38, height, words, kind))
    short = get_day_names("abbreviated", locale=get_locale())
    across = tuple(Tick(LEFT + (day + 0.3) * step, short[day]) for day in range(7))
    return Chart(boxes=tuple(boxes), across=across, up=scale(top))
