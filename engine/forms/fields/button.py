"""A button inside a form."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Field


@dataclass(frozen=True, kw_only=True)
class Button(Field):
    """Sends the form, or takes it back to what it was."""

    type: ClassVar[str] = "button"
    is_input: ClassVar[bool] = False

    action: str = "submit"

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        return cls(**shared, action="reset" if component.text("action") == "reset" else "submit")
