"""A proof: a diagram with the element x, and the commands that take a case through it to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.bpmn import read
from engine.bpmn.model import EventKind, Kind, Node
from engine.spiff import Library, compile_model
from tests.engine.spiff.diagrams import Play, xml

AnyPlay = TypeVar("AnyPlay", bound=Play)
ROOTS = (
    '<bpmn:message id="m" name="M"/><bpmn:signal id="sg" name="S"/>'
    '<bpmn:error id="er" errorCode="E"/><bpmn:escalation id="es" escalationCode="C"/>'
    '<bpmn:dataStore id="ds" name="Register"/>'
)


class Unsaved(Play):
    """The same case, never saved."""

    def _reload(self) -> None:
        self.facts = [
            f"{fact.type} {fact.element_id}" if fact.element_id else fact.type
            for fact in self.case.facts
        ]
        self.path = list(self.case.path)


@dataclass(frozen=True, slots=True)
class Proof:
    """`row`: the element's name in the table; `text`: the diagram as lines (tests/engine/spiff/diagrams.py)."""

    row: str
    text: str
    do: Callable[[Play], object]
    kind: Kind
    events: tuple[EventKind, ...] = ()
    is_so: Callable[[Node], bool] = lambda node: True
    replaced: tuple[tuple[str, str], ...] = ()  # in the XML, where the lines cannot say it
    variables: dict[str, Any] = field(default_factory=dict)
    start: str | None = None
    others: str = ""  # more processes of the file
    shown: str = "x"  # what is passed when x did its work

    @property
    def source(self) -> bytes:
        """The diagram as BPMN 2.0 XML."""
        text = xml(self.text, ROOTS).decode()
        for old, new in self.replaced:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text.replace("</bpmn:definitions>", f"{self.others}</bpmn:definitions>").encode()

    def parsed(self) -> Node:
        """The element as read; AssertionError where it is not what the row says."""
        for process in read(self.source).processes:
            for _, node in process.scope.everything():
                if node.id == "x":
                    assert node.kind == self.kind, node
                    assert tuple(event.kind for event in node.events) == self.events, node
                    assert self.is_so(node), node
                    return node
        raise AssertionError("there is no x")

    def played(self, how: type[AnyPlay], library: Library | None = None) -> AnyPlay:
        """The case at its end; `library` has the version where it is not this very diagram."""
        library = library or Library(compile_model(read(self.source), "main"))
        library.decisions["fee"] = lambda context: 8
        version = next(iter(library.versions.values()))
        case = how(version, start_event=self.start, library=library, **self.variables)
        self.do(case)
        return case
