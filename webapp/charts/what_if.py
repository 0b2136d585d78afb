"""Charts of simulations as numbers: distributions over each other, waiting per task, what moves the result most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from designer.simulation.outcomes import Results
from engine.errors import filled
from webapp.charts.canvas import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RISE,
    ROOM,
    TOP,
    WIDTH,
    Box,
    Chart,
    Tick,
)
from webapp.i18n import _
from webapp.words.durations import duration_words
from webapp.words.what_ifs import who

HEATS = 5
MOST_ROWS = 12
_NAMES = 250  # room for names left of bars


@dataclass(frozen=True, slots=True)
class Line:
    """One distribution: the share of cases (up) that end within a time (across)."""

    points: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """Distributions over each other."""

    width: float
    height: float
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    base: float = HEIGHT - BOTTOM
    left: float = LEFT


def overlay(found: Sequence[tuple[str, Results]]) -> Overlay | None:
    """How many cases end within how long, scenario by scenario."""
    shown = [(name, results.durations) for name, results in found if results.durations][:4]
    if not shown:
        return None
    most = max(durations[int(0.97 * (len(durations) - 1))] for _name, durations in shown) or 1.0
    lines = []
    for place, (name, durations) in enumerate(shown):
        points = [
            (
                LEFT + ROOM * min(1.0, value / most),
                HEIGHT - BOTTOM - RISE * (rank + 0.5) / len(durations),
            )
            for rank, value in enumerate(durations)
            if value <= most
        ]
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in [(LEFT, HEIGHT - BOTTOM), *points])
        lines.append(Line(text, name, f"line{place}"))
    across = tuple(
        Tick(LEFT + ROOM * part / 4, duration_words(most * part / 4)) for part in range(4)
    )
    up = tuple(Tick(HEIGHT - BOTTOM - RISE * part / 4, f"{25 * part} %") for part in range(5))
    return Overlay(WIDTH, HEIGHT, tuple(lines), across, up)


def heat(results: Results) -> dict[str, str]:
    """Element → class: the more is waited there in all, the hotter; the bottleneck is the hottest."""
    most = max((task.waited for task in results.tasks), default=0.0)
    if not most:
        return {}
    return {
        task.element_id: f"heat{max(1, math.ceil(HEATS * task.waited / most))}"
        for task in results.tasks
        if task.waited > 0.02 * most
    }


def waits(results: Results, names: Mapping[str, str]) -> Chart | None:
    """Waiting beside working per case and task, most first."""
    cases = results.cases * len(results.seeds) or 1
    shown = sorted(results.tasks, key=lambda t: -t.count * (t.waiting + t.working))[:MOST_ROWS]
    most = max((t.count * (t.waiting + t.working) / cases for t in shown), default=0.0)
    if not most:
        return None
    boxes, labels = [], []
    for place, task in enumerate(shown):
        y, scale = 8 + place * 26, (WIDTH - _NAMES - 40) / most / cases
        waiting, working = task.count * task.waiting * scale, task.count * task.working * scale
        name = names.get(task.element_id, task.name)
        per_case = duration_words(task.count * task.waiting / cases)
        boxes.append(
            Box(
                _NAMES,
                y,
                waiting,
                18,
                _("%(task)s: waits %(time)s per case", task=name, time=per_case),
                "second",
            )
        )
        per_case = duration_words(task.count * task.working / cases)
        boxes.append(
            Box(
                _NAMES + waiting,
                y,
                max(working, 1.0),
                18,
                _("%(task)s: work of %(time)s per case", task=name, time=per_case),
            )
        )
        labels.append(Tick(y + 9, _short(name)))
    return Chart(height=16 + len(shown) * 26, boxes=tuple(boxes), up=tuple(labels), left=_NAMES)


def tornado(found: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Bars from what less of an assumption gives to what more of it gives, the widest on top."""
    shown = list(found)[:MOST_ROWS]
    values = [value for one in shown for value in (one["low"], one["high"], one["base"])]
    if not shown or max(values) <= min(values):
        return None
    low, high = min(values), max(values)
    scale = (WIDTH - _NAMES - 60) / (high - low)
    boxes, labels = [], []
    for place, one in enumerate(shown):
        start, end = sorted((one["low"], one["high"]))
        template = one["what"]
        what = filled(gettext(template), {"about": who(one["about"])})
        words = _(
            "%(what)s: %(low)s to %(high)s",
            what=what,
            low=duration_words(one["low"]),
            high=duration_words(one["high"]),
        )
        kind = "second" if one.get("is_assumed") else "first"
        x = _NAMES + (start - low) * scale
        boxes.append(
            Box(x, TOP + 10 + place * 26, max((end - start) * scale, 1.5), 18, words, kind)
        )
        labels.append(Tick(TOP + 10 + place * 26 + 9, _short(what)))
    base = _NAMES + (shown[0]["base"] - low) * scale
    bottom = TOP + 16 + len(shown) * 26
    line = (Tick(base, duration_words(shown[0]["base"])),)
    return Chart(
        height=bottom + 4,
        boxes=tuple(boxes),
        up=tuple(labels),
        lines=line,
        base=bottom,
        left=_NAMES,
    )


def _short(name: str) -> str:
    return name if len(name) <= 34 else name[:33] + "…"
