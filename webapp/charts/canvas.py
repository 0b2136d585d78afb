"""What charts are made of: a canvas with axes, boxes, dots, areas and lines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.words.durations import duration_words
from webapp.words.numbers import thousands

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 68, 12, 22, 34
ROOM, RISE = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
_DAY = 86_400.0
_STEPS = (60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200)
_DAYS = (1, 2, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365, 730, 1825)


@dataclass(frozen=True, slots=True)
class Box:
    """A bar, with the words a reader gets for it; `href` leads to its cases."""

    x: float
    y: float
    width: float
    height: float
    words: str
    kind: str = "first"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point; `size` is its radius."""

    x: float
    y: float
    size: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A band between two lines, as an SVG path."""

    path: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; `place` is x or y in the picture."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs to draw one picture."""

    width: float = WIDTH
    height: float = HEIGHT
    boxes: tuple[Box, ...] = ()
    dots: tuple[Dot, ...] = ()
    areas: tuple[Area, ...] = ()
    across: tuple[Tick, ...] = ()
    up: tuple[Tick, ...] = ()
    lines: tuple[Tick, ...] = ()  # upright
    levels: tuple[Tick, ...] = ()  # level
    base: float = HEIGHT - BOTTOM
    left: float = LEFT


def shortened(name: str, most: int = 32) -> str:
    """A name that fits beside a bar."""
    return name if len(name) <= most else name[: most - 1] + "…"


def place_across(number: int, many: int) -> float:
    """The middle of one of so many columns."""
    return LEFT + (number + 0.5) * ROOM / max(1, many)


def high(value: float, top: float) -> float:
    """How high a bar is."""
    return RISE * min(value, top) / top if top else 0.0


def nice(most: float) -> int:
    """The top of a scale of counts: the next number whose quarter reads well."""
    for size in (4, 8, 12, 20, 40, 80, 100, 200, 400, 800, 1000, 2000, 4000, 8000, 10_000, 20_000):
        if most <= size:
            return size
    return math.ceil(most / 20_000) * 20_000


def scale(most: float) -> tuple[Tick, ...]:
    """Ticks of a scale of counts."""
    top = nice(most)
    return tuple(
        Tick(HEIGHT - BOTTOM - RISE * part / 4, thousands(top * part // 4)) for part in range(5)
    )


def nice_seconds(most: float) -> float:
    """The top of a scale of durations: four steps that read well."""
    steps = [float(step) for step in _STEPS] + [days * _DAY for days in _DAYS]
    return next((4 * step for step in steps if 4 * step >= most), most)


def scale_of_seconds(top: float) -> tuple[Tick, ...]:
    """Ticks of a scale of durations."""
    return tuple(
        Tick(HEIGHT - BOTTOM - RISE * part / 4, duration_words(top * part / 4) if part else "0")
        for part in range(5)
    )


def some_labels(labels: Sequence[str], most: int = 8) -> tuple[Tick, ...]:
    """Labels under columns, as many as fit."""
    every = max(1, math.ceil(len(labels) / most))
    step = ROOM / max(1, len(labels))
    return tuple(
        Tick(LEFT + place * step, label) for place, label in enumerate(labels) if place % every == 0
    )
