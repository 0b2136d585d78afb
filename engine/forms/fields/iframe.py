"""A page from elsewhere, offered as a link, and embedded where the operator trusts its host."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import SILENT, Phrase
from engine.forms.markup import safe_url

# What form-js lets an author allow, and the word of HTML for it. Leaving our page is never allowed.
ALLOWED = {
    "allowScripts": "allow-scripts",
    "allowSameOrigin": "allow-same-origin",
    "allowForms": "allow-forms",
    "allowModals": "allow-modals",
    "allowPopups": "allow-popups",
}


@dataclass(frozen=True, kw_only=True)
class IFrame(Field):
    """A link by default: another site inside ours could ask for passwords in our name.

    The page embeds it when its host is one the operator listed; `Shown.text` is its sandbox then.
    """

    type: ClassVar[str] = "iframe"
    is_input: ClassVar[bool] = False

    url: Phrase = SILENT
    sandbox: str = ""  # the words of HTML's `sandbox`; empty: everything is forbidden

    @classmethod
    def read(cls, component: Component) -> Field:
        component.note(
            N_(
                "“{name}”: the page it embeds is offered as a link, unless the operator trusts its host."
            )
        )
        shared = cls.shared(component)
        security = component.part("security")
        allowed = (word for name, word in ALLOWED.items() if security.flag(name))
        return cls(**shared, url=component.phrase("url"), sandbox=" ".join(allowed))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(url=safe_url(self.url.say(around.scope)), text=self.sandbox)
