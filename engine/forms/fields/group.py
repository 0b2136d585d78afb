"""Fields that belong together."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.field import Field


@dataclass(frozen=True, kw_only=True)
class Group(Field):
    """Fields under one heading; with a path, their answers are one object."""

    type: ClassVar[str] = "group"
    is_input: ClassVar[bool] = False
