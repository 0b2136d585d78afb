"""Flow nodes as elements, their parts in the order of the standard's schema."""

from engine.bpmn.marks import extension_tag
from engine.bpmn.model import EventDefinition, EventKind, Expression, Extension, Kind, Loop, Node
from engine.bpmn.xml import Tag

_CATCHES = frozenset({Kind.START_EVENT, Kind.INTERMEDIATE_CATCH_EVENT, Kind.BOUNDARY_EVENT})
_THROWS = frozenset({Kind.END_EVENT, Kind.INTERMEDIATE_THROW_EVENT})
_GATEWAYS = frozenset(kind for kind in Kind if kind.value.endswith("Gateway"))
_EVENTS = _CATCHES | _THROWS
_SCOPES = frozenset({Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS})
IMPLEMENTED = frozenset(
    {
        Kind.USER_TASK,
        Kind.SERVICE_TASK,
        Kind.SEND_TASK,
        Kind.RECEIVE_TASK,
        Kind.BUSINESS_RULE_TASK,
    }
)
"""The kinds whose element may name an implementation."""

READS_DATA = frozenset(Kind) - _GATEWAYS - _CATCHES
"""The kinds that may have data input associations."""

WRITES_DATA = frozenset(Kind) - _GATEWAYS - _THROWS
"""The kinds that may have data output associations."""

_REFERENCES = {
    EventKind.MESSAGE: "messageRef",
    EventKind.SIGNAL: "signalRef",
    EventKind.ERROR: "errorRef",
    EventKind.ESCALATION: "escalationRef",
    EventKind.COMPENSATION: "activityRef",
}


def formal(name: str, expression: Expression | None) -> Tag | None:
    """The expression under this element name; None stays None."""
    if expression is None:
        return None
    tag = Tag(name, {"xsi:type": "bpmn:tFormalExpression"}, expression.text)
    return tag.set("language", expression.language)


def with_extension(tag: Tag, documentation: str | None, extension: Extension) -> Tag:
    """The tag with what every BPMN element may begin with."""
    if documentation is not None:
        tag.add(Tag("bpmn:documentation", text=documentation))
    marks = extension_tag(extension)
    if marks is not None:
        tag.add(Tag("bpmn:extensionElements", children=[marks]))
    return tag


def node_tag(node: Node) -> Tag:
    """The node's element without the inside of a sub-process."""
    tag = Tag(f"bpmn:{node.kind}", {"id": node.id}).set("name", node.name)
    _attributes(tag, node)
    with_extension(tag, node.documentation, node.extension)
    for flow in node.incoming:
        tag.add(Tag("bpmn:incoming", text=flow))
    for flow in node.outgoing:
        tag.add(Tag("bpmn:outgoing", text=flow))
    _data(tag, node)
    if node.kind in _EVENTS:
        for event in node.events:
            tag.add(_event(event))
    elif node.kind not in _GATEWAYS:
        tag.add(_loop(node.loop))
    if node.kind is Kind.SCRIPT_TASK and node.script is not None:
        tag.add(Tag("bpmn:script", text=node.script.text))
    if node.kind is Kind.COMPLEX_GATEWAY:
        tag.add(formal("bpmn:activationCondition", node.completion))
    return tag


def _attributes(tag: Tag, node: Node) -> None:
    kind = node.kind
    if kind not in _EVENTS and kind not in {Kind.PARALLEL_GATEWAY, Kind.EVENT_BASED_GATEWAY}:
        tag.set("default", node.default)
    if kind in _EVENTS:
        if kind is Kind.BOUNDARY_EVENT:
            tag.set("attachedToRef", node.attached_to or "")
        if not node.is_interrupting:
            tag.set("cancelActivity" if kind is Kind.BOUNDARY_EVENT else "isInterrupting", "false")
        if node.is_parallel_multiple and kind in _CATCHES:
            tag.set("parallelMultiple", "true")
    elif kind not in _GATEWAYS and node.is_for_compensation:
        tag.set("isForCompensation", "true")
    if node.start_quantity != 1:
        tag.set("startQuantity", str(node.start_quantity))
    if node.completion_quantity != 1:
        tag.set("completionQuantity", str(node.completion_quantity))
    if kind in _SCOPES and node.is_triggered_by_event:
        tag.set("triggeredByEvent", "true")
    if kind is Kind.AD_HOC_SUB_PROCESS:
        tag.set("ordering", "Parallel" if node.is_parallel_ad_hoc else "Sequential")
        if not node.cancels_remaining:
            tag.set("cancelRemainingInstances", "false")
    if kind is Kind.EVENT_BASED_GATEWAY and node.is_parallel_multiple:
        tag.set("eventGatewayType", "Parallel")
    if node.instantiates:
        tag.set("instantiate", "true")
    if kind is Kind.CALL_ACTIVITY:
        tag.set("calledElement", node.called_element)
    if kind in {Kind.SEND_TASK, Kind.RECEIVE_TASK}:
        tag.set("messageRef", node.message)
    if kind in IMPLEMENTED:
        tag.set("implementation", node.implementation)
    if kind is Kind.SCRIPT_TASK and node.script is not None:
        tag.set("scriptFormat", node.script.language)


def _data(tag: Tag, node: Node) -> None:
    inputs = node.data_inputs if node.kind in READS_DATA else ()
    outputs = node.data_outputs if node.kind in WRITES_DATA else ()
    if inputs:
        # The schema wants a target inside the activity; a property is the least that serves.
        tag.add(Tag("bpmn:property", {"id": f"{node.id}_data", "name": "data"}))
    for name in inputs:
        association = Tag("bpmn:dataInputAssociation").add(Tag("bpmn:sourceRef", text=name))
        tag.add(association.add(Tag("bpmn:targetRef", text=f"{node.id}_data")))
    for name in outputs:
        association = Tag("bpmn:dataOutputAssociation")
        tag.add(association.add(Tag("bpmn:targetRef", text=name)))


def _event(event: EventDefinition) -> Tag:
    name = "compensate" if event.kind is EventKind.COMPENSATION else event.kind.value
    tag = Tag(f"bpmn:{name}EventDefinition")
    if event.kind is EventKind.LINK:
        return tag.set("name", event.reference or "")
    if not event.waits:
        tag.set("waitForCompletion", "false")
    if event.kind in _REFERENCES:
        return tag.set(_REFERENCES[event.kind], event.reference)
    if event.kind is EventKind.TIMER and event.timer is not None:
        empty = Tag(f"bpmn:{event.timer}")
        return tag.add(formal(f"bpmn:{event.timer}", event.expression) or empty)
    if event.kind is EventKind.CONDITIONAL:
        return tag.add(formal("bpmn:condition", event.expression) or Tag("bpmn:condition"))
    return tag


def _loop(loop: Loop | None) -> Tag | None:
    if loop is None:
        return None
    if not loop.is_multi_instance:
        tag = Tag("bpmn:standardLoopCharacteristics")
        if loop.test_before:
            tag.set("testBefore", "true")
        if loop.maximum is not None:
            tag.set("loopMaximum", str(loop.maximum))
        return tag.add(formal("bpmn:loopCondition", loop.condition))
    tag = Tag("bpmn:multiInstanceLoopCharacteristics")
    if loop.is_sequential:
        tag.set("isSequential", "true")
    if loop.tells:
        tag.set("behavior", "Complex")
    tag.set("expedito:collection", loop.collection).set("expedito:item", loop.item)
    tag.set("expedito:outputCollection", loop.output_collection)
    tag.set("expedito:outputItem", loop.output_item)
    tag.add(formal("bpmn:loopCardinality", loop.cardinality))
    return tag.add(formal("bpmn:completionCondition", loop.completion))
