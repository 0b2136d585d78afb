"""As it is above as it is to be, as bars of one scale: what a case takes, work and waiting, and the work by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from designer.asme import ActivityType, Totals
from webapp.words.studies import MEASURES, SIDE_NAMES, TYPES, minutes

# The darker the more of it is for the applicant.
_SHADES = {
    ActivityType.OPERATION: "shade5",
    ActivityType.REVIEW: "shade3",
    ActivityType.TRANSFER: "shade2",
    ActivityType.FILING: "shade1",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in hundredths of the longest one."""

    words: str
    shade: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One side."""

    name: str
    time: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Both sides, in one measure."""

    name: str
    bars: tuple[Bar, ...]


def beside(as_is: Totals, to_be: Totals) -> tuple[Beside, ...]:
    """Work and waiting together, then the work alone, which beside the waiting would be too thin to see."""
    whole = [
        [("shade5", str(MEASURES["touch"]), one.touch), ("shade1", str(MEASURES["wait"]), one.wait)]
        for one in (as_is, to_be)
    ]
    work = [
        [(shade, str(TYPES[kind]), one.by_type[kind]) for kind, shade in _SHADES.items()]
        for one in (as_is, to_be)
    ]
    found = (Beside(str(MEASURES["cycle"]), _bars(whole)), Beside(_("Work alone"), _bars(work)))
    return tuple(one for one in found if one.bars)


def _bars(sides: Sequence[Sequence[tuple[str, str, Decimal]]]) -> tuple[Bar, ...]:
    sums = [sum((amount for _shade, _name, amount in side), Decimal(0)) for side in sides]
    if not (longest := max(sums)):
        return ()
    bars = []
    for name, side, whole in zip(SIDE_NAMES.values(), sides, sums, strict=True):
        x, parts = Decimal(0), []
        for shade, words, amount in side:
            if amount:
                width = amount / longest * 100
                told = f"{words}: {minutes(amount)}"
                parts.append(Part(told, shade, round(float(x), 2), round(float(width), 2)))
                x += width
        bars.append(Bar(str(name), minutes(whole), tuple(parts)))
    return tuple(bars)
