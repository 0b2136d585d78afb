"""A diagram as SVG that needs no script: what was removed, added or changed by pattern and word, waiting as heat.

Nothing is told by colour alone: removed is hatched and dashed, added has a double border and dots, changed is striped;
each says so in a word, and waiting is written in figures below the element.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.i18n import _
from webapp.words.durations import duration_words

MARKS: dict[str, LazyString] = {
    "removed": lazy_gettext("removed"),
    "added": lazy_gettext("new"),
    "changed": lazy_gettext("changed"),
}
ABOUT: dict[str, LazyString] = {
    "name": lazy_gettext("name"),
    "office": lazy_gettext("office"),
    "kind": lazy_gettext("kind"),
    "form": lazy_gettext("form"),
    "rules": lazy_gettext("rules"),
    "repeats": lazy_gettext("repetition"),
    "time": lazy_gettext("time"),
    "way": lazy_gettext("way"),
}
HEATS = 4
_MARGIN = 24
_LETTER = 5.9  # pixels of an average letter at 11 px
_LINE = 13
_SHORT = 60.0  # seconds of waiting that are not worth a word


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape. `lines` are (x, y, words) of its name; `mark` is "", removed, added or changed; `heat` 0 to HEATS."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[float, float, str], ...]
    mark: str
    mark_words: str
    heat: int
    wait_words: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything a template needs to draw one diagram; pixels."""

    view: str  # SVG's viewBox
    width: float
    height: float
    shapes: tuple[Drawn, ...]
    edges: tuple[tuple[str, str, str, str], ...]  # points, kind, mark, path of the arrow's head
    labels: tuple[tuple[float, float, str], ...]  # of edges
    changes: tuple[str, ...]  # every mark as a sentence, for who does not see the picture


def hottest(diagrams: Mapping[str, Any]) -> float:
    """The longest wait of both sides: one scale for both pictures."""
    waits = [one["seconds"] for side in diagrams.values() for one in side["waits"].values()]
    return max(waits, default=0.0)


def drawing(side: Mapping[str, Any], top: float) -> Drawing | None:
    """One side's picture; `top` is the wait in seconds that is hottest. None for what draws nothing."""
    x, y, width, height = side["box"]
    if not side["shapes"] or width <= 0:
        return None
    marks, waits = side["marks"], side["waits"]
    shapes = tuple(_shape(one, marks.get(one["id"], ()), waits, top) for one in side["shapes"])
    edges, labels = [], []
    for one in side["edges"]:
        mark = (marks.get(one["id"]) or [""])[0]
        points = " ".join(f"{a},{b}" for a, b in one["points"])
        edges.append((points, one["kind"], mark, _arrow(one["points"])))
        if one["name"]:
            labels.append(_label(one))
    return Drawing(
        view=f"{x - _MARGIN} {y - _MARGIN} {width + 2 * _MARGIN} {height + 2 * _MARGIN}",
        width=width + 2 * _MARGIN,
        height=height + 2 * _MARGIN,
        shapes=shapes,
        edges=tuple(edges),
        labels=tuple(labels),
        changes=tuple(
            f"{one['name'] or one['id']}: {_mark_words(marks[one['id']])}"
            for one in side["shapes"]
            if one["id"] in marks and one["kind"] != "area"
        ),
    )


def _shape(
    one: Mapping[str, Any], mark: Sequence[str], waits: Mapping[str, Any], top: float
) -> Drawn:
    x, y, width, height = one["at"]
    wait = waits.get(one["id"])
    spent = 0.0 if wait is None else float(wait["seconds"])
    heat, told = 0, ""
    if spent >= _SHORT and top:
        heat = max(1, min(HEATS, round(HEATS * spent / top)))
        told = _("waits %(time)s", time=duration_words(spent))
    kind, name = one["kind"], one["name"]
    words = ", ".join(part for part in (name, _mark_words(mark), told) if part)
    return Drawn(
        kind,
        x,
        y,
        width,
        height,
        tuple(_name_lines(one)),
        mark[0] if mark else "",
        str(MARKS[mark[0]]) if mark else "",
        heat,
        told,
        one["mark"],
        words,
    )


def _mark_words(mark: Sequence[str]) -> str:
    if not mark:
        return ""
    about = ", ".join(str(ABOUT[what]) for what in mark[1:] if what in ABOUT)
    return f"{MARKS[mark[0]]} ({about})" if about else str(MARKS[mark[0]])


def _name_lines(one: Mapping[str, Any]) -> list[tuple[float, float, str]]:
    x, y, width, height = one["at"]
    name, kind = one["name"], one["kind"]
    if not name:
        return []
    if kind == "area":
        return [(x + 6, y + 14, name)] if one.get("is_upright") else []
    if kind == "opened":
        return [(x + 8, y + 16, name)]
    middle = x + width / 2
    if kind == "task":
        lines = wrapped(name, width - 10, most=max(1, int((height - 8) // _LINE)))
        first = y + height / 2 - (len(lines) - 1) * _LINE / 2 + 4
    else:
        lines = wrapped(name, 100, most=3)
        first = y + height + _LINE
    return [(middle, first + place * _LINE, line) for place, line in enumerate(lines)]


def _arrow(points: Sequence[Sequence[float]]) -> str:
    """The head at the end of a line; not every reader of SVG turns a marker the right way."""
    (x, y), (end_x, end_y) = points[-2], points[-1]
    length = hypot(end_x - x, end_y - y) or 1.0
    along, across = (end_x - x) / length, (end_y - y) / length
    corners = [
        (end_x - 9 * along + side * across, end_y - 9 * across - side * along) for side in (4, -4)
    ]
    (a, b), (c, d) = corners
    return f"M{end_x:.1f} {end_y:.1f}L{a:.1f} {b:.1f}L{c:.1f} {d:.1f}Z"


def _label(one: Mapping[str, Any]) -> tuple[float, float, str]:
    """Beside the middle of the longest piece of the line."""
    points = one["points"]
    pieces = list(pairwise(points))
    (x, y), (to_x, to_y) = max(
        pieces, key=lambda piece: abs(piece[0][0] - piece[1][0]) + abs(piece[0][1] - piece[1][1])
    )
    return (x + to_x) / 2, (y + to_y) / 2 - 5, wrapped(one["name"], 160, most=1)[0]


def wrapped(name: str, width: float, *, most: int) -> list[str]:
    """The name in lines that fit the width, the last one cut short where there is more."""
    room = max(4, int(width / _LETTER))
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    lines = [line if len(line) <= room else line[: room - 1] + "…" for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: room - 1] + "…"]
    return lines or [""]
