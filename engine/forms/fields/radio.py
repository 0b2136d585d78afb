"""One of a few options, all in sight."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.choosing import ChoosingOne


@dataclass(frozen=True, kw_only=True)
class Radio(ChoosingOne):
    """One of a few options, all in sight."""

    type: ClassVar[str] = "radio"
