"""Text of several lines."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.fields.textfield import TextField


@dataclass(frozen=True, kw_only=True)
class TextArea(TextField):
    """Several lines of text, lines ending in \\n."""

    type: ClassVar[str] = "textarea"
    longest: ClassVar[int] = 50_000
