"""Every refusal of Expedito and how it becomes a sentence.

A refusal says what happened, to what, and what to do next. The sentence is an English template with
named values; the web translates the template and then fills in the values, so a refusal carries both apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.sound_text import sound


def N_(words: str) -> str:
    """The words themselves; marks them for the catalogue, because they are translated where shown."""
    return words


_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Said:
    """A value of a sentence that is itself words of ours: a template with its values, to be translated apart."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return filled(self.sentence, self.values)

    def to_json(self) -> dict[str, Any]:
        """Kept until somebody reads it, in whichever language."""
        values = {
            name: value.to_json() if isinstance(value, Said) else _plain(value)
            for name, value in self.values.items()
        }
        return {"sentence": self.sentence, "values": values}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Said":
        """What `to_json` gave."""
        return cls(
            kept["sentence"],
            {
                name: cls.from_json(value) if isinstance(value, Mapping) else value
                for name, value in kept["values"].items()
            },
        )


def said_by(error: Exception) -> "Said | str":
    """What an error says, as words of ours where it has them; other machines' words in it are made sound."""
    if isinstance(error, Refusal):
        return sounded(Said(error.sentence, error.values))
    first = error.args[0] if error.args else None
    if isinstance(first, Said):
        return sounded(first)
    # behind DETAIL PostgreSQL quotes the row, with what people wrote in it
    return sounded(str(error).partition("\nDETAIL:")[0] or type(error).__name__)


def sounded(words: "Said | str") -> "Said | str":
    """The same words, such as every database can hold (`engine.sound_text`)."""
    if isinstance(words, str):
        return sound(words)
    return Said(words.sentence, {name: _sounded(value) for name, value in words.values.items()})


def _sounded(value: object) -> object:
    return sounded(value) if isinstance(value, str | Said) else value


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


class Refusal(Exception):
    """A request that cannot be carried out, with a sentence for the person who made it.

    Subclasses set `sentence`, an English template with ``{named}`` values; `values` fills it.
    `status` is the HTTP status the web answers with: 422 "mend this", 409 "someone was faster",
    404 "no such thing", 403 "not yours".
    """

    sentence: ClassVar[str] = "This cannot be done."
    status: ClassVar[int] = 422

    def __init__(self, **values: object) -> None:
        self.values: Mapping[str, object] = values
        super().__init__(self.message())

    def message(self, template: str | None = None) -> str:
        """The sentence with its values filled in; `template` is a translation of `sentence`."""
        return filled(template or self.sentence, self.values)


class Conflict(Refusal):
    """Someone was faster, or the thing has changed since it was read."""

    status = 409


class NotFound(Refusal):
    """There is no such thing, or the person may not know that there is."""

    sentence = "There is no {what} “{name}”. It may have been removed, or it is not yours to see."
    status = 404


class Forbidden(Refusal):
    """The person may not do this."""

    sentence = "You may not do this: it needs the role “{role}”. Ask an operator of your office."
    status = 403


def filled(template: str, values: Mapping[str, object]) -> str:
    """A sentence with its ``{named}`` values filled in; names without a value stay as they are.

    Not str.format, which would let a translation climb the attributes of a value; and in one pass, so that a value
    that looks like a name stays what it is.
    """
    return _NAMED.sub(lambda found: str(values.get(found[1], found[0])), template)
