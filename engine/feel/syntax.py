"""The parts an expression is made of, as the reader hands them to the compiler."""

from dataclasses import dataclass, field

from engine.feel.type_names import Type
from engine.feel.values import Value


@dataclass(slots=True)
class Node:
    """A part of an expression; `position` is its character, `height` the levels below it."""

    position: int
    height: int = field(default=1, kw_only=True)


@dataclass(slots=True)
class Literal(Node):
    """A value written out; `reason` says why it is null although it should not be."""

    value: Value
    reason: str = ""


@dataclass(slots=True)
class Name(Node):
    """A name; local ones may be bound by for, function, context or filter around it."""

    name: str
    is_local: bool


@dataclass(slots=True)
class ListOfNodes(Node):
    """[a, b, …]"""

    items: list[Node]


@dataclass(slots=True)
class ContextNode(Node):
    """{a: …, b: …}"""

    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class RangeNode(Node):
    """[a..b], (a..b], and as a test `< b`; a missing end is None."""

    start: Node | None
    end: Node | None
    start_included: bool
    end_included: bool
    is_equality: bool = False
    is_negated: bool = False


@dataclass(slots=True)
class Logic(Node):
    """a and b and … / a or b or …"""

    word: str
    parts: list[Node]


@dataclass(slots=True)
class Chain(Node):
    """a + b - c … of one precedence, from left to right."""

    first: Node
    rest: list[tuple[str, Node]]


@dataclass(slots=True)
class Comparison(Node):
    """a = b and the like."""

    sign: str
    left: Node
    right: Node


@dataclass(slots=True)
class Between(Node):
    """value between low and high"""

    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class In(Node):
    """value in tests"""

    value: Node
    tests: list[Node]
    uses_input: bool


@dataclass(slots=True)
class Negation(Node):
    """-a"""

    operand: Node


@dataclass(slots=True)
class InstanceOf(Node):
    """value instance of type"""

    value: Node
    kind: Type


@dataclass(slots=True)
class Path(Node):
    """source.name"""

    source: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    """source[condition]"""

    source: Node
    condition: Node


@dataclass(slots=True)
class Call(Node):
    """function(a, b) or function(x: a, y: b)"""

    function: Node
    arguments: list[Node]
    names: list[str] | None


@dataclass(slots=True)
class If(Node):
    """if condition then a else b"""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(slots=True)
class Iteration(Node):
    """for / some / every; each domain is a list, or start and end of a range."""

    word: str
    domains: list[tuple[str, Node, Node | None]]
    body: Node
    uses_partial: bool


@dataclass(slots=True)
class FunctionNode(Node):
    """function(a: type, b) body; no body for external ones."""

    parameters: list[str]
    types: list[Type]
    body: Node | None


@dataclass(slots=True)
class Tests(Node):
    """Unary tests: any of the parts, or none of them."""

    parts: list[Node]
    is_negated: bool
    uses_input: list[bool]
