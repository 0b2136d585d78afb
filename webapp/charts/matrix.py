"""A matrix: who hands over to whom, the darker the more often."""

from collections.abc import Sequence

from flask_babel import gettext as _

from engine.metrics.flow import Handover
from webapp.charts.canvas import WIDTH, Box, Chart, Tick, shortened
from webapp.charts.columns import Address

MOST = 12
_LEFT, _TOP, _CELL = 200, 10, 26
_SHADES = 5


def handovers(pairs: Sequence[Handover], address: Address | None = None) -> Chart:
    """Rows hand over, columns receive; the most frequent hands at most."""
    weight: dict[str, int] = {}
    for pair in pairs:
        weight[pair.source] = weight.get(pair.source, 0) + pair.count
        weight[pair.target] = weight.get(pair.target, 0) + pair.count
    names = sorted(sorted(weight, key=lambda name: -weight[name])[:MOST])
    place = {name: number for number, name in enumerate(names)}
    most = max((pair.count for pair in pairs), default=1)
    step = min(_CELL * 2.0, (WIDTH - _LEFT - 20) / max(1, len(names)))
    boxes = []
    for pair in pairs:
        if pair.source not in place or pair.target not in place:
            continue
        shade = max(1, round(_SHADES * (pair.count / most) ** 0.5))
        words = _(
            "%(source)s to %(target)s: %(count)s times",
            source=pair.source,
            target=pair.target,
            count=pair.count,
        )
        href = address(source=pair.source_id, target=pair.target_id) if address else ""
        x, y = _LEFT + place[pair.target] * step, _TOP + place[pair.source] * _CELL
        boxes.append(Box(x + 1, y + 1, step - 2, _CELL - 2, words, f"shade{shade}", href))
    up = tuple(
        Tick(_TOP + (number + 0.5) * _CELL, f"{number + 1}  {shortened(name, 28)}")
        for name, number in place.items()
    )
    across = tuple(
        Tick(_LEFT + (number + 0.4) * step, str(number + 1)) for number in place.values()
    )
    height = _TOP + len(names) * _CELL + 24
    return Chart(WIDTH, height, tuple(boxes), across=across, up=up, base=height - 24, left=_LEFT)
