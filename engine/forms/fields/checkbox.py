"""A yes or no."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import N_
from engine.forms.field import Around, Field
from engine.forms.json_value import Json
from engine.forms.refusals import Misfit

_YES = frozenset({"true", "on", "1", "yes"})
_NO = frozenset({"", "false", "off", "0", "no"})


@dataclass(frozen=True, kw_only=True)
class Checkbox(Field):
    """True or false; a required one must be ticked."""

    type: ClassVar[str] = "checkbox"
    empty: ClassVar[Json] = False

    def parse(self, value: object, around: Around) -> Json:
        if value is None or isinstance(value, bool):
            return bool(value)
        if isinstance(value, str) and value.lower() in _YES | _NO:
            return value.lower() in _YES
        raise Misfit(N_("“{label}” must be yes or no."))

    def is_missing(self, value: Json) -> bool:
        return value is not True
