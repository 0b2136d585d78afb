"""Fields that are asked once per row, for as many rows as are needed."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Field
from engine.forms.json_value import Json

MOST_ROWS = 100


@dataclass(frozen=True, kw_only=True)
class DynamicList(Field):
    """Rows of the same fields; the answer is a list of objects."""

    type: ClassVar[str] = "dynamiclist"
    empty: ClassVar[Json] = []

    rows: int = 1  # before anyone typed
    is_growing: bool = True  # rows may be added and removed

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        shared["default"] = None
        repetitions = component.count("defaultRepetitions")
        return cls(
            **shared,
            rows=min(1 if repetitions is None else repetitions, MOST_ROWS),
            is_growing=component.data.get("allowAddRemove") is not False,
        )
