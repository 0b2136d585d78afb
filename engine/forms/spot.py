"""A field at its place in a form, with what was sent, what the case had, and what became of it."""

import dataclasses
from collections.abc import Iterator, Mapping

from engine.forms.field import Field
from engine.forms.fields.dynamiclist import DynamicList
from engine.forms.json_value import Json
from engine.forms.refusals import Misfit

ABSENT = object()  # nothing was sent: other than null


@dataclasses.dataclass(eq=False)
class Spot:
    """A field at its place: inside a list, the same field is at one spot per row."""

    field: Field
    path: tuple[str | int, ...]
    parent: "Spot | None" = None  # the list that this is a row's part of, or the group around
    row: int | None = None
    raw: object = ABSENT
    earlier: Json = None  # what the case already has there
    # in a list that grows: what its rows have there already, whichever row this was
    found: tuple[Json, ...] = ()
    typed: Json = None
    misfit: Misfit | None = None
    is_visible: bool = True
    children: list["Spot"] = dataclasses.field(default_factory=list)
    rows: list[list["Spot"]] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """The path as text: `owners.0.name`."""
        return ".".join(map(str, self.path))

    @property
    def is_in_sight(self) -> bool:
        """Whether the spot and all around it are shown."""
        spot: Spot | None = self
        while spot is not None:
            if not spot.is_visible:
                return False
            spot = spot.parent
        return True

    @property
    def is_as_sent(self) -> bool:
        """Whether a page shows what was sent, to be mended."""
        return self.misfit is not None and self.raw is not ABSENT

    def shown_value(self) -> object:
        """What a page shows: what was typed when it does not fit, else the typed answer."""
        return self.raw if self.is_as_sent else self.typed


def at(data: object, path: tuple[str, ...]) -> object:
    """What lies at this path of nested objects; ABSENT where nothing does."""
    for name in path:
        if not isinstance(data, Mapping) or name not in data:
            return ABSENT
        data = data[name]
    return data


def walk(spots: list[Spot]) -> Iterator[Spot]:
    """Every spot, in the order of the form."""
    for spot in spots:
        yield spot
        yield from walk(spot.children)
        for row in spot.rows:
            yield from walk(row)


def row_of(spot: Spot) -> tuple[Spot | None, int | None]:
    """The list and the row that the spot is in; nothing when it is in none."""
    inner, outer = spot, spot.parent
    while outer is not None:
        if isinstance(outer.field, DynamicList):
            return outer, inner.row
        inner, outer = outer, outer.parent
    return None, None
