"""Room between parts of a form."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.field import Field


@dataclass(frozen=True, kw_only=True)
class Spacer(Field):
    """Room; how much is the page's affair."""

    type: ClassVar[str] = "spacer"
    is_input: ClassVar[bool] = False
