"""Making a decision: values of inputs, decisions and functions, each worked out at most once."""

from collections.abc import Mapping

from engine.dmn.explanation import Place, Trace
from engine.dmn.functions import typed_function
from engine.dmn.graph import Graph, Link, ReadyKnowledge, ReadyService
from engine.dmn.literals import Scope
from engine.dmn.model import Variable
from engine.feel import FeelFunction, Value, to_feel
from engine.feel.errors import UnknownValue, ValueTooLarge


class Run:
    """One evaluation of a graph with given values; runs of imported graphs hang below it."""

    __slots__ = ("_children", "_functions", "_open", "_results", "given", "graph", "trace")

    def __init__(self, graph: Graph, given: Mapping[str, object], trace: Trace) -> None:
        self.graph = graph
        self.given = given
        self.trace = trace
        self._results: dict[str, Value] = {}
        self._functions: dict[str, FeelFunction] = {}
        self._children: dict[str, Run] = {}
        self._open: Scope | None = None

    def decision(self, decision_id: str) -> Value:
        """The value of a decision; one without logic has the value given under its name."""
        results = self._results
        if decision_id in results:
            return results[decision_id]
        self.trace.run.charge()
        ready = self.graph.decisions[decision_id]
        if ready.evaluate is None:
            variable = ready.source.variable
            value = self._given(variable, Place(variable.name, ready.source.line))
        else:
            value = ready.evaluate(self._scope(ready.required), self.trace)
        results[decision_id] = value
        return value

    def input(self, input_id: str) -> Value:
        """The given value of an input, of its type or null."""
        results = self._results
        if input_id in results:
            return results[input_id]
        ready = self.graph.inputs[input_id]
        name = ready.source.variable.name
        value = self._taken(name, self.given.get(name), Place(name, ready.source.line))
        if ready.convert is not None:
            value = ready.convert(value, self.trace)
        results[input_id] = value
        return value

    def service(self, service_id: str, given: Mapping[str, object]) -> Value:
        """The value of a service called from outside, with what is given under its parameters."""
        ready = self.graph.services[service_id]
        values: dict[str, Value] = {}
        for _, variable in ready.parameters:
            value = self._taken(variable.name, given.get(variable.name), ready.place)
            convert = self.graph.types.conversion(variable.type_ref, ready.place)
            values[variable.name] = value if convert is None else convert(value, self.trace)
        return self._serve(ready, values, self.trace)

    def knowledge(self, knowledge_id: str, given: Mapping[str, object]) -> Value:
        """The value of a knowledge model called from outside, with what is given by name."""
        ready = self.graph.knowledge[knowledge_id]
        function = self._function(knowledge_id)
        return function.body(
            [self._taken(each.name, given.get(each.name), ready.place) for each in ready.parameters]
        )

    def set(self, link: Link, value: Value) -> None:
        """Fix the value of an input or decision, so that it is not worked out."""
        run = self if link.alias is None else self._child(link.alias)
        run._results[link.id] = value

    def _value(self, link: Link) -> Value:
        run = self if link.alias is None else self._child(link.alias)
        graph = run.graph
        if link.id in graph.decisions:
            return run.decision(link.id)
        if link.id in graph.inputs:
            return run.input(link.id)
        return run._function(link.id)

    def _scope(self, links: tuple[Link, ...]) -> Scope:
        scope: Scope = dict(self._open_scope()) if self.graph.is_open else {}
        for link in links:
            value = self._value(link)
            prefix = link.prefix
            if prefix is not None:
                members = scope.setdefault(prefix, {})
                if isinstance(members, dict):
                    members[link.name] = value
            else:
                scope[link.name] = value
                if self.graph.is_open:
                    scope.setdefault(link.id, value)  # how Camunda names what is required
        return scope

    def _open_scope(self) -> Scope:
        if self._open is None:
            place = Place(self.graph.definitions.name, 1)
            self._open = {
                name: self._taken(name, value, place) for name, value in self.given.items()
            }
        return self._open

    def _child(self, alias: str) -> "Run":
        if alias not in self._children:
            # Inputs of an imported model stand under its name; without that, beside our own.
            given = self.given.get(alias)
            inner = given if isinstance(given, Mapping) else self.given
            self._children[alias] = Run(self.graph.imported[alias], inner, self.trace)
        return self._children[alias]

    def _given(self, variable: Variable, place: Place) -> Value:
        value = self._taken(variable.name, self.given.get(variable.name), place)
        convert = self.graph.types.conversion(variable.type_ref, place)
        return value if convert is None else convert(value, self.trace)

    def _taken(self, name: str, value: object, place: Place) -> Value:
        try:
            return to_feel(value)
        except (UnknownValue, ValueTooLarge) as refusal:
            self.trace.note(place, refusal.sentence, **refusal.values)
            return None

    def _function(self, element_id: str) -> FeelFunction:
        if element_id not in self._functions:
            ready = self.graph.knowledge.get(element_id)
            self._functions[element_id] = (
                self._knowledge_function(ready)
                if ready is not None
                else self._service_function(self.graph.services[element_id])
            )
        return self._functions[element_id]

    def _knowledge_function(self, ready: ReadyKnowledge) -> FeelFunction:
        name = ready.source.variable.name

        def call(values: Mapping[str, Value], trace: Trace) -> Value:
            # What it requires is looked up at the call: knowledge may call itself.
            scope = self._scope(ready.required)
            scope[name] = self._function(ready.source.id)
            scope.update(values)
            return ready.evaluate(scope, trace)

        return typed_function(
            name, ready.parameters, ready.result, self.graph.types, call, self.trace, ready.place
        )

    def _service_function(self, ready: ReadyService) -> FeelFunction:
        def call(values: Mapping[str, Value], trace: Trace) -> Value:
            return self._serve(ready, values, trace)

        parameters = [
            Variable(link.name, variable.type_ref, variable.line)
            for link, variable in ready.parameters
        ]
        name = ready.source.variable.name
        return typed_function(
            name, parameters, None, self.graph.types, call, self.trace, ready.place
        )

    def _serve(self, ready: ReadyService, values: Mapping[str, Value], trace: Trace) -> Value:
        # A service sees its parameters and nothing of what is known around it.
        run = Run(self.graph, {}, trace)
        for link, _ in ready.parameters:
            run.set(link, values[link.name])
        results = {link.name: run._value(link) for link in ready.outputs}
        value = next(iter(results.values())) if len(ready.outputs) == 1 else dict(results)
        return value if ready.convert is None else ready.convert(value, trace)
