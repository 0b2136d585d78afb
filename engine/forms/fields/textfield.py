"""A line of text."""

import re
from dataclasses import dataclass
from typing import ClassVar

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Around, Field, plain_text
from engine.forms.json_value import Json
from engine.forms.pattern import compiled_pattern, example_of
from engine.forms.refusals import Misfit

LONGEST = 4_000
MAX_PATTERN = 1_000

EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:.]{2,}")
PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,24}")

# WCAG 2.2, 1.3.5: what a field about the person in front of the screen may be filled with
PURPOSES = {
    "email": "email",
    "correo": "email",
    "phone": "tel",
    "telefono": "tel",
    "celular": "tel",
    "name": "name",
    "nombre": "name",
    "nombres": "given-name",
    "apellidos": "family-name",
    "razon_social": "organization",
    "direccion": "street-address",
    "domicilio": "street-address",
    "address": "street-address",
}


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """A line of text, at most as long, and shaped as, the form says."""

    type: ClassVar[str] = "textfield"
    empty: ClassVar[Json] = ""
    longest: ClassVar[int] = LONGEST

    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    pattern_message: str = ""
    kind: str = ""  # email, phone

    @classmethod
    def read(cls, component: Component) -> Field:
        validate = component.part("validate")
        pattern = validate.text("pattern")[:MAX_PATTERN]
        if pattern and compiled_pattern(pattern) is None:
            component.note(N_("“{name}”: its pattern cannot be checked safely; it is left out."))
            pattern = ""
        kind = validate.text("validationType")
        shared = cls.shared(component)
        return cls(
            **shared,
            min_length=validate.count("minLength"),
            max_length=validate.count("maxLength"),
            pattern=pattern,
            pattern_message=validate.text("patternErrorMessage")[:300],
            kind=kind if kind in ("email", "phone") else "",
        )

    def parse(self, value: object, around: Around) -> Json:
        return "" if value is None else plain_text(value, self.longest)

    def check(self, value: Json, around: Around) -> None:
        if not isinstance(value, str):
            raise Misfit(N_("“{label}” must be text."))
        longest = min(self.max_length or self.longest, self.longest)
        if len(value) > longest:
            raise Misfit(
                N_("“{label}” is too long: at most {limit} characters, there are {count}."),
                limit=longest,
                count=len(value),
            )
        if self.min_length and len(value) < self.min_length:
            raise Misfit(
                N_("“{label}” is too short: at least {limit} characters."), limit=self.min_length
            )
        if self.kind == "email" and not EMAIL.fullmatch(value):
            raise Misfit(N_("“{label}” must be an e-mail address, such as name@example.org."))
        if self.kind == "phone" and not PHONE.fullmatch(value):
            raise Misfit(N_("“{label}” must be a telephone number: digits, spaces and +."))
        self._check_pattern(value, around)

    def _check_pattern(self, value: str, around: Around) -> None:
        if not self.pattern:
            return
        compiled = compiled_pattern(self.pattern)
        # anywhere in the text, as form-js does: whoever wants all of it writes ^ and $
        if compiled is not None and compiled.search(value) is None:
            if self.pattern_message:
                # the author's own words, so they are a value and not a template
                raise Misfit(N_("“{label}”: {reason}"), reason=self.pattern_message)
            example = example_of(self.pattern)
            if self.hint.say(around.scope):
                raise Misfit(
                    N_("“{label}” is not written in the expected way. See the hint beside it.")
                )
            if example:
                raise Misfit(
                    N_("“{label}” is not written in the expected way. Write it like {example}."),
                    example=example,
                )
            raise Misfit(
                N_(
                    "“{label}” is not written in the expected way. "
                    "Copy it exactly as it stands in your document, or ask the office."
                )
            )

    @property
    def purpose(self) -> str:
        """What the browser may fill in (`autocomplete`) when the person writes about themselves."""
        if self.kind:
            return "email" if self.kind == "email" else "tel"
        return PURPOSES.get(self.path[-1].lower() if self.path else "", "")
