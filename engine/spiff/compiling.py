"""From the frozen model to SpiffWorkflow specifications of our own; says all that stands in the way of running."""

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.bpmn.model import EventKind, Flow, Kind, Model, Node, Process, Scope
from engine.feel import FeelSyntaxError
from engine.spiff import compiled as versions
from engine.spiff.compiled import Compiled
from engine.spiff.elements.activity import ActivitySpec
from engine.spiff.elements.adhoc import AdHocSpec
from engine.spiff.elements.events import (
    BoundarySpec,
    CatchSpec,
    EndSpec,
    EventSpec,
    StartSpec,
    ThrowSpec,
)
from engine.spiff.elements.gateways import (
    ComplexSpec,
    EventGatewaySpec,
    ExclusiveSpec,
    InclusiveSpec,
    ParallelSpec,
)
from engine.spiff.elements.node import FlowSpec, NodeSpec, ScopeSpec
from engine.spiff.elements.subprocess import CallSpec, EventSubProcessSpec, SubProcessSpec
from engine.spiff.elements.tasks import (
    PersonTaskSpec,
    ReceiveSpec,
    RuleTaskSpec,
    ScriptSpec,
    SendSpec,
    ServiceSpec,
    assignments,
)
from engine.spiff.markers import rounds_of
from engine.spiff.refusals import NotRunnable, Obstacle
from engine.spiff.rules import Rule
from engine.spiff.starts import first_elements, starts_of
from engine.spiff.triggers import check_waiting, message_of, trigger_of
from engine.spiff.ways import compile_gateway, compile_link

if TYPE_CHECKING:
    from engine.bpmn.model import Expression

SPECS: dict[Kind, type[NodeSpec]] = {
    Kind.TASK: PersonTaskSpec,
    Kind.USER_TASK: PersonTaskSpec,
    Kind.MANUAL_TASK: PersonTaskSpec,
    Kind.SCRIPT_TASK: ScriptSpec,
    Kind.SERVICE_TASK: ServiceSpec,
    Kind.SEND_TASK: SendSpec,
    Kind.RECEIVE_TASK: ReceiveSpec,
    Kind.BUSINESS_RULE_TASK: RuleTaskSpec,
    Kind.AD_HOC_SUB_PROCESS: AdHocSpec,
    Kind.SUB_PROCESS: SubProcessSpec,
    Kind.TRANSACTION: SubProcessSpec,
    Kind.CALL_ACTIVITY: CallSpec,
    Kind.EXCLUSIVE_GATEWAY: ExclusiveSpec,
    Kind.PARALLEL_GATEWAY: ParallelSpec,
    Kind.INCLUSIVE_GATEWAY: InclusiveSpec,
    Kind.COMPLEX_GATEWAY: ComplexSpec,
    Kind.EVENT_BASED_GATEWAY: EventGatewaySpec,
    Kind.START_EVENT: StartSpec,
    Kind.END_EVENT: EndSpec,
    Kind.INTERMEDIATE_CATCH_EVENT: CatchSpec,
    Kind.INTERMEDIATE_THROW_EVENT: ThrowSpec,
    Kind.BOUNDARY_EVENT: BoundarySpec,
}


LAST = (EventKind.COMPENSATION, EventKind.CANCEL)


def compile_model(model: Model, process_id: str | None = None) -> Compiled:
    """The runnable form of one process of the file (see `choose_process` where none is named).

    Raises NotRunnable with everything that cannot run.
    """
    process = versions.choose_process(model, process_id)
    if process is None:
        if process_id is None:
            raise NotRunnable((Obstacle("the file has no process with anything in it"),))
        values = {"name": process_id}
        missing = Obstacle("the file has no process “{name}” with anything in it", values=values)
        raise NotRunnable((missing,))
    model_hash = versions.digest(model)
    hash = f"{model_hash}#{process.id}"
    known = versions.remembered(hash)
    if known is not None:
        return known
    compiled = _Compiler(model, process).compiled(hash, model_hash)
    versions.remember(compiled)
    return compiled


class _Compiler:
    """Compiles one process; collects obstacles instead of stopping at the first."""

    def __init__(self, model: Model, process: Process) -> None:
        self.model = model
        self.process = process
        self.obstacles: list[Obstacle] = []
        self.elements: dict[str, NodeSpec] = {}
        self.owners: dict[str, NodeSpec] = {}  # sub-processes by id
        self.data = {data.id: data for scope in _scopes(process.scope) for data in scope.data}
        self.cancels: list[tuple[str, Node]] = []  # cancel end events with their scope
        self.names = tuple(sorted({data.name for data in self.data.values() if data.name}))

    def compiled(self, hash: str, model_hash: str) -> Compiled:
        spec = self._scope(self.process.scope, self.process.id)
        for scope_name, node in self.cancels:
            owner = self.owners.get(scope_name)
            if owner is None or not any(
                trigger.kind == EventKind.CANCEL for b in owner.boundaries for trigger in b.triggers
            ):
                self.obstacle("a cancel end event needs a sub-process with a cancel boundary", node)
        if not spec.starts and not self.obstacles:
            self.obstacle("the process has nothing to start with", None)
        if self.obstacles:
            raise NotRunnable(tuple(self.obstacles))
        return Compiled(
            hash=hash,
            model_hash=model_hash,
            process_id=self.process.id,
            name=self.process.name,
            spec=spec,
            elements=self.elements,
            starts=tuple(starts_of(spec)),
            model=self.model,
        )

    def obstacle(
        self, sentence: str, node: Node | None, line: int | None = None, **values: str
    ) -> None:
        """Note what cannot run."""
        self.obstacles.append(
            Obstacle(
                sentence,
                None if node is None else node.id,
                line or (node.line if node else self.process.line),
                values,
            )
        )

    def rule(self, expression: "Expression | str | None", node: Node | None) -> Rule | None:
        """A compiled expression; None (and an obstacle) where it is not FEEL."""
        if expression is None:
            return None
        text = expression if isinstance(expression, str) else expression.text
        if not text.strip():
            return None
        try:
            return Rule(text, self.names)
        except FeelSyntaxError as error:
            self.obstacle(
                "“{text}” is not an expression that can be run: {problem}", node,
                None if isinstance(expression, str) else expression.line,
                text=text[:80], problem=str(error.problem),
            )  # fmt: skip
            return None

    # -- structure

    def _scope(self, scope: Scope, name: str) -> ScopeSpec:
        spec = ScopeSpec(name, scope, self.process.id)
        # Recursion here is as deep as sub-processes nest, which the reader limits.
        for index, node in enumerate(scope.nodes.values()):
            if node.id in self.elements:
                self.obstacle("the id “{id}” is used twice", node, id=node.id)
                continue
            self.elements[node.id] = self._node(spec, node, index)
        for flow in scope.flows.values():
            self._flow(spec, flow)
        for element in spec.nodes:
            self._finish(spec, element)
        for element in spec.nodes:
            compile_gateway(self, element)
        spec.starts = first_elements(spec)
        return spec

    def _node(self, scope_spec: ScopeSpec, node: Node, index: int) -> NodeSpec:
        if any(event.kind in (EventKind.ERROR, EventKind.CANCEL) for event in node.events):
            # whatever the attribute says (BPMN 2.0.2, tables 10.86 and 10.90)
            node = replace(node, is_interrupting=True)
        kind = SPECS.get(node.kind)
        if node.kind == Kind.SUB_PROCESS and node.is_triggered_by_event:
            kind = EventSubProcessSpec
        if node.kind == Kind.SCRIPT_TASK and not self._is_script(node):
            kind = PersonTaskSpec
        if node.kind == Kind.CALL_ACTIVITY and not node.called_element:
            # it names no process: a person does what it stands for
            kind = PersonTaskSpec
        if node.kind == Kind.SEND_TASK and node.extension.topic and not node.message:
            # a connector of some tool, not a BPMN message
            kind = ServiceSpec
        if kind is None:
            self.obstacle(
                "“{name}” is of a kind that cannot run: {kind}",
                node,
                name=node.name or node.id,
                kind=node.kind,
            )
            kind = PersonTaskSpec
        spec = kind(scope_spec, node, index)
        if node.body is not None:
            self.owners[node.id] = spec
            spec.body = self._scope(node.body, node.id)
        return spec

    def _is_script(self, node: Node) -> bool:
        return node.script is not None and bool(assignments(node.script.text))

    def _flow(self, spec: ScopeSpec, flow: Flow) -> None:
        source = spec.task_specs.get(flow.source)
        target = spec.task_specs.get(flow.target)
        if source is None or target is None:
            self.obstacles.append(
                Obstacle("a sequence flow leads from or to nowhere", flow.id, flow.line)
            )
            return
        made = FlowSpec(flow, source, target)
        made.is_default = source.node.default == flow.id
        if not made.is_default:
            made.condition = self.rule(flow.condition, source.node)
        # SpiffWorkflow's own record of the connection
        source.connect(target)
        source.flows.append(made)
        target.incoming.append(made)
        if made.is_default:
            source.default = made
        if made.condition is not None:
            source.has_conditions = True

    def _finish(self, spec: ScopeSpec, element: NodeSpec) -> None:
        node = element.node
        if isinstance(element, EventSpec):
            triggers = [trigger_of(self, definition, node) for definition in node.events]
            # what waits or stops everything comes last
            triggers.sort(key=lambda trigger: trigger.kind in LAST)
            element.triggers = tuple(triggers)
            element.mapped_out = self._mappings(node.extension.outputs, node)
            element.payload = self._mappings(node.extension.inputs, node)
        if isinstance(element, BoundarySpec):
            host = spec.task_specs.get(node.attached_to or "")
            if host is None or not host.is_activity:
                self.obstacle("a boundary event is attached to no activity", node)
            else:
                element.attached = host
                self._attach(spec, element, host)
        if isinstance(element, ActivitySpec):
            self._finish_activity(element)
        if isinstance(element, EventSubProcessSpec):
            self._finish_event_subprocess(spec, element)
        is_start = isinstance(element, (StartSpec, EventGatewaySpec))
        if is_start and node.is_parallel_multiple and spec.name == self.process.id:
            self.obstacle("a case begins with one event, not with several that all happen", node)
        if isinstance(element, (CatchSpec, BoundarySpec, StartSpec)):
            check_waiting(self, node)
        if isinstance(element, (CatchSpec, ThrowSpec)):
            compile_link(self, spec, element)
        if isinstance(element, EndSpec) and any(
            trigger.kind == EventKind.CANCEL for trigger in element.triggers
        ):
            self.cancels.append((spec.name, node))

    def _attach(self, spec: ScopeSpec, boundary: BoundarySpec, host: NodeSpec) -> None:
        is_first = not any(_undoes(other) for other in host.boundaries)
        host.boundaries.append(boundary)
        if _undoes(boundary):
            handler = spec.task_specs.get(boundary.node.compensation_handler or "")
            if handler is None or not handler.is_activity:
                self.obstacle("a compensation event leads to no activity", boundary.node)
            elif isinstance(host, ActivitySpec) and not is_first:
                self.obstacle("an activity is undone in one way only", boundary.node)
            elif isinstance(host, ActivitySpec):
                host.undone_by = handler

    def _finish_activity(self, element: ActivitySpec) -> None:
        node = element.node
        if node.start_quantity != 1 or node.completion_quantity != 1:
            self.obstacle("an activity begins with one token and yields one", node)
        if node.loop is not None and node.loop.tells:
            self.obstacle("instances of an activity tell nobody that they are done", node)
        extension = node.extension
        element.mapped_in = self._mappings(extension.inputs, node)
        element.mapped_out = self._mappings(extension.outputs, node)
        if node.loop is not None and not isinstance(element, EventSubProcessSpec):
            element.rounds = rounds_of(self, node.loop, node)
        if isinstance(element, ScriptSpec) and node.script is not None:
            lines = []
            for name, text in assignments(node.script.text) or ():
                rule = self.rule(text, node)
                if rule is not None:
                    lines.append((name, rule))
            element.lines = tuple(lines)
        if isinstance(element, ReceiveSpec):
            element.triggers = (message_of(self, node),)
        if isinstance(element, SendSpec):
            element.trigger = message_of(self, node)
        if isinstance(element, AdHocSpec):
            element.completion = self.rule(node.completion, node)
        element.reads = self._stores(node.data_inputs)
        element.writes = self._stores(node.data_outputs)
        element.hides = frozenset(name for name, _ in (*element.mapped_in, *element.reads))
        if isinstance(element, CallSpec):
            element.is_all_in = extension.is_all_in or not extension.inputs
            element.is_all_out = extension.is_all_out or not extension.outputs
            if (node.called_element or "").lstrip().startswith("="):
                element.called = self.rule(node.called_element, node)

    def _stores(self, references: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """(variable, store) for those that are data stores; data objects are variables of the case anyway."""
        found = []
        for reference in references:
            data = self.data.get(reference)
            if data is not None and data.kind == "dataStoreReference":
                root = self.model.roots.get(data.reference or "")
                store = (root and (root.name or root.id)) or data.reference or data.name or data.id
                found.append((data.name or store, store))
        return tuple(found)

    def _mappings(self, mappings: tuple, node: Node) -> tuple[tuple[str, Rule], ...]:
        found = []
        for mapping in mappings:
            rule = self.rule(mapping.source, node)
            if rule is not None:
                found.append((mapping.target, rule))
        return tuple(found)

    def _finish_event_subprocess(self, spec: ScopeSpec, element: EventSubProcessSpec) -> None:
        assert element.body is not None
        starts = [start for start in element.body.nodes if isinstance(start, StartSpec)]
        if len(starts) != 1 or not starts[0].triggers:
            self.obstacle(
                "an event sub-process needs one start event that says what starts it", element.node
            )
            return
        element.start = starts[0]
        element.start.event_subprocess = element
        if any(trigger.kind == EventKind.COMPENSATION for trigger in starts[0].triggers):
            owner = self.owners.get(spec.name)
            if owner is None:
                self.obstacle(
                    "only a sub-process can be undone by an event sub-process", element.node
                )
            else:
                owner.undone_by = element
            return
        spec.event_subprocesses.append(element)


def _undoes(boundary: BoundarySpec) -> bool:
    return any(trigger.kind == EventKind.COMPENSATION for trigger in boundary.triggers)


def _scopes(scope: Scope) -> list[Scope]:
    return [scope, *(node.body for _, node in scope.everything() if node.body is not None)]
