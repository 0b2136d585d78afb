"""A model made ready to run: every decision, knowledge and service compiled, imports included."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.dmn.boxed import Boxes
from engine.dmn.explanation import Place, Problem
from engine.dmn.item_types import Convert, ItemTypes
from engine.dmn.literals import Evaluator, Literals, Names, allowed_test
from engine.dmn.members import member_names
from engine.dmn.model import (
    NAMELESS,
    Decision,
    DecisionService,
    Definitions,
    InputData,
    Knowledge,
    Text,
    Variable,
)
from engine.dmn.refusals import EndlessRequirement
from engine.feel import Value

MAX_CHAIN = 60
"""How many decisions may need each other one after another."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a requirement leads to: an element id, in this model or the one imported as `alias`."""

    alias: str | None
    id: str
    name: str

    @property
    def prefix(self) -> str | None:
        """The name to write before the element's own; None when there is none to write."""
        return None if self.alias is None or self.alias.startswith(NAMELESS) else self.alias


@dataclass(frozen=True, slots=True)
class ReadyInput:
    """An input with the conversion to its type."""

    source: InputData
    convert: Convert | None


@dataclass(frozen=True, slots=True)
class ReadyDecision:
    """A decision with its logic compiled; None when it has no logic."""

    source: Decision
    required: tuple[Link, ...]
    evaluate: Evaluator | None


@dataclass(frozen=True, slots=True)
class ReadyKnowledge:
    """A business knowledge model with its body compiled; `result` is its result's type."""

    source: Knowledge
    required: tuple[Link, ...]
    parameters: tuple[Variable, ...]
    result: str | None
    evaluate: Evaluator
    place: Place


@dataclass(frozen=True, slots=True)
class ReadyService:
    """A decision service: parameters in the order of a call, input data before decisions."""

    source: DecisionService
    parameters: tuple[tuple[Link, Variable], ...]
    outputs: tuple[Link, ...]
    convert: Convert | None
    place: Place


class Graph:
    """The compiled elements of one file by id, and the graphs it imports by name."""

    def __init__(self, definitions: Definitions, imported: Mapping[str, "Graph"]) -> None:
        self.definitions = definitions
        self.imported = imported
        self.problems: list[Problem] = []
        self._aliases = {
            each.namespace: each.alias for each in definitions.imports if each.alias in imported
        }
        self._elements = {element.id: element for element in definitions.elements()}
        below: dict[str, ItemTypes] = {alias: graph.types for alias, graph in imported.items()}
        self.types: ItemTypes = ItemTypes(definitions.items, below, allowed_test(self.problems))
        members = set(self.types.member_names()) | member_names(definitions)
        for graph in imported.values():
            members |= graph.names() | graph.member_names
        self.member_names: Names = frozenset(members)
        self.is_open = _is_open(definitions)
        self._literals = Literals(self.types, self.member_names, self.problems)
        self._refuse_loops()
        self.inputs = {each.id: self._input(each) for each in definitions.inputs}
        self.decisions = {each.id: self._decision(each) for each in definitions.decisions}
        self.knowledge = {each.id: self._knowledge(each) for each in definitions.knowledge}
        self.services = {each.id: self._service(each) for each in definitions.services}
        self._check_types()

    def names(self) -> Names:
        """The names of all elements of this file."""
        return frozenset(element.variable.name for element in self._elements.values())

    def links(self, hrefs: Iterable[str], place: Place) -> tuple[Link, ...]:
        """Where hrefs lead; those that lead nowhere become a problem of the model."""
        found = []
        for href in hrefs:
            link = self._link(href)
            if link is None:
                sentence = "The model requires “{href}”, which it does not have."
                self.problems.append(Problem(place, sentence, {"href": href}))
            else:
                found.append(link)
        return tuple(found)

    def _link(self, href: str) -> Link | None:
        namespace, _, target = href.rpartition("#")
        if namespace in ("", self.definitions.namespace):
            element = self._elements.get(target)
            return Link(None, target, element.variable.name) if element is not None else None
        alias = self._aliases.get(namespace)
        if alias is None:
            return None
        name = self.imported[alias].name_of(target)
        return Link(alias, target, name) if name is not None else None

    def name_of(self, element_id: str) -> str | None:
        """The name of an element of this file."""
        element = self._elements.get(element_id)
        return element.variable.name if element is not None else None

    def variable(self, link: Link) -> Variable:
        """The variable of what a link leads to."""
        graph = self if link.alias is None else self.imported[link.alias]
        return graph._elements[link.id].variable

    def free_names(self, element: str) -> list[str]:
        """The names that the texts of an element read and nothing in the model defines."""
        return sorted(self._literals.free_names.get(element, ()))

    def is_read(self, name: str) -> bool:
        """Whether any text of the file reads the name."""
        return name in self._literals.read_names

    def listed(self, allowed: Text) -> tuple[Value, ...] | None:
        """Allowed values when each is a text, number or yes/no; None when they are ranges."""
        values = self._literals.values(allowed)
        if values is None or not all(isinstance(each, str | Decimal | bool) for each in values):
            return None
        return tuple(values)

    def _input(self, source: InputData) -> ReadyInput:
        place = Place(source.variable.name, source.line)
        return ReadyInput(source, self.types.conversion(source.variable.type_ref, place))

    def _decision(self, source: Decision) -> ReadyDecision:
        place = Place(source.variable.name, source.line)
        required = self.links((*source.required, *source.knowledge), place)
        if source.logic is None:
            return ReadyDecision(source, required, None)
        boxes = Boxes(self._literals, source.variable.name)
        evaluate = boxes.compile(source.logic, _scope_names(required), source.variable.type_ref)
        return ReadyDecision(source, required, evaluate)

    def _knowledge(self, source: Knowledge) -> ReadyKnowledge:
        name = source.variable.name
        place = Place(name, source.line)
        required = self.links(source.knowledge, place)
        logic = source.logic
        parameters = logic.parameters if logic else ()
        names = _scope_names(required) | {name, *(each.name for each in parameters)}
        boxes = Boxes(self._literals, name)
        own = logic.type_ref if logic else None
        result = self._returned(own or source.variable.type_ref)
        body = boxes.function_body(logic, names, result)
        return ReadyKnowledge(source, required, parameters, result, body, place)

    def _returned(self, type_ref: str | None) -> str | None:
        # Since DMN 1.3 the variable of a function has a function type, before its result's.
        found = self.types.find(type_ref)
        if found is not None and found[0].function is not None:
            return found[0].function.result
        return type_ref

    def _service(self, source: DecisionService) -> ReadyService:
        place = Place(source.variable.name, source.line)
        links = self.links((*source.input_data, *source.input_decisions), place)
        return ReadyService(
            source,
            tuple((link, self.variable(link)) for link in links),
            self.links(source.outputs, place),
            self.types.conversion(self._returned(source.variable.type_ref), place),
            place,
        )

    def _refuse_loops(self) -> None:
        done: set[str] = set()
        for decision in self.definitions.decisions:
            self._follow(decision, [], done)

    def _follow(self, decision: Decision, path: list[Decision], done: set[str]) -> None:
        if decision in path or len(path) > MAX_CHAIN:
            names = " → ".join(each.variable.name for each in (*path[-MAX_CHAIN:], decision))
            raise EndlessRequirement(line=decision.line, name=decision.variable.name, path=names)
        if decision.id in done:
            return
        path.append(decision)
        for href in decision.required:
            link = self._link(href)
            element = self._elements.get(link.id) if link and link.alias is None else None
            if isinstance(element, Decision):
                self._follow(element, path, done)
        path.pop()
        done.add(decision.id)

    def _check_types(self) -> None:
        for element in self._elements.values():
            variable = element.variable
            if not self.types.is_known(variable.type_ref):
                self.problems.append(
                    Problem(
                        Place(variable.name, variable.line),
                        "The type “{type}” is not defined; any value is let through.",
                        {"type": variable.type_ref},
                    )
                )


def _is_open(definitions: Definitions) -> bool:
    # Camunda and the editors made from it draw decisions without the inputs they read, or with
    # inputs of other names: then a decision sees all that is given, as it does there.
    exporter = definitions.exporter.lower()
    is_loose = not definitions.inputs or "camunda" in exporter or "dmn-js" in exporter
    return is_loose and not definitions.imports


def _scope_names(links: Iterable[Link]) -> Names:
    # What is imported is reached through the name of its import, if that has one.
    return frozenset(link.prefix or link.name for link in links)
