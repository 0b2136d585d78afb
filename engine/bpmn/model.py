"""A BPMN diagram as frozen values: what the reader yields, repairs rewrite and the engine runs.

Element and attribute names are those of BPMN 2.0.2 (OMG formal/2013-12-09); vendor extensions are
read into `Extension` under one vocabulary. Nothing in here is ever executed: conditions and scripts
are text with a language.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The flow nodes, by their BPMN element names."""

    TASK = "task"
    USER_TASK = "userTask"
    MANUAL_TASK = "manualTask"
    SCRIPT_TASK = "scriptTask"
    SERVICE_TASK = "serviceTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    BUSINESS_RULE_TASK = "businessRuleTask"
    SUB_PROCESS = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC_SUB_PROCESS = "adHocSubProcess"
    CALL_ACTIVITY = "callActivity"
    EXCLUSIVE_GATEWAY = "exclusiveGateway"
    PARALLEL_GATEWAY = "parallelGateway"
    INCLUSIVE_GATEWAY = "inclusiveGateway"
    EVENT_BASED_GATEWAY = "eventBasedGateway"
    COMPLEX_GATEWAY = "complexGateway"
    START_EVENT = "startEvent"
    END_EVENT = "endEvent"
    INTERMEDIATE_CATCH_EVENT = "intermediateCatchEvent"
    INTERMEDIATE_THROW_EVENT = "intermediateThrowEvent"
    BOUNDARY_EVENT = "boundaryEvent"


class EventKind(StrEnum):
    """The event definitions, by their BPMN names without the suffix."""

    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    CONDITIONAL = "conditional"
    LINK = "link"
    TERMINATE = "terminate"
    CANCEL = "cancel"
    COMPENSATION = "compensation"


class TimerKind(StrEnum):
    """What a timer's text means."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, slots=True)
class Expression:
    """A text with the language it claims to be in (None: the file's default, or unknown)."""

    text: str
    language: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event waits for or throws."""

    kind: EventKind
    id: str | None = None
    # message, signal, error, escalation: the id of the root element; compensation: the activity;
    # link: the link's name
    reference: str | None = None
    waits: bool = True  # compensation: until all is undone
    timer: TimerKind | None = None
    # timer text, condition
    expression: Expression | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """Standard loop or multi-instance marker of an activity."""

    is_multi_instance: bool
    is_sequential: bool = False
    # standard loop
    test_before: bool = False
    condition: Expression | None = None
    maximum: int | None = None
    # multi-instance
    cardinality: Expression | None = None
    collection: str | None = None  # variable or FEEL expression that yields a list
    item: str | None = None  # name of the variable that holds the current element
    output_collection: str | None = None
    output_item: str | None = None  # variable or FEEL expression gathered into output_collection
    completion: Expression | None = None
    tells: bool = False  # its instances throw events when they are done (behavior One, Complex, …)
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One variable mapping of a call activity, message or task: `target = source`."""

    source: Expression
    target: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A form field embedded in the diagram by a tool (camunda:formField, …)."""

    key: str
    label: str | None = None
    type: str = "string"
    default: str | None = None
    is_required: bool = False
    is_readonly: bool = False
    options: tuple[tuple[str, str], ...] = ()  # (value, label)
    constraints: tuple[tuple[str, str], ...] = ()  # (name, value)


# property of a service task: which HTTP status of the service means which error of the diagram, “404=NO_RUC 409=OLD”
STATUSES = "statuses"


@dataclass(frozen=True, slots=True)
class Extension:
    """What vendor extensions say about people and rules, in one vocabulary."""

    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    form_key: str | None = None
    form_fields: tuple[FormField, ...] = ()
    form_schema: str | None = None  # form-js JSON embedded by the tool (zeebe:userTaskForm)
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    inputs: tuple[Mapping, ...] = ()
    outputs: tuple[Mapping, ...] = ()
    is_all_in: bool = False  # call activity passes every variable in
    is_all_out: bool = False  # ... and takes every variable back
    decision: str | None = None  # id or name; of a business rule task, or asked before a gateway
    decision_binding: str | None = None
    result_variable: str | None = None
    # external task topic, service job type, class, delegate or expression: what it would call
    topic: str | None = None
    retries: str | None = None
    initiator: str | None = None
    business_key: str | None = None
    correlation: tuple[Mapping, ...] = ()  # keys of a message, zeebe:subscription and the like
    properties: tuple[tuple[str, str], ...] = ()  # named properties, in order
    # expedito's own marks, written by the importer
    is_decided_by_person: bool = False  # a gateway whose flow a person chooses
    note: str | None = None  # sentence shown to the person who does what the diagram left to them


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str | None = None
    condition: Expression | None = None
    line: int | None = None
    documentation: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node of any kind; fields that do not belong to the kind stay at their defaults."""

    id: str
    kind: Kind
    name: str | None = None
    line: int | None = None
    documentation: str | None = None
    incoming: tuple[str, ...] = ()  # ids of flows, in document order; computed from the flows
    outgoing: tuple[str, ...] = ()
    default: str | None = None  # id of the default flow
    lane: str | None = None  # id of the innermost lane
    extension: Extension = field(default_factory=Extension)
    # events
    events: tuple[EventDefinition, ...] = ()
    is_parallel_multiple: bool = False
    attached_to: str | None = None  # boundary events
    is_interrupting: bool = True  # boundary events, start events of event sub-processes
    # activities
    loop: Loop | None = None
    start_quantity: int = 1  # tokens that begin it, and that it yields when done
    completion_quantity: int = 1
    is_for_compensation: bool = False
    compensation_handler: str | None = (
        None  # boundary compensation event: the activity its association leads to
    )
    # sub-processes
    body: "Scope | None" = None
    is_triggered_by_event: bool = False
    is_parallel_ad_hoc: bool = True
    completion: Expression | None = (
        None  # ad-hoc completion condition; complex gateway activation condition
    )
    cancels_remaining: bool = True
    # call activities, send/receive, script, data
    called_element: str | None = None
    message: str | None = None
    instantiates: bool = False  # receive task or event gateway that starts the process
    script: Expression | None = None
    implementation: str | None = None
    data_inputs: tuple[
        str, ...
    ] = ()  # ids of data objects or stores read through data associations
    data_outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane, named as the office that does its tasks; nested lanes point to their parent."""

    id: str
    name: str | None
    nodes: tuple[str, ...] = ()
    parent: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class DataObject:
    """A data object, data object reference or data store reference inside a scope."""

    id: str
    name: str | None = None
    kind: str = "dataObject"  # dataObject, dataObjectReference, dataStoreReference
    reference: str | None = None  # data object or data store it refers to
    is_collection: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a process or sub-process contains. Ids are unique in the whole file."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    data: tuple[DataObject, ...] = ()

    def everything(self) -> Iterator[tuple["Scope", Node]]:
        """Every node with the scope that holds it, sub-processes included, in document order."""
        pending: list[tuple[Scope, Iterator[Node]]] = [(self, iter(self.nodes.values()))]
        while pending:
            scope, nodes = pending[-1]
            node = next(nodes, None)
            if node is None:
                pending.pop()
                continue
            yield scope, node
            if node.body is not None:
                pending.append((node.body, iter(node.body.nodes.values())))


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the file."""

    id: str
    name: str | None = None
    is_executable: bool | None = None  # None: not said
    scope: Scope = field(default_factory=Scope)
    lanes: tuple[Lane, ...] = ()
    line: int | None = None
    documentation: str | None = None
    extension: Extension = field(default_factory=Extension)


@dataclass(frozen=True, slots=True)
class RootElement:
    """A message, signal, error, escalation or data store that events and tasks refer to."""

    id: str
    kind: str  # message, signal, error, escalation, dataStore
    name: str | None = None
    code: str | None = None  # errorCode, escalationCode
    correlation: tuple[Mapping, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """A pool; `process` is None for a black box."""

    id: str
    name: str | None = None
    process: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class MessageFlow:
    """A message flow between two nodes or participants."""

    id: str
    source: str
    target: str
    name: str | None = None
    message: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in the file that is not used; listed for the analyst, kept in the drawing."""

    what: str
    element: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the layout draws an element, in pixels."""

    element: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Model:
    """One BPMN file."""

    id: str | None = None
    name: str | None = None
    target_namespace: str | None = None
    exporter: str | None = None
    expression_language: str | None = None
    processes: tuple[Process, ...] = ()
    participants: tuple[Participant, ...] = ()
    message_flows: tuple[MessageFlow, ...] = ()
    roots: dict[str, RootElement] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    shapes: frozenset[str] = frozenset()  # ids of elements that the diagram layout draws
    bounds: tuple[Bounds, ...] = ()  # of the shapes among them, in document order

    def process(self, process_id: str) -> Process:
        """The process with this id; KeyError where there is none."""
        for process in self.processes:
            if process.id == process_id:
                return process
        raise KeyError(process_id)
