"""Any of a longer list."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.choosing import ChoosingSome
from engine.forms.json_value import Json


@dataclass(frozen=True, kw_only=True)
class Taglist(ChoosingSome):
    """Any of a longer list."""

    type: ClassVar[str] = "taglist"
    empty: ClassVar[Json] = []
