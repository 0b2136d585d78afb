"""What every form field is: read from a component, shown, and able to turn what was typed into JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, TypedDict

from engine.errors import N_
from engine.files.store import StoredFile
from engine.forms.component import Component
from engine.forms.formula import SILENT, Formula, Phrase
from engine.forms.json_value import Json, is_empty
from engine.forms.refusals import Misfit
from engine.numerals import Numerals


@dataclass(frozen=True, slots=True)
class Around:
    """What a field may look at while it is evaluated."""

    scope: Mapping[str, object]  # the case's data and the answers so far, for FEEL
    today: date
    numerals: Numerals  # how numbers are written and read there
    files: Mapping[str, StoredFile] = field(default_factory=dict)  # by sha256: what may be attached


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values a person may choose; `token` is how a page sends it."""

    token: str
    label: str
    value: Json


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page needs beyond the label: the type's own matter, ready to print."""

    options: tuple[Option, ...] = ()
    minimum: Json = None
    maximum: Json = None
    minutes: int | None = None  # between the times that may be chosen
    html: str = ""  # sanitised: the only text that templates print unescaped
    text: str = ""
    url: str = ""
    columns: tuple[tuple[str, str], ...] = ()  # (key, label)
    rows: tuple[tuple[str, ...], ...] = ()
    files: tuple[Mapping[str, Json], ...] = ()
    refused: frozenset[str] = frozenset()  # sha256 of those files that are not taken here


class Shared(TypedDict):
    """What all types read alike from a component."""

    key: str
    label: Phrase
    hint: Phrase
    hide: Formula | None
    required: bool | Formula
    readonly: bool | Formula
    default: "Json | Formula"
    before: Phrase
    after: Phrase


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a form. A type is a subclass in a file of its own under `fields/`."""

    type: ClassVar[str] = ""  # as form-js names it; also the name of its template
    is_input: ClassVar[bool] = True  # has an answer that a person gives
    is_computed: ClassVar[bool] = False  # has an answer that nobody gives
    empty: ClassVar[Json] = None

    key: str
    label: Phrase = SILENT
    hint: Phrase = SILENT
    hide: Formula | None = None
    required: "bool | Formula" = False
    readonly: "bool | Formula" = False
    default: "Json | Formula" = None
    before: Phrase = SILENT  # shown beside the input: a currency, a unit
    after: Phrase = SILENT
    fields: "tuple[Field, ...]" = ()

    @classmethod
    def read(cls, component: Component) -> "Field":
        """The field that this component describes."""
        return cls(**cls.shared(component))

    @classmethod
    def shared(cls, component: Component) -> Shared:
        """What all types read alike, as arguments of the constructor."""
        validate, look = component.part("validate"), component.part("appearance")
        default = component.data.get("defaultValue")
        return {
            "key": component.key,
            "label": component.phrase("label"),
            "hint": component.phrase("description"),
            "hide": component.part("conditional").formula("hide"),
            "required": validate.rule("required"),
            "readonly": component.rule("readonly") or component.flag("disabled"),
            "default": component.formula("defaultValue")
            if isinstance(default, str) and default.startswith("=")
            else component.json("defaultValue"),
            "before": look.phrase("prefixAdorner"),
            "after": look.phrase("suffixAdorner"),
        }

    @property
    def has_value(self) -> bool:
        """Whether the field puts something into the answers."""
        return (self.is_input or self.is_computed) and bool(self.key)

    @property
    def is_moving(self) -> bool:
        """Whether its answer, or whether it is asked, depends on other answers."""
        rules = (self.default, self.readonly)
        return (
            self.hide is not None
            or self.is_computed
            or any(isinstance(rule, Formula) for rule in rules)
        )

    @property
    def path(self) -> tuple[str, ...]:
        """Where its answer goes: `owner.name` is `name` inside `owner`."""
        return tuple(self.key.split(".")) if self.key else ()

    def parse(self, value: object, around: Around) -> Json:
        """The typed answer, not yet checked; raises Misfit when it cannot be one."""
        return None

    def kept(self, value: Json) -> object:
        """An answer of the case, or the default, as `parse` takes it: nobody typed it here."""
        return value

    def entry(self, value: Json, around: Around) -> Json:
        """A typed answer as it stands in the input, to be typed again."""
        return value

    def check(self, value: Json, around: Around) -> None:
        """Raise Misfit when a typed answer, not empty, breaks a rule of the field."""

    def is_missing(self, value: Json) -> bool:
        """Whether a required answer is not there."""
        return is_empty(value)

    def compute(self, around: Around) -> Json:
        """The answer of a field that nobody fills in."""
        return None

    def initial(self, around: Around) -> Json:
        """What stands in the field before anyone typed."""
        if isinstance(self.default, Formula):
            return self.default.value(around.scope)
        return self.default

    def show(self, value: object, around: Around) -> Shown:
        """What the page needs to print the field."""
        return Shown()

    def formulas(self) -> "tuple[Formula | Phrase, ...]":
        """Every expression of the field: which answers change the form is read from them."""
        return tuple(value for value in vars(self).values() if isinstance(value, Formula | Phrase))


MISSING = N_("Answer “{label}”.")


def plain_text(value: object, longest: int) -> str:
    """The text as a person meant it: line ends as \\n, no control characters, no blanks around.

    Raises Misfit for what is no text, or too long.
    """
    if not isinstance(value, str):
        raise Misfit(N_("“{label}” must be text."))
    if len(value) > longest * 2 + 100:
        raise Misfit(N_("“{label}” is too long: at most {limit} characters."), limit=longest)
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        letter
        for letter in lines
        if letter in "\n\t" or (letter.isprintable() or ord(letter) > 0xA0)
    )
    # half of a surrogate pair is no character: no database takes it
    return text.encode(errors="ignore").decode().strip()
