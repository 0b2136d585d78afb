"""A decision model as drawn: frozen values with the line each part came from."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Variable:
    """A named, perhaps typed, place for a value; `type_ref` None means any value."""

    name: str
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """FEEL as written in the file, or None where the cell or expression is empty."""

    text: str | None
    language: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A boxed literal expression."""

    source: Text
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a boxed context; the one without a variable is the context's result."""

    variable: Variable | None
    value: "Box | None"


@dataclass(frozen=True, slots=True)
class ContextBox:
    """A boxed context."""

    entries: tuple[Entry, ...]
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class ListBox:
    """A boxed list."""

    items: "tuple[Box | None, ...]"
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Binding:
    """What an invocation passes to one parameter."""

    parameter: str
    value: "Box | None"


@dataclass(frozen=True, slots=True)
class Invocation:
    """A boxed call of a function by parameter names."""

    called: "Box | None"
    bindings: tuple[Binding, ...]
    type_ref: str | None
    line: int


class FunctionKind(StrEnum):
    """The language a function is written in; only FEEL runs here."""

    FEEL = "FEEL"
    JAVA = "Java"
    PMML = "PMML"


@dataclass(frozen=True, slots=True)
class FunctionBox:
    """A boxed function definition, also the logic of a business knowledge model."""

    kind: FunctionKind
    parameters: tuple[Variable, ...]
    body: "Box | None"
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Relation:
    """A boxed list of contexts that share their columns."""

    columns: tuple[Variable, ...]
    rows: "tuple[tuple[Box | None, ...], ...]"
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed if, then, else."""

    test: "Box | None"
    then: "Box | None"
    otherwise: "Box | None"
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class FilterBox:
    """A boxed filter of a list."""

    source: "Box | None"
    match: "Box | None"
    type_ref: str | None
    line: int


class IterationKind(StrEnum):
    """What a boxed iterator makes of its list."""

    FOR = "for"
    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Iteration:
    """A boxed for, some or every."""

    kind: IterationKind
    variable: Variable
    source: "Box | None"
    body: "Box | None"
    type_ref: str | None
    line: int


class HitPolicy(StrEnum):
    """How many rules of a table may match, and which of them counts."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What a collect table makes of its outputs."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column of conditions; `allowed` are its input values, as unary tests."""

    label: str
    expression: Text
    type_ref: str | None
    allowed: Text | None
    line: int


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column of conclusions; `allowed` in order of priority; `default` when no rule matches."""

    name: str
    label: str
    type_ref: str | None
    allowed: Text | None
    default: Text | None
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a decision table, numbered from 1 as on the page."""

    number: int
    inputs: tuple[Text, ...]
    outputs: tuple[Text, ...]
    annotations: tuple[str, ...]
    id: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    id: str | None
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    annotations: tuple[str, ...]
    rules: tuple[Rule, ...]
    type_ref: str | None
    line: int


Box = (
    Literal
    | ContextBox
    | ListBox
    | Invocation
    | FunctionBox
    | Relation
    | Conditional
    | FilterBox
    | Iteration
    | Table
)


@dataclass(frozen=True, slots=True)
class FunctionType:
    """The signature of a function item."""

    parameters: tuple[Variable, ...]
    result: str | None


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A named type: of another type, of components, or of a function; perhaps a list of them.

    `allowed` restricts each value, `constraint` (DMN 1.5) the list as a whole.
    """

    name: str
    type_ref: str | None
    is_collection: bool
    components: "tuple[ItemDefinition, ...]"
    allowed: Text | None
    constraint: Text | None
    function: FunctionType | None
    line: int


@dataclass(frozen=True, slots=True)
class InputData:
    """A value the model is given."""

    id: str
    variable: Variable
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A result, its logic, and the hrefs of what it requires."""

    id: str
    variable: Variable
    label: str
    question: str | None
    required: tuple[str, ...]
    knowledge: tuple[str, ...]
    logic: Box | None
    line: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions share."""

    id: str
    variable: Variable
    knowledge: tuple[str, ...]
    logic: FunctionBox | None
    line: int


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions offered as one function: hrefs of outputs, of what is hidden, of parameters."""

    id: str
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]
    line: int


NAMELESS = "\n"
"""The start of the alias of an import without a name; no name has a line break in it."""


@dataclass(frozen=True, slots=True)
class Import:
    """Another model, known here by `name`; with an empty one its names are used as they are."""

    name: str
    namespace: str
    location: str | None
    line: int

    @property
    def alias(self) -> str:
        """What keeps this import apart from the others, even from other nameless ones."""
        return self.name or NAMELESS + self.namespace


Element = InputData | Decision | Knowledge | DecisionService
"""What requirements lead to."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """A whole DMN file; `exporter` is the tool that wrote it, as far as it says."""

    name: str
    namespace: str
    exporter: str
    imports: tuple[Import, ...]
    items: tuple[ItemDefinition, ...]
    inputs: tuple[InputData, ...]
    decisions: tuple[Decision, ...]
    knowledge: tuple[Knowledge, ...]
    services: tuple[DecisionService, ...]

    def elements(self) -> tuple[Element, ...]:
        """Everything that has an id and a variable."""
        return (*self.inputs, *self.decisions, *self.knowledge, *self.services)

    def with_logic(self) -> tuple[Decision | Knowledge, ...]:
        """The decisions and the business knowledge models."""
        return (*self.decisions, *self.knowledge)
