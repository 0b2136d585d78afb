"""Flow nodes: an element of a process or sub-process as a `Node`."""

from dataclasses import replace

from engine.bpmn.document import Element
from engine.bpmn.event_definitions import expression
from engine.bpmn.loops import loop
from engine.bpmn.model import Expression, Extension, Kind, Node
from engine.bpmn.node_tags import IMPLEMENTED, READS_DATA, WRITES_DATA
from engine.bpmn.reading import Reading
from engine.bpmn.vendors import read_extension

KINDS: dict[str, Kind] = {kind.value: kind for kind in Kind} | {
    # Outside the process diagrams of the standard, or abstract in it; the nearest thing that runs.
    "choreographyTask": Kind.TASK,
    "callChoreography": Kind.TASK,
    "subChoreography": Kind.SUB_PROCESS,
    "implicitThrowEvent": Kind.INTERMEDIATE_THROW_EVENT,
    "gateway": Kind.EXCLUSIVE_GATEWAY,
    "activity": Kind.TASK,
}
SCOPES = frozenset({Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS})

_KNOWN = frozenset(
    [
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics",
        "potentialOwner",
        "humanPerformer",
        "performer",
        "script",
        "completionCondition",
        "activationCondition",
        "eventDefinitionRef",
        "property",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
    ]
)
_FORM = "camunda-forms:bpmn:"


def is_true(element: Element, name: str, otherwise: bool = False) -> bool:
    """The yes/no attribute; `otherwise` when it is absent."""
    value = element.get(name)
    return otherwise if value is None else value.lower() in {"true", "1"}


def documentation(element: Element) -> str | None:
    """The element's documentation as text, several joined by blank lines; None without any."""
    texts = [child.full_text() for child in element.all("documentation")]
    return "\n\n".join(text for text in texts if text) or None


def read_node(element: Element, reading: Reading) -> Node:
    """The flow node without its flows, lane and body: those belong to the scope around it."""
    kind = KINDS.get(element.name, Kind.TASK)
    node_id = reading.id_of(element)
    if element.name not in KINDS or element.name != kind.value:
        reading.note(f"{element.vendor_name()}, run as {kind.value}", node_id, element.line)
    extension = _extension(element, node_id, reading)
    _note_children(element, kind, node_id, reading)
    node = Node(
        id=node_id,
        kind=kind,
        name=element.get("name"),
        line=element.line,
        documentation=documentation(element),
        default=reading.reference(element, "default"),
        extension=extension,
        events=reading.events_of(element) if kind.value.endswith("Event") else (),
        loop=loop(element),
        start_quantity=_quantity(element, "startQuantity"),
        completion_quantity=_quantity(element, "completionQuantity"),
        is_for_compensation=is_true(element, "isForCompensation"),
        data_inputs=_data(element, "dataInputAssociation", "sourceRef", reading)
        if kind in READS_DATA
        else (),
        data_outputs=_data(element, "dataOutputAssociation", "targetRef", reading)
        if kind in WRITES_DATA
        else (),
    )
    return _of_kind(node, element, reading)


def _of_kind(node: Node, element: Element, reading: Reading) -> Node:
    kind = node.kind
    if kind.value.endswith("Event"):
        flag = "cancelActivity" if kind is Kind.BOUNDARY_EVENT else "isInterrupting"
        is_interrupting = is_true(element, flag, otherwise=True)
        return replace(
            node,
            is_parallel_multiple=is_true(element, "parallelMultiple"),
            attached_to=reading.reference(element, "attachedToRef"),
            is_interrupting=is_interrupting
            if kind in {Kind.BOUNDARY_EVENT, Kind.START_EVENT}
            else True,
        )
    if kind in SCOPES:
        return replace(
            node,
            is_triggered_by_event=is_true(element, "triggeredByEvent"),
            is_parallel_ad_hoc=element.get("ordering") != "Sequential",
            completion=expression(element.one("completionCondition")),
            cancels_remaining=is_true(element, "cancelRemainingInstances", otherwise=True),
        )
    if kind is Kind.COMPLEX_GATEWAY:
        return replace(node, completion=expression(element.one("activationCondition")))
    if kind is Kind.EVENT_BASED_GATEWAY:
        return replace(
            node,
            instantiates=is_true(element, "instantiate"),
            is_parallel_multiple=element.get("eventGatewayType") == "Parallel",
        )
    if kind is Kind.CALL_ACTIVITY:
        return replace(node, called_element=_called(element, reading))
    if kind in {Kind.SEND_TASK, Kind.RECEIVE_TASK}:
        node = replace(
            node,
            message=reading.reference(element, "messageRef"),
            instantiates=is_true(element, "instantiate"),
        )
    if kind is Kind.SCRIPT_TASK:
        return replace(node, script=_script(element))
    if kind in IMPLEMENTED:
        return replace(node, implementation=element.get("implementation"))
    return node


def _quantity(element: Element, name: str) -> int:
    """How many tokens; the standard wants one at least."""
    text = (element.get(name) or "").strip()
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _extension(element: Element, node_id: str, reading: Reading) -> Extension:
    extension = read_extension(element, lambda what: reading.note(what, node_id, element.line))
    groups = [
        reading.resources.get(name, name)
        for role in element.all("potentialOwner", "humanPerformer", "performer")
        for name in reading.references(role, "resourceRef")
    ]
    groups = [name for name in groups if name and name not in extension.candidate_groups]
    if groups:
        extension = replace(
            extension, candidate_groups=extension.candidate_groups + tuple(dict.fromkeys(groups))
        )
    key = extension.form_key or ""
    schema = reading.forms.get(key.removeprefix(_FORM))
    if schema and extension.form_schema is None:
        extension = replace(extension, form_schema=schema)
    return extension


def _called(element: Element, reading: Reading) -> str | None:
    called = reading.reference(element, "calledElement")
    if called is not None:
        return called
    for holder in element.all("extensionElements"):
        for part in holder.children:
            if part.name == "calledElement":
                return part.get("processId")
    return None


def _script(element: Element) -> Expression | None:
    script = element.one("script")
    if script is not None and script.full_text():
        language = element.get("scriptFormat") or element.foreign("scriptFormat")
        return Expression(script.full_text() or "", language, script.line)
    for holder in element.all("extensionElements"):
        for part in holder.children:
            if part.name == "script" and part.get("expression"):
                return Expression(part.get("expression") or "", "feel", part.line)
    return None


def _data(element: Element, holder: str, name: str, reading: Reading) -> tuple[str, ...]:
    found = (ref for item in element.all(holder) for ref in reading.references(item, name))
    return tuple(dict.fromkeys(found))


def _note_children(element: Element, kind: Kind, node_id: str, reading: Reading) -> None:
    if kind in SCOPES:
        return  # its children are read with the scope
    for child in element.children:
        known = child.name in _KNOWN or child.name.endswith("EventDefinition")
        if not known and not child.namespace:
            reading.note(child.name, node_id, child.line)
