"""The root of all element types: how a token enters, waits, chooses its ways on and leaves (BPMN 2.0.2, 13)."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import BpmnProcessSpec, BpmnTaskSpec
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Flow, Node, Scope
from engine.errors import N_, Said
from engine.spiff.context import variables_of
from engine.spiff.facts import Choice, FactKind, Option, Wait, WaitKind
from engine.spiff.rules import Rule
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.elements.events import BoundarySpec
    from engine.spiff.scopes import ScopeState


PARKED = Said(N_("too many automatic steps or tokens: a loop without a wait"))


class ScopeSpec(BpmnProcessSpec):
    """The compiled body of a process or sub-process. Shared by all cases and never written to after compiling."""

    def __init__(self, name: str, model: Scope, process_id: str) -> None:
        # Not super().__init__(): it adds elements called Start and End, which diagrams use as ids.
        WorkflowSpec.__init__(self, name=name)
        self.model = model
        self.process_id = process_id
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.io_specification = None
        self.correlation_keys: dict[str, Any] = {}
        self.task_specs: dict[str, NodeSpec] = {}
        self.nodes: list[NodeSpec] = []
        self.starts: list[NodeSpec] = []  # what a token begins at, without an event
        self.event_subprocesses: list[NodeSpec] = []
        self.links: dict[str, NodeSpec] = {}  # catching link events by name

    def _add_notify(self, task_spec: "NodeSpec") -> None:
        WorkflowSpec._add_notify(self, task_spec)
        self.nodes.append(task_spec)


class FlowSpec:
    """A compiled sequence flow."""

    __slots__ = ("condition", "id", "is_default", "name", "source", "target")

    def __init__(self, flow: Flow, source: "NodeSpec", target: "NodeSpec") -> None:
        self.id = flow.id
        self.name = flow.name
        self.source = source
        self.target = target
        self.condition: Rule | None = None
        self.is_default = False

    def option(self) -> Option:
        """The button for this flow: its name, else its target's, else the target's id."""
        return Option(self.id, self.name or self.target.label, self.is_default)


class NodeSpec(BpmnTaskSpec):
    """A flow node. Subclasses say what happens on entering; leaving is the same for all."""

    # The ways on are chosen: all unconditioned and true ones. Exclusive gateways take one.
    is_exclusive = False
    is_activity = False
    # One token per incoming token; joins wait for several.
    is_join = False
    is_event_subprocess = False
    is_ad_hoc = False
    is_boundary = False
    # an exclusive gateway with one way on, taken without asking
    is_merge = False
    # some definition is a condition to be looked at after every command
    has_conditional = False
    # names of input variables: seen while it is performed, instead of those of the same name around it
    hides: frozenset[str] = frozenset()

    def __init__(self, scope_spec: ScopeSpec, node: Node, index: int) -> None:
        super().__init__(scope_spec, node.id, lane=node.lane, description=node.kind)
        self.bpmn_id = node.id
        self.bpmn_name = node.name
        self.node = node
        self.index = index  # its bit in reachability masks
        self.label = node.name or node.id
        self.scope_spec = scope_spec
        self.incoming: list[FlowSpec] = []
        self.flows: list[FlowSpec] = []
        self.has_conditions = False
        self.default: FlowSpec | None = None
        self.is_decided_by_person = False
        self.boundaries: list[BoundarySpec] = []
        self.body: ScopeSpec | None = None
        self.undone_by: NodeSpec | None = None  # the activity that undoes this one

    def before(self) -> "list[NodeSpec]":
        """The elements from which a token can come here in one step."""
        return [flow.source for flow in self.incoming]

    # -- arriving

    def receive(self, scope: "ScopeState", flow: FlowSpec | None, pick: Any = None) -> None:
        """A token arrives over a flow: by default every token starts the element once."""
        token = scope.spawn(self)
        if pick:
            token.internal_data["pick"] = pick

    def _run_hook(self, token: Token) -> bool | None:
        token.case.path.append(self.name)
        return self.enter(token)

    def enter(self, token: Token) -> bool | None:
        """Do what the element does; True: the token goes on, None: it waits."""
        return True

    # -- leaving

    def _on_complete(self, token: Token) -> None:
        flows = self.choose(token)
        if flows is None:
            self._ask(token)
            return
        token.workflow.emit(flows, token.internal_data.get("next"))
        if token._children:
            token.case.cancel_children(token)
        token.remove()

    def _ask(self, token: Token) -> None:
        token._set_state(TaskState.STARTED)
        token.internal_data["ask"] = 1
        token.case.cancel_children(token)
        token.case.tell(FactKind.DECISION_OPENED, token)

    def choose(self, token: Token) -> list[FlowSpec] | None:
        """The flows the token leaves by; None: a person has to say."""
        picked = token.internal_data.pop("pick", None)
        if picked is not None:
            token.internal_data.pop("ask", None)
            chosen = [flow for flow in self.flows if flow.id in picked]
            token.case.tell(
                FactKind.GATEWAY_DECIDED, token, flows=[flow.id for flow in chosen], by="person"
            )
            return chosen
        if self.is_decided_by_person:
            return None
        if not self.has_conditions:
            return self.flows
        return self._choose_by_conditions(token)

    def _choose_by_conditions(self, token: Token) -> list[FlowSpec] | None:
        context = variables_of(token)
        chosen: list[FlowSpec] = []
        by = "condition"
        is_conditional_taken = False
        for flow in self.flows:
            if flow.is_default:
                continue
            if flow.condition is None:
                if not self.is_exclusive:
                    chosen.append(flow)
            elif holds := flow.condition.holds(context):
                chosen.append(flow)
                is_conditional_taken = True
                if self.is_exclusive:
                    break
            elif holds is None:
                token.case.tell_unknown(token, flow.condition, context, way=flow.option().label)
        if not is_conditional_taken and self.default is not None:
            # BPMN 2.0.2, 13.3.2: the default is taken when no condition holds
            chosen.append(self.default)
            by = "default"
        if not chosen:
            return None
        token.case.tell(FactKind.GATEWAY_DECIDED, token, flows=[f.id for f in chosen], by=by)
        return chosen

    # -- waiting

    def choice(self) -> Choice:
        """What a person may choose here."""
        return Choice(
            self.name,
            self.bpmn_name,
            tuple(flow.option() for flow in self.flows),
            is_multiple=not self.is_exclusive,
        )

    def wait(self, token: Token) -> Wait | None:
        """What the token waits for; None where it only waits for tokens that depend on it."""
        if "park" in token.internal_data:
            return self._wait(token, WaitKind.INCIDENT, reason=str(PARKED), said=PARKED)
        if "stop" in token.internal_data:
            kept = token.internal_data["stop"]  # a text: by an earlier release
            said = None if isinstance(kept, str) else Said.from_json(kept)
            return self._wait(token, WaitKind.INCIDENT, reason=str(said or kept), said=said)
        if "ask" in token.internal_data:
            return self._wait(token, WaitKind.DECISION, choices=(self.choice(),))
        return None

    def is_held(self, token: Token) -> bool:
        """Held up by a question to a person or an incident, whatever the element would wait for otherwise."""
        held = token.internal_data
        return "ask" in held or "stop" in held or "park" in held

    def stop(self, token: Token, reason: Said) -> None:
        """Hold a token up until an operator has mended what stands in the way."""
        token.internal_data["stop"] = reason.to_json()
        token.case.tell(FactKind.INCIDENT_RAISED, token, reason=str(reason))

    def _wait(self, token: Token, kind: WaitKind, **more: Any) -> Wait:
        return Wait(
            token=token.id,
            kind=kind,
            element_id=self.name,
            name=self.bpmn_name,
            lane=self.lane,
            process_id=self.scope_spec.process_id,
            **more,
        )

    def retry(self, token: Token) -> None:
        """An operator frees a token that an incident held up: it enters again."""
        token.case.cancel_children(token)
        token._set_state(TaskState.READY)
        token.case.queue.append(token)

    def stays_open(self, scope: "ScopeState") -> bool:
        """Whether the scope inside goes on although nothing lives in it."""
        return False

    def spent_handlers(self, token: Token) -> "list[NodeSpec]":
        """The event sub-processes beside this element that do not catch what it throws."""
        return []

    def has_interrupted(self, token: Token) -> bool:
        """Whether it has ended all that was around it, and nothing listens there any more."""
        return False

    def withdrawn(self, token: Token) -> None:
        """The token is being cancelled: tell it."""
        if "ask" in token.internal_data:
            token.case.tell(FactKind.DECISION_CANCELLED, token)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
