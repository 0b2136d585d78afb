"""A picture."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import SILENT, Phrase
from engine.forms.markup import safe_url

_DATA = (
    "data:image/png;base64,",
    "data:image/jpeg;base64,",
    "data:image/gif;base64,",
    "data:image/webp;base64,",
)


@dataclass(frozen=True, kw_only=True)
class Image(Field):
    """A picture of ours or inside the form; one from elsewhere becomes a link, so that nobody is followed."""

    type: ClassVar[str] = "image"
    is_input: ClassVar[bool] = False

    source: Phrase = SILENT
    alt: Phrase = SILENT

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        return cls(**shared, source=component.phrase("source"), alt=component.phrase("alt"))

    def show(self, value: object, around: Around) -> Shown:
        source = self.source.say(around.scope)
        return Shown(
            url=source if source.startswith(_DATA) else safe_url(source),
            text=self.alt.say(around.scope),
        )
