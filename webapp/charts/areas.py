"""Areas: cases piled up, day by day."""

from collections.abc import Sequence

from flask_babel import format_date
from flask_babel import gettext as _

from engine.metrics.flow import Flowed
from webapp.charts.canvas import BOTTOM, HEIGHT, LEFT, RISE, ROOM, Area, Chart, Tick, nice, scale

MOST_BANDS = 5
MOST_POINTS = 90
KINDS = ("touch", "unclaimed", "applicant", "other_office", "timer", "suspended")


def cumulative_flow(flowed: Flowed) -> Chart:
    """What stood at each task at the end of each day, one band upon the other; the largest lowest."""
    every = max(1, len(flowed.days) // MOST_POINTS)
    places = list(range(0, len(flowed.days), every))
    bands: list[tuple[str, Sequence[int]]] = [
        (pile.name, [pile.count[place] for place in places]) for pile in flowed.piles[:MOST_BANDS]
    ]
    rest = flowed.piles[MOST_BANDS:]
    if rest:
        bands.append((_("other tasks"), [sum(pile.count[at] for pile in rest) for at in places]))
    base = [0] * len(places)
    top = nice(
        max((sum(band[at] for _name, band in bands) for at in range(len(places))), default=0)
    )
    areas = []
    for number, (name, band) in enumerate(bands):
        over = [low + more for low, more in zip(base, band, strict=True)]
        areas.append(Area(_path(base, over, top), name, KINDS[number % len(KINDS)]))
        base = over
    across = tuple(
        Tick(
            LEFT + ROOM * part / 6,
            format_date(flowed.days[(len(flowed.days) - 1) * part // 6], "d MMM"),
        )
        for part in range(6 if flowed.days else 0)
    )
    return Chart(areas=tuple(areas), across=across, up=scale(top))


def _path(low: Sequence[int], high: Sequence[int], top: float) -> str:
    many = max(1, len(low) - 1)

    def point(place: int, value: float) -> str:
        return f"{LEFT + ROOM * place / many:.0f} {HEIGHT - BOTTOM - RISE * value / top:.0f}"

    there = [point(place, value) for place, value in enumerate(high)]
    back = [point(place, low[place]) for place in range(len(low) - 1, -1, -1)]
    return "M" + "L".join([*there, *back]) + "Z"
