"""A page from elsewhere, offered as a link."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import SILENT, Phrase
from engine.forms.markup import safe_url
from engine.forms.refusals import N_


@dataclass(frozen=True, kw_only=True)
class IFrame(Field):
    """Never embedded: another site inside ours could ask for passwords in our name."""

    type: ClassVar[str] = "iframe"
    is_input: ClassVar[bool] = False

    url: Phrase = SILENT

    @classmethod
    def read(cls, component: Component) -> Field:
        component.note(N_("“{name}”: the page it embeds is offered as a link."))
        shared = cls.shared(component)
        return cls(**shared, url=component.phrase("url"))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(url=safe_url(self.url.say(around.scope)))
