"""A loaded decision model: what it decides, what it needs, and deciding."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.dmn.explanation import Decided, Place, Problem, Trace
from engine.dmn.graph import Graph, Link
from engine.dmn.json_values import from_json
from engine.dmn.members import boxes_within
from engine.dmn.model import (
    NAMELESS,
    Decision,
    DecisionService,
    Definitions,
    FunctionBox,
    Knowledge,
    Table,
    Variable,
)
from engine.dmn.refusals import UnknownDecision
from engine.dmn.runs import Run
from engine.feel import ANY, Type, Value
from engine.feel.errors import LimitReached
from engine.feel.limits import running

MAX_VISITED = 10_000
"""Elements looked at for the inputs of a decision; imports of imports can multiply without end."""

Decider = Callable[[Run, Mapping[str, object]], Value]


@dataclass(frozen=True, slots=True)
class Needed:
    """An input that a decision needs: its name, type and, as FEEL text, what it may be.

    `type` is the name of `kind`, the type without allowed values.

    Where a model declares no inputs, these are the names its expressions read.

    `choices` are the allowed values when they are listed one by one. `path` names the imports it
    is reached through; its value is given in contexts under these names.
    """

    name: str
    type: str
    allowed: str | None
    choices: tuple[Value, ...] | None
    path: tuple[str, ...]
    kind: Type

    @property
    def dotted(self) -> str:
        """The name with the imports before it: `rates.UIT`."""
        return ".".join((*self.path, self.name))


class Model:
    """A decision model that is ready to decide; safe to share between threads."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._deciders: dict[str, Decider] = {}
        # Names win over ids; of one name, a decision over a service over knowledge.
        elements = graph.definitions.elements()
        for kind, make in ((Knowledge, _know), (DecisionService, _serve), (Decision, _decide)):
            deciders = {each: make(each.id) for each in elements if isinstance(each, kind)}
            self._deciders = {each.id: made for each, made in deciders.items()} | self._deciders
            self._deciders |= {each.variable.name: made for each, made in deciders.items()}

    @property
    def definitions(self) -> Definitions:
        """The model as drawn."""
        return self._graph.definitions

    @property
    def decisions(self) -> tuple[str, ...]:
        """The names of the decisions, in the order of the file."""
        return tuple(each.variable.name for each in self.definitions.decisions)

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the decision services, in the order of the file."""
        return tuple(each.variable.name for each in self.definitions.services)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the author should mend: texts that are no FEEL, requirements that lead nowhere."""
        return tuple(self._graph.problems)

    def knows(self, name: str) -> bool:
        """Whether it has a decision, service or knowledge model of this name or id."""
        return name in self._deciders

    def decide(self, name: str, context: Mapping[str, object] | None = None) -> Value:
        """The value of a decision, decision service or knowledge model, by name or id.

        What goes wrong inside becomes null, as the standard says; `explain` tells why.
        Raises UnknownDecision.
        """
        return self._run(name, context or {}, Trace())

    def explain(self, name: str, context: Mapping[str, object] | None = None) -> Decided:
        """As `decide`, with the rules that fired and the problems met on the way."""
        trace = Trace(is_explaining=True)
        value = self._run(name, context or {}, trace)
        return Decided(value, tuple(trace.fired), tuple(trace.problems))

    def _run(self, name: str, context: Mapping[str, object], trace: Trace) -> Value:
        decider = self._deciders.get(name)
        if decider is None:
            known = ", ".join((*self.decisions, *self.services)) or "none"
            raise UnknownDecision(what="decision", name=name, known=known)
        try:
            with running(trace.run):
                return decider(Run(self._graph, context, trace), context)
        except LimitReached as limit:
            trace.note(Place(name, 0), limit.sentence, **limit.values)
        except RecursionError:  # the bounds on depth are estimates; this is the net below them
            trace.note(Place(name, 0), "The decision nests too deeply.")
        return None

    def inputs(self, decision: str) -> tuple[Needed, ...]:
        """The input data that a decision needs, directly or through others, in that order."""
        for each in self.definitions.decisions:
            if decision in (each.variable.name, each.id):
                found = _needed(self._graph, Link(None, each.id, each.variable.name), ())
                return tuple(dict.fromkeys(found))
        for service in self.definitions.services:
            if decision in (service.variable.name, service.id):
                ready = self._graph.services[service.id]
                return tuple(_need(self._graph, each, ()) for _, each in ready.parameters)
        known = ", ".join((*self.decisions, *self.services)) or "none"
        raise UnknownDecision(what="decision", name=decision, known=known)

    def outputs(self, service: str) -> tuple[str, ...]:
        """The names of the decisions that a decision service gives."""
        for each in self._graph.services.values():
            if service in (each.source.variable.name, each.source.id):
                return tuple(link.name for link in each.outputs)
        raise UnknownDecision(what="decision", name=service, known=", ".join(self.services))

    def table(self, decision: str) -> Table | None:
        """The decision table that is a decision's logic or a knowledge model's; None if none.

        Its input columns have FEEL's own types, and the allowed values of the model's types where
        the table names none, as the search for overlaps and gaps wants them.
        """
        for each in self.definitions.with_logic():
            if decision in (each.variable.name, each.id):
                logic = each.logic.body if isinstance(each.logic, FunctionBox) else each.logic
                return self._typed(logic) if isinstance(logic, Table) else None
        return None

    def tables(self) -> tuple[tuple[str, Table], ...]:
        """All decision tables, however deep in a box, with the decision or knowledge they are in."""
        return tuple(
            (each.variable.name, self._typed(box))
            for each in self.definitions.with_logic()
            for box in boxes_within(each.logic)
            if isinstance(box, Table)
        )

    def missing(self, decision: str, data: Mapping[str, object]) -> tuple[str, ...]:
        """The inputs of a decision that the data do not name at all: the decision reads null."""
        needed = dict.fromkeys((*each.path, each.name)[0] for each in self.inputs(decision))
        return tuple(name for name in needed if name not in data)

    def from_json(self, decision: str, data: Mapping[str, object]) -> dict[str, Value]:
        """The data as values for `decide`: texts become dates, times and durations where wanted.

        JSON has no days and moments; what the decision's inputs declare tells where they are. Parts of a context that
        are not there are null, as a form leaves them.
        A text that is none stays a text, and null when the decision asks for its type.
        """
        found: dict[str, Value] = dict(data)
        for needed in self.inputs(decision):
            found = _read(found, needed, needed.path)
        return found

    def _typed(self, table: Table) -> Table:
        types = self._graph.types
        declared = {each.variable.name: each.variable.type_ref for each in self.definitions.inputs}
        columns = []
        for column in table.inputs:
            type_ref = declared.get(column.expression.text or "", column.type_ref)
            kind = str(types.feel_structure(type_ref)) if type_ref is not None else None
            allowed = column.allowed or types.allowed_of(type_ref)
            columns.append(replace(column, type_ref=kind, allowed=allowed))
        return replace(table, inputs=tuple(columns))

    def import_path(self, namespace: str) -> tuple[str, ...]:
        """The names of the imports that lead to the model of a namespace; () for this model."""
        return _path_to(self._graph, namespace) or ()


def _read(found: dict[str, Value], needed: Needed, path: tuple[str, ...]) -> dict[str, Value]:
    inner = found.get(path[0]) if path else None
    if isinstance(inner, dict):
        return {**found, path[0]: _read(inner, needed, path[1:])}
    if needed.name not in found:
        return found
    return {**found, needed.name: from_json(found[needed.name], needed.kind)}


def _decide(element_id: str) -> Decider:
    return lambda run, context: run.decision(element_id)


def _serve(element_id: str) -> Decider:
    return lambda run, context: run.service(element_id, context)


def _know(element_id: str) -> Decider:
    return lambda run, context: run.knowledge(element_id, context)


def _path_to(graph: Graph, namespace: str) -> tuple[str, ...] | None:
    if namespace == graph.definitions.namespace:
        return ()
    for alias, imported in graph.imported.items():
        path = _path_to(imported, namespace)
        if path is not None:
            return path if alias.startswith(NAMELESS) else (alias, *path)
    return None


def _needed(graph: Graph, link: Link, path: tuple[str, ...]) -> Iterator[Needed]:
    pending = [(graph, link, path)]
    seen: set[tuple[tuple[str, ...], str]] = set()
    while pending and len(seen) < MAX_VISITED:
        graph, link, path = pending.pop()
        if link.alias is not None:
            prefix = () if link.prefix is None else (link.prefix,)
            graph, path = graph.imported[link.alias], (*path, *prefix)
        if (path, link.id) in seen:
            continue
        seen.add((path, link.id))
        if link.id in graph.inputs:
            if graph.is_open and not graph.is_read(link.name):
                continue
            yield _need(graph, graph.inputs[link.id].source.variable, path)
        elif link.id in graph.decisions:
            required = graph.decisions[link.id].required
            if graph.is_open:
                yield from _free(graph, graph.decisions[link.id].source)
            pending.extend((graph, each, path) for each in reversed(required))


def _free(graph: Graph, decision: Decision) -> Iterator[Needed]:
    logic = decision.logic
    columns = logic.inputs if isinstance(logic, Table) else ()
    typed = {column.expression.text: column for column in columns}
    ids = {href.rpartition("#")[2] for href in decision.required}
    for name in graph.free_names(decision.variable.name):
        if name in ids:
            continue
        column = typed.get(name)
        if column is None:
            yield Needed(name, "Any", None, None, (), ANY)
            continue
        kind = graph.types.feel_structure(column.type_ref)
        allowed = column.allowed or graph.types.allowed_of(column.type_ref)
        yield Needed(
            name,
            str(kind),
            allowed.text if allowed is not None else None,
            graph.listed(allowed) if allowed is not None else None,
            (),
            kind,
        )


def _need(graph: Graph, variable: Variable, path: tuple[str, ...]) -> Needed:
    allowed = graph.types.allowed_of(variable.type_ref)
    values = graph.listed(allowed) if allowed is not None else None
    kind = graph.types.feel_structure(variable.type_ref)
    return Needed(
        name=variable.name,
        type=str(kind),
        allowed=allowed.text if allowed is not None else None,
        choices=values,
        path=path,
        kind=kind,
    )
