"""Text to read, written in Markdown."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import SILENT, Phrase
from engine.forms.markup import from_markdown


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Markdown with values in it; no HTML gets through."""

    type: ClassVar[str] = "text"
    is_input: ClassVar[bool] = False

    text: Phrase = SILENT

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        return cls(**shared, text=component.phrase("text"))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(html=from_markdown(self.text.say(around.scope)))
