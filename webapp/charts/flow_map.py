"""The flow map: what follows what, as a picture; the wider an arrow the more often, and beside it how long it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from engine.metrics.flow import Step
from webapp.charts.canvas import shortened
from webapp.charts.columns import Address
from webapp.words.durations import duration_words
from webapp.words.numbers import thousands

MOST_TASKS = 16
_OFTEN = (
    0.05  # of the most frequent arrow: rarer ones are drawn only where a task would hang in the air
)
_WIDTH, _BOX, _HIGH, _ROW = 960.0, 200.0, 36.0, 96.0
_WIDEST = 7.0
_SIDE = 84.0  # room at the edges for ways back


@dataclass(frozen=True, slots=True)
class Place:
    """A task, or the start or end; x and y are its upper left corner."""

    x: float
    y: float
    width: float
    name: str
    words: str
    href: str = ""
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one place to another, as an SVG path; `label` is written at x, y."""

    path: str
    width: float
    label: str
    x: float
    y: float
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class FlowMap:
    """Everything a template needs to draw it; `share` of all steps is drawn."""

    width: float
    height: float
    places: tuple[Place, ...]
    arrows: tuple[Arrow, ...]
    share: float


def flow_map(steps: Sequence[Step], names: Mapping[str, str], address: Address) -> FlowMap | None:
    """The most frequent tasks and what leads from one to another, from top to bottom; None without any."""
    every = sum(step.count for step in steps)
    drawn = _chosen(steps)
    if not drawn:
        return None
    rows = _rows(drawn)
    spots = _spots(rows)
    counts = {name: _through(name, drawn) for name in spots}
    most = max(step.count for step in drawn)
    places = tuple(
        Place(
            x=x,
            y=y,
            width=width,
            name=_name(name, names, width),
            words=_("%(task)s: %(count)s times", task=_whole(name, names), count=counts[name]),
            href="" if name in (_START, _END) else address(task=name),
            is_end=name in (_START, _END),
        )
        for name, (x, y, width) in spots.items()
    )
    taken = [(x, y, x + width, y + _HIGH) for x, y, width in spots.values()]
    by_count = sorted(drawn, key=lambda step: -step.count)
    arrows = tuple(reversed([_arrow(one, spots, names, most, address, taken) for one in by_count]))
    height = max(place.y for place in places) + _HIGH + 12
    return FlowMap(_WIDTH, height, places, arrows, sum(step.count for step in drawn) / every)


_START, _END = "\x00start", "\x00end"


def _ends(step: Step) -> tuple[str, str]:
    return step.source or _START, step.target or _END


def _chosen(steps: Sequence[Step]) -> list[Step]:
    """Steps between the most frequent tasks: the frequent ones, and the best way to and from each task."""
    counts: dict[str, int] = {}
    for step in steps:
        counts[step.target] = counts.get(step.target, 0) + step.count
    counts.pop("", None)
    kept = {"", *sorted(counts, key=lambda name: (-counts[name], name))[:MOST_TASKS]}
    among = [step for step in steps if step.source in kept and step.target in kept]
    most = max((step.count for step in among), default=0)
    into: dict[str, Step] = {}
    out: dict[str, Step] = {}
    for step in among:  # most frequent first
        if step.source != step.target:
            into.setdefault(step.target, step)
            out.setdefault(step.source, step)
    needed = {id(step) for step in (*into.values(), *out.values())}
    return [step for step in among if step.count >= _OFTEN * most or id(step) in needed]


def _rows(steps: Sequence[Step]) -> list[list[str]]:
    """Places in rows: each below what leads to it, ways back left out; rows in the order of those above."""
    after: dict[str, list[str]] = {}
    for step in steps:
        source, target = _ends(step)
        after.setdefault(source, []).append(target)
        after.setdefault(target, [])
    forward: dict[str, list[str]] = {name: [] for name in after}
    done: list[str] = []
    on_way: set[str] = set()

    def walk(name: str) -> None:  # at most MOST_TASKS deep
        on_way.add(name)
        for target in after[name]:
            if target not in on_way:
                forward[name].append(target)
                if target not in done:
                    walk(target)
        on_way.discard(name)
        done.append(name)

    for name in (_START, *after):
        if name in after and name not in done:
            walk(name)
    level = dict.fromkeys(after, 0)
    for name in reversed(done):
        for target in forward[name]:
            level[target] = max(level[target], level[name] + 1)
    if _END in level:
        level[_END] = max(level.values()) + (level[_END] < max(level.values()))
    rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    for name in reversed(done):
        rows[level[name]].append(name)
    spot = {name: number for row in rows for number, name in enumerate(row)}
    above: dict[str, list[str]] = {name: [] for name in after}
    for name, targets in forward.items():
        for target in targets:
            above[target].append(name)
    for row in rows[1:]:
        row.sort(key=lambda name: sum(spot[one] for one in above[name]) / max(1, len(above[name])))
        spot.update({name: number for number, name in enumerate(row)})
    return [row for row in rows if row]


def _spots(rows: Sequence[Sequence[str]]) -> dict[str, tuple[float, float, float]]:
    spots = {}
    room = _WIDTH - 2 * _SIDE
    for number, row in enumerate(rows):
        step = room / len(row)
        width = min(_BOX, step - 14)
        for place, name in enumerate(row):
            own = 64.0 if name in (_START, _END) else width
            spots[name] = (_SIDE + (place + 0.5) * step - own / 2, 8 + number * _ROW, own)
    return spots


_Rect = tuple[float, float, float, float]
_Spot = tuple[float, float]
_Curve = tuple[_Spot, _Spot, _Spot, _Spot]
_DETOURS = (0.0, 0.4, 1.5, 2.1, 2.7)  # of the usual one
_PARTS = tuple(part / 24 for part in range(1, 24))  # of a curve, that are looked at


def _arrow(
    step: Step,
    spots: Mapping[str, tuple[float, float, float]],
    names: Mapping[str, str],
    most: int,
    address: Address,
    taken: list[_Rect],
) -> Arrow:
    source, target = _ends(step)
    label = f"{thousands(step.count)} · {duration_words(step.seconds)}"
    others = [spot for name, spot in spots.items() if name not in (source, target)]
    curve = _curve(spots[source], spots[target], others)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    path = f"M{ax:.0f} {ay:.0f}C{bx:.0f} {by:.0f} {cx:.0f} {cy:.0f} {dx:.0f} {dy:.0f}"
    x, y = _label_spot(curve, 6.2 * len(label), taken)
    words = _(
        "%(source)s to %(target)s: %(count)s times, mean time between %(time)s",
        source=_whole(source, names),
        target=_whole(target, names),
        count=thousands(step.count),
        time=duration_words(step.seconds),
    )
    width = max(1.0, _WIDEST * (step.count / most) ** 0.5)
    href = address(before=step.source, after=step.target)
    return Arrow(path, round(width, 1), label if x else "", x, y, words, href)


def _curve(
    source: tuple[float, float, float],
    target: tuple[float, float, float],
    others: Sequence[tuple[float, float, float]],
) -> _Curve:
    (x1, y1, w1), (x2, y2, w2) = source, target
    a, b = x1 + w1 / 2, x2 + w2 / 2
    if y2 > y1:
        rows = round((y2 - y1) / _ROW)
        if rows < 2:
            return _down(source, target, 0.0)
        # what passes a row goes round the places that stand in it, on the side where fewest are in the way
        usual = _detour(a, b, rows)
        between = [spot for spot in others if y1 < spot[1] < y2]
        tried = (usual, -usual, *(side * part for part in _DETOURS for side in (usual, -usual)))
        curves = (_down(source, target, detour) for detour in tried)
        return min(curves, key=lambda curve: _in_the_way(curve, between))
    # back, on the nearer side
    is_left = a < _WIDTH / 2
    side = 8.0 if is_left else _WIDTH - 8
    a, b = (x1, x2 - 7) if is_left else (x1 + w1, x2 + w2 + 7)
    ay, by = y1 + _HIGH * 0.65, y2 + _HIGH * 0.35
    return (a, ay), (side, ay), (side, by), (b, by)


def _down(
    source: tuple[float, float, float], target: tuple[float, float, float], detour: float
) -> _Curve:
    (x1, y1, w1), (x2, y2, w2) = source, target
    a, b = x1 + w1 / 2, x2 + w2 / 2
    # arrows to one place arrive beside each other
    lean = max(-0.32, min(0.32, (b - a) / 500)) + max(-0.3, min(0.3, detour / 900))
    a, b = a + lean * w1, b - lean * w2 + max(-w2 / 4, min(w2 / 4, detour / 8))
    ay, by = y1 + _HIGH, y2 - 7
    bend = (by - ay) * 0.45
    return (a, ay), (a + detour, ay + bend), (b + detour, by - bend), (b, by)


def _in_the_way(curve: _Curve, spots: Sequence[tuple[float, float, float]]) -> int:
    """How much of a curve lies behind places, or beyond the picture."""
    found = 0
    for part in _PARTS:
        x, y = _on(curve, part)
        found += not 4 < x < _WIDTH - 4
        for left, top, width in spots:
            found += left - 4 < x < left + width + 4 and top - 2 < y < top + _HIGH + 2
    return found


def _on(curve: _Curve, part: float) -> _Spot:
    rest = 1 - part
    weights = (rest**3, 3 * rest * rest * part, 3 * rest * part * part, part**3)
    x = sum(weight * spot[0] for weight, spot in zip(weights, curve, strict=True))
    return x, sum(weight * spot[1] for weight, spot in zip(weights, curve, strict=True))


def _label_spot(curve: _Curve, width: float, taken: list[_Rect]) -> _Spot:
    """Where on the curve a label covers nothing; 0, 0 where it would everywhere: the words of the arrow remain."""
    for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78):
        x, y = _on(curve, part)
        y += 4
        x = min(max(x, width / 2), _WIDTH - width / 2)
        own = (x - width / 2, y - 11, x + width / 2, y + 3)
        if not any(_overlap(own, other) for other in taken):
            taken.append(own)
            return x, y
    return 0.0, 0.0


def _overlap(one: _Rect, other: _Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _detour(a: float, b: float, rows: int) -> float:
    # what passes a row goes round the places that stand in it
    outward = 1 if (a + b) / 2 >= _WIDTH / 2 else -1
    return outward * min(260.0, 130.0 + 24 * rows)


def _through(name: str, steps: Sequence[Step]) -> int:
    into = sum(step.count for step in steps if _ends(step)[1] == name)
    return into or sum(step.count for step in steps if _ends(step)[0] == name)


def _whole(name: str, names: Mapping[str, str]) -> str:
    return {_START: _("start"), _END: _("end")}.get(name) or names.get(name, name)


def _name(name: str, names: Mapping[str, str], width: float) -> str:
    return shortened(_whole(name, names), max(6, int(width / 6.9)))
