"""What can go wrong with an expression: refusals before it runs, problems while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from engine.errors import Refusal, Said, filled


class FeelSyntaxError(Refusal):
    """The text is not FEEL; `position` is the character (from 0) where reading stopped."""

    sentence: ClassVar[str] = (
        "The expression cannot be read at character {position}, near “{near}”: {problem}"
    )

    def __init__(self, problem: str, position: int, text: str, /, **values: object) -> None:
        self.position = position
        self.problem = Said(problem, values)
        near = text[max(0, position - 10) : position + 20].strip() or "the end"
        super().__init__(position=position + 1, near=near, problem=self.problem)


class UnknownValue(Refusal):
    """A value from outside is of no kind that FEEL knows, so it is not let in."""

    sentence: ClassVar[str] = (
        "A value of kind “{kind}” cannot be used in an expression. "
        "Use text, numbers, yes/no, dates, lists or contexts."
    )


class ValueTooLarge(Refusal):
    """A value from outside is larger or deeper than expressions may handle."""

    sentence: ClassVar[str] = "A value is too large for an expression: {problem}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Where (character from 0) and why a part of an expression became null.

    `sentence` is an English template with ``{named}`` values, as in a refusal.
    """

    position: int
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence with its values filled in."""
        return filled(self.sentence, self.values)


class NullResult(Exception):
    """Inside evaluation only: this part is null, and why; never leaves this folder."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


class LimitReached(Exception):
    """Inside evaluation only: the whole evaluation stops; never leaves this folder."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values
