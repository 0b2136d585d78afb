"""One of a list, in a drop-down."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.choosing import ChoosingOne


@dataclass(frozen=True, kw_only=True)
class Select(ChoosingOne):
    """One of a list, in a drop-down."""

    type: ClassVar[str] = "select"
