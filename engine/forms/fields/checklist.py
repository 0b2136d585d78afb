"""Any of a few options, all in sight."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.choosing import ChoosingSome
from engine.forms.json_value import Json


@dataclass(frozen=True, kw_only=True)
class Checklist(ChoosingSome):
    """Any of a few options, all in sight."""

    type: ClassVar[str] = "checklist"
    empty: ClassVar[Json] = []
