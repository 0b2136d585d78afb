"""Columns: how many cases took how long, and how many began and ended each week."""

import math
from collections.abc import Callable, Sequence
from datetime import date

from flask_babel import format_date
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
    duration_words,
    high,
    nice,
    scale,
    some_labels,
)

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


def weekly(weeks: Sequence[tuple[date, int, int]]) -> Chart:
    """Cases started and ended, week by week."""
    top = nice(max((max(started, ended) for _week, started, ended in weeks), default=0))
    step = ROOM / max(1, len(weeks))
    boxes = []
    for place, (monday, started, ended) in enumerate(weeks):
        week = format_date(monday, "d MMM")
        begun = _("week of %(week)s: %(count)s started", week=week, count=started)
        done = _("week of %(week)s: %(count)s ended", week=week, count=ended)
        for offset, number, kind, words in (
            (0.1, started, "second", begun),
            (0.5, ended, "first", done),
        ):
            height = high(number, top)
            x = LEFT + (place + offset) * step
            boxes.append(Box(x, HEIGHT - BOTTOM - height, step * 0.38, height, words, kind))
    labels = [format_date(monday, "d MMM") for monday, _started, _ended in weeks]
    return Chart(boxes=tuple(boxes), across=some_labels(labels), up=scale(top))
