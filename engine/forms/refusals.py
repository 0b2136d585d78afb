"""What can be wrong with a form or with the answers to it, as sentences to be translated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from engine.errors import N_, Refusal, filled


class UnreadableForm(Refusal):
    """The form's schema cannot be used at all."""

    sentence: ClassVar[str] = N_(
        "The form cannot be read: it is no form-js schema in JSON. Export it again from the form editor and load it."
    )


class FormTooLarge(UnreadableForm):
    """The schema holds more than a form may hold."""

    sentence: ClassVar[str] = N_(
        "The form cannot be read: at most {components} components, groups {groups} deep and {characters} characters "
        "are taken. Split it over several tasks."
    )


class FormTooCostly(Refusal):
    """Working out the form takes more than a page may take."""

    sentence: ClassVar[str] = N_(
        "This form cannot be worked out: its lists hold too many fields, or its expressions take too long. "
        "Tell the analyst of the procedure to make it simpler."
    )


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one answer: the field's path (`owners.0.name`), a template and its values."""

    key: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The message in English with its values filled in."""
        return filled(self.message, self.values)


@dataclass(frozen=True, slots=True)
class Note:
    """What was changed or left out of a schema, for its author: which component, a template and its values."""

    name: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The note in English with its values filled in."""
        return filled(self.message, {"name": self.name, **self.values})


class Unfit(Refusal):
    """Answers that do not fit the form; `errors` says which and why, in the order of the form."""

    sentence: ClassVar[str] = N_(
        "Some answers need mending ({count}). The form says which and why."
    )

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__(count=len(self.errors))


class Misfit(Exception):
    """Inside this folder only: one value does not fit; the form adds which field it was."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class Noting(Protocol):
    """How whoever reads a component tells its author something."""

    def __call__(self, message: str, /, **values: object) -> None: ...


def unnoted(message: str, /, **values: object) -> None:
    """Tells nobody."""
