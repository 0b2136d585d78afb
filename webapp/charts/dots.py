"""Dots: each case by the day it ended and how long it took; each open task by how long it has stood."""

from collections.abc import Sequence
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from engine.metrics.flow import Stage
from engine.metrics.spread import Spread
from webapp.charts.canvas import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RISE,
    ROOM,
    Chart,
    Dot,
    Tick,
    nice_seconds,
    scale_of_seconds,
    shortened,
)

MOST_DOTS = 500  # beyond, dots that lie close together become one larger dot
_COLUMNS, _ROWS = 52, 24
_STAGES = 8


def scatter(days: Sequence[tuple[date, list[tuple[float, int]]]], spread: Spread) -> Chart:
    """Cases by the day of their end and their cycle time, with level lines at the percentiles."""
    if not days or spread.p95 is None:
        return Chart()
    first, last = days[0][0], days[-1][0]
    whole = max(1, (last - first).days)
    longest = spread.longest or spread.p95
    # A few very long cases must not press the others to the ground: they stand at the upper edge.
    top = nice_seconds(min(longest, 3 * spread.p95))
    points = [
        (LEFT + ROOM * (day - first).days / whole, _up(seconds, top), n)
        for day, durations in days
        for seconds, n in durations
    ]
    if sum(n for _x, _y, n in points) > MOST_DOTS:
        points = _together(points)
    biggest = max(n for _x, _y, n in points)
    dots = tuple(
        Dot(
            round(x, 1),
            round(y, 1),
            2.5 if biggest == 1 else round(1.2 + 5 * (n / biggest) ** 0.5, 1),
            "" if len(points) > 150 else _("%(count)s cases", count=n),
        )
        for x, y, n in points
    )
    levels = tuple(
        Tick(_up(value, top), label)
        for value, label in ((spread.median, "p50"), (spread.p85, "p85"), (spread.p95, "p95"))
        if value is not None
    )
    across = tuple(
        Tick(
            LEFT + ROOM * part / 6,
            format_date(date.fromordinal(first.toordinal() + whole * part // 6), "d MMM"),
        )
        for part in range(6)
    )
    return Chart(dots=dots, across=across, up=scale_of_seconds(top), levels=levels)


def ageing(stages: Sequence[Stage], spread: Spread) -> Chart:
    """Open tasks by how long they have stood, a column per task, with level lines of the whole procedure."""
    shown = stages[:_STAGES]
    oldest = max((stage.oldest for stage in shown), default=0.0)
    top = nice_seconds(min(oldest, 3 * (spread.p95 or oldest)) or 1.0)
    step = ROOM / max(1, len(shown))
    dots = []
    for place, stage in enumerate(shown):
        points = [(LEFT + (place + 0.5) * step, _up(age, top), n) for age, n in stage.ages]
        many = _together(points) if len(points) > 60 else points
        biggest = max((n for _x, _y, n in many), default=1)
        for number, (_x, y, n) in enumerate(many):
            # side by side, so that equal ages do not cover each other
            x = LEFT + (place + 0.2 + 0.6 * (number * 0.618 % 1)) * step
            size = 3.0 if biggest == 1 else round(1.5 + 5 * (n / biggest) ** 0.5, 1)
            dots.append(Dot(round(x, 1), round(y, 1), size))
    levels = tuple(
        Tick(_up(value, top), label)
        for value, label in ((spread.median, "p50"), (spread.p85, "p85"))
        if value is not None and value <= top
    )
    across = tuple(
        Tick(LEFT + (place + 0.1) * step, shortened(stage.name, max(6, 90 // len(shown))))
        for place, stage in enumerate(shown)
    )
    return Chart(dots=tuple(dots), across=across, up=scale_of_seconds(top), levels=levels)


def _up(seconds: float, top: float) -> float:
    return HEIGHT - BOTTOM - RISE * min(max(0.0, seconds), top) / top


def _together(points: Sequence[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    found: dict[tuple[int, int], int] = {}
    wide, tall = ROOM / _COLUMNS, RISE / _ROWS
    for x, y, n in points:
        cell = (int((x - LEFT) / wide), int((HEIGHT - BOTTOM - y) / tall))
        found[cell] = found.get(cell, 0) + n
    return [
        (LEFT + (column + 0.5) * wide, HEIGHT - BOTTOM - (row + 0.5) * tall, n)
        for (column, row), n in sorted(found.items())
    ]
