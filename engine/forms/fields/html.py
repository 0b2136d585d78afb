"""HTML to read, without anything that acts."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import SILENT, Phrase
from engine.forms.markup import sanitised


@dataclass(frozen=True, kw_only=True)
class Html(Field):
    """The author's HTML, sanitised after the (escaped) values are in it."""

    type: ClassVar[str] = "html"
    is_input: ClassVar[bool] = False

    content: Phrase = SILENT

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        return cls(**shared, content=component.phrase("content"))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(html=sanitised(self.content.say(around.scope, is_html=True)))
