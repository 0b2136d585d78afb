"""A value worked out from other answers."""

from dataclasses import dataclass
from typing import ClassVar

from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import Formula, said
from engine.forms.json_value import Json, plain_json


@dataclass(frozen=True, kw_only=True)
class Calculated(Field):
    """An answer that nobody types: worked out on the server at every change and again on submit."""

    type: ClassVar[str] = "expression"
    is_input: ClassVar[bool] = False
    is_computed: ClassVar[bool] = True

    expression: Formula | None = None

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        return cls(**shared, expression=component.formula("expression"))

    def compute(self, around: Around) -> Json:
        return plain_json(self.expression.value(around.scope)) if self.expression else None

    def show(self, value: object, around: Around) -> Shown:
        # without a key it is only shown
        return Shown(
            text=said(value if self.key else self.compute(around), point=around.numerals.point)
        )
