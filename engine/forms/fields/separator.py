"""A line between parts of a form."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.field import Field


@dataclass(frozen=True, kw_only=True)
class Separator(Field):
    """A line."""

    type: ClassVar[str] = "separator"
    is_input: ClassVar[bool] = False
