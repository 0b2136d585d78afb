"""Charts as numbers: where bars, lines and ticks stand, so that templates only draw them as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from engine.metrics.spread import Spread
from engine.metrics.work import TaskTime
from webapp.transactions import now

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 22, 34
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Box:
    """A bar, with the words a reader gets for it."""

    x: float
    y: float
    width: float
    height: float
    words: str
    kind: str = "first"


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; `place` is x or y in the picture."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs to draw a chart of bars."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    lines: tuple[Tick, ...] = ()
    base: float = HEIGHT - _BOTTOM
    left: float = _LEFT


def duration_words(seconds: float | None) -> str:
    """“12 min”, “5.5 h”, “3.2 days”: two figures are enough to act on."""
    if seconds is None:
        return "–"
    if seconds < 90 * _MINUTE:
        return str(_("%(number)s min", number=format_decimal(round(seconds / _MINUTE))))
    if seconds < 2 * _DAY:
        return str(_("%(number)s h", number=_short(seconds / _HOUR)))
    return str(_("%(number)s days", number=_short(seconds / _DAY)))


def _short(value: float) -> str:
    return str(format_decimal(round(value, 1 if value < 100 else 0)))


def histogram(spread: Spread) -> Chart:
    """How many cases took how long, with lines at the percentiles."""
    bars = spread.bars
    most = max((bar.count for bar in bars), default=0)
    room = WIDTH - _LEFT - _RIGHT
    step = room / max(1, len(bars))
    boxes, across = [], []
    for place, bar in enumerate(bars):
        height = _high(bar.count, most)
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
        boxes.append(
            Box(_LEFT + place * step + 1, HEIGHT - _BOTTOM - height, step - 2, height, words)
        )
        if place % max(1, math.ceil(len(bars) / 8)) == 0:
            across.append(Tick(_LEFT + place * step, duration_words(bar.start)))
    # The last bar holds everything longer, so a line beyond it is drawn at its end.
    width = bars[0].end - bars[0].start if bars else 1
    lines = [
        Tick(_LEFT + min(value / width, len(bars)) * step, label)
        for value, label in ((spread.median, "p50"), (spread.p85, "p85"), (spread.p95, "p95"))
        if value is not None and bars
    ]
    return Chart(WIDTH, HEIGHT, tuple(boxes), tuple(across), _scale(most), tuple(lines))


def weekly(weeks: Sequence[tuple[date, int, int]]) -> Chart:
    """Cases started and ended, week by week."""
    most = max((max(started, ended) for _week, started, ended in weeks), default=0)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(weeks))
    boxes, across = [], []
    for place, (monday, started, ended) in enumerate(weeks):
        week = format_date(monday, "d MMM")
        for offset, number, kind, words in (
            (
                0.1,
                started,
                "second",
                _("week of %(week)s: %(count)s started", week=week, count=started),
            ),
            (0.5, ended, "first", _("week of %(week)s: %(count)s ended", week=week, count=ended)),
        ):
            height = _high(number, most)
            x = _LEFT + (place + offset) * step
            boxes.append(Box(x, HEIGHT - _BOTTOM - height, step * 0.38, height, words, kind))
        if place % max(1, math.ceil(len(weeks) / 8)) == 0:
            across.append(Tick(_LEFT + place * step, week))
    return Chart(WIDTH, HEIGHT, tuple(boxes), tuple(across), _scale(most))


def waiting_and_working(times: Sequence[TaskTime]) -> Chart:
    """Hours in all per task, waiting beside working, most first."""
    shown = times[:12]
    most = max((time.waiting_total + time.working_total for time in shown), default=0)
    left, row = 220, 26
    room = WIDTH - left - 70
    boxes, names = [], []
    for place, time in enumerate(shown):
        y = 8 + place * row
        waiting = room * time.waiting_total / most if most else 0
        working = room * time.working_total / most if most else 0
        boxes.append(
            Box(
                left,
                y,
                waiting,
                row - 8,
                _(
                    "%(task)s: waiting %(time)s in all",
                    task=time.name,
                    time=duration_words(time.waiting_total),
                ),
                "second",
            )
        )
        boxes.append(
            Box(
                left + waiting,
                y,
                working,
                row - 8,
                _(
                    "%(task)s: working %(time)s in all",
                    task=time.name,
                    time=duration_words(time.working_total),
                ),
            )
        )
        names.append(Tick(y + row / 2, time.name if len(time.name) <= 32 else time.name[:31] + "…"))
    return Chart(WIDTH, 16 + len(shown) * row, tuple(boxes), (), tuple(names), left=left)


def _high(number: int, most: int) -> float:
    return (HEIGHT - _TOP - _BOTTOM) * number / _nice(most) if most else 0.0


def _nice(most: int) -> int:
    """The top of the scale: the next number whose quarter reads well."""
    for size in (4, 8, 12, 20, 40, 80, 100, 200, 400, 800, 1000, 2000, 4000, 8000, 10_000, 20_000):
        if most <= size:
            return size
    return math.ceil(most / 20_000) * 20_000


def _scale(most: int) -> tuple[Tick, ...]:
    top = _nice(most)
    room = HEIGHT - _TOP - _BOTTOM
    return tuple(
        Tick(HEIGHT - _BOTTOM - room * part / 4, str(format_decimal(top * part // 4)))
        for part in range(5)
    )


def lasted_words(since: datetime, until: datetime | None) -> str:
    """How long something lasted, or lasts by now."""
    return duration_words(max(((until or now()) - since).total_seconds(), 0))


def register(app: Flask) -> None:
    """Give templates the filter `duration` for seconds."""
    app.jinja_env.filters["duration"] = duration_words
    app.jinja_env.filters["lasted"] = lasted_words
