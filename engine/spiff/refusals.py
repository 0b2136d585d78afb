"""What the engine refuses, each with its sentence."""

from dataclasses import dataclass, field

from engine.errors import Conflict, Refusal, Said, filled


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in a diagram that cannot run: a translatable sentence about an element and its line in the file."""

    sentence: str
    element_id: str | None = None
    line: int | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in English with its values."""
        return filled(self.sentence, self.values)


class NotRunnable(Refusal):
    """The diagram cannot run; `obstacles` lists everything that stands in the way."""

    sentence = "This diagram cannot run: {problem} ({count} in all). Mend it and upload it again."

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        self.obstacles = obstacles
        first = obstacles[0]
        self.element_id = first.element_id
        self.line = first.line
        super().__init__(problem=Said(first.sentence, first.values), count=len(obstacles))


class NotWaiting(Conflict):
    """The token is no longer there, or waits for something else."""

    sentence = (
        "The case does not wait for this any more (token {token}). Reload to see where it stands."
    )


class ChoiceNeeded(Refusal):
    """The person has to choose where the case goes."""

    sentence = "Choose how to go on after “{name}”: {options}."


class ChoiceUnknown(Refusal):
    """The choice is not one of those offered."""

    sentence = "“{choice}” is not one of the ways on from “{name}”. Choose one of: {options}."


class EndsAll(Refusal):
    """What is still to be done was picked beside that nothing is."""

    sentence = (
        "“Nothing more is needed” ends “{name}”, and what is ticked beside it would not begin. "
        "Tick it alone, or tick only what is still to be done."
    )


class ValueRefused(Refusal):
    """A value or a name of a variable that a case may not hold."""

    sentence = "The value “{name}” cannot be kept: {reason}. Correct it and send it again."


class StateUnreadable(Refusal):
    """The bytes are not a state that this release can read."""

    sentence = "The state of this case cannot be read ({reason}). Restore it from a backup."


class StateTooLarge(Refusal):
    """A case would keep more than is read again."""

    sentence = (
        "This case would keep more than {most} MB, which nobody could read again. "
        "Send smaller values, or fewer: what a called procedure gets is kept once for each."
    )


class CaseOver(Conflict):
    """The case has ended."""

    sentence = "This case is {status}. Nothing can be done in it any more."


class MigrationImpossible(Refusal):
    """An open case cannot go on in the other version."""

    sentence = "The case cannot move to this version: {problem} ({count} in all). Map what is missing, or let it end."


class NoSuchElement(Refusal):
    """The diagram has no such element at that place."""

    sentence = "There is no element “{name}” that the case could go to. Choose one of the diagram."
