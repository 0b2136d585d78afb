"""What cannot be simulated, or read as a scenario, each with a sentence that says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import Refusal, filled


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing or out of reach; `sentence` is a translatable template."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def message(self, template: str | None = None) -> str:
        """The sentence, or its translation, filled in."""
        return filled(template or self.sentence, self.values)


class CannotSimulate(Refusal):
    """The diagram or the scenario leaves something open; `gaps` lists everything."""

    sentence = "This cannot be simulated yet: {problem} ({count} in all)"

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        self.gaps = gaps
        super().__init__(problem=gaps[0].message(), count=len(gaps))


class ScenarioUnreadable(Refusal):
    """A scenario file is not what it should be; `faults` lists everything."""

    sentence = "This scenario cannot be read: {problem} ({count} in all)"

    def __init__(self, faults: tuple[Gap, ...]) -> None:
        self.faults = faults
        super().__init__(problem=faults[0].message(), count=len(faults))


class EndlessCircle(Refusal):
    """Cases run in a circle in which no time passes."""

    sentence = (
        "Case {number} runs in a circle in which no time passes. Give one of the elements on that "
        "way a duration, or let it be left more often."
    )


class Cancelled(Refusal):
    """Somebody stopped the simulation."""

    sentence = "The simulation was stopped. Start it again when you want its figures."
    status = 409
