"""What a decision leaves behind: the value, the rules that fired, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import filled
from engine.feel import Value
from engine.feel.limits import Run

MAX_PROBLEMS = 100
MAX_FIRED = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the model: the decision or knowledge it belongs to, and its line in the file."""

    element: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part of a decision became null.

    `sentence` is an English template with ``{named}`` values, as in a refusal.
    """

    place: Place
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence with its values filled in."""
        return filled(self.sentence, self.values)

    def __str__(self) -> str:
        return f"{self.place.element}, line {self.place.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Fired:
    """The rules of one table that matched, in rule order and numbered from 1.

    `inputs` are the values of the input columns, `outputs` those of the output columns, one tuple
    per rule. `rule_ids` are the ids drawn in the diagram, "" where a rule has none.
    """

    decision: str
    table: str | None
    rules: tuple[int, ...]
    rule_ids: tuple[str, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[tuple[Value, ...], ...]
    annotations: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision's value and how it came about."""

    value: Value
    fired: tuple[Fired, ...]
    problems: tuple[Problem, ...]


class Trace:
    """Collects what happens while one decision is made; `is_explaining` asks for fired rules.

    `run` is the budget all its expressions share, and where they leave their problems.
    """

    __slots__ = ("fired", "is_explaining", "problems", "run")

    def __init__(self, *, is_explaining: bool = False) -> None:
        self.run = Run()
        self.is_explaining = is_explaining
        self.fired: list[Fired] = []
        self.problems: list[Problem] = []

    def note(self, place: Place, sentence: str, /, **values: object) -> None:
        """Remember why something became null."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(place, sentence, values))

    def take(self, place: Place) -> None:
        """Move the problems that an expression left in the run here, with their place."""
        for problem in self.run.problems:
            self.note(place, problem.sentence, **problem.values)
        self.run.problems.clear()

    def fire(self, fired: Fired) -> None:
        """Remember which rules of a table matched."""
        if len(self.fired) < MAX_FIRED:
            self.fired.append(fired)
