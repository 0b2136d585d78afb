"""What BPMN says in a file and the reader does not use: listed, so that nothing is lost without a word.

Two tables say what is read and what says nothing new; everything else is a leftover. A test over real files holds
the first table against the reader itself.
"""

from collections.abc import Iterator

from engine.bpmn.document import Element

_ACTIVITY = frozenset({"default", "isForCompensation", "startQuantity", "completionQuantity"})
_EXPRESSION = frozenset({"language"})
_SCOPE = _ACTIVITY | {"triggeredByEvent", "ordering", "cancelRemainingInstances"}
_FLOW = frozenset({"sourceRef", "targetRef"})
_GATEWAY = frozenset({"default"})
_NOTHING: frozenset[str] = frozenset()

ATTRIBUTES: dict[str, frozenset[str]] = {
    "definitions": frozenset({"targetNamespace", "exporter", "expressionLanguage"}),
    "process": frozenset({"isExecutable"}),
    "participant": frozenset({"processRef"}),
    "messageFlow": _FLOW | {"messageRef"},
    "sequenceFlow": _FLOW,
    "association": _FLOW,
    "task": _ACTIVITY,
    "userTask": _ACTIVITY | {"implementation"},
    "manualTask": _ACTIVITY,
    "scriptTask": _ACTIVITY | {"scriptFormat"},
    "serviceTask": _ACTIVITY | {"implementation"},
    "businessRuleTask": _ACTIVITY | {"implementation"},
    "sendTask": _ACTIVITY | {"implementation", "messageRef"},
    "receiveTask": _ACTIVITY | {"implementation", "messageRef", "instantiate"},
    "callActivity": _ACTIVITY | {"calledElement"},
    "subProcess": _SCOPE,
    "transaction": _SCOPE,
    "adHocSubProcess": _SCOPE,
    "exclusiveGateway": _GATEWAY,
    "inclusiveGateway": _GATEWAY,
    "complexGateway": _GATEWAY,
    "eventBasedGateway": frozenset({"instantiate", "eventGatewayType"}),
    "startEvent": frozenset({"isInterrupting", "parallelMultiple"}),
    "intermediateCatchEvent": frozenset({"parallelMultiple"}),
    "boundaryEvent": frozenset({"attachedToRef", "cancelActivity", "parallelMultiple"}),
    "messageEventDefinition": frozenset({"messageRef"}),
    "signalEventDefinition": frozenset({"signalRef"}),
    "errorEventDefinition": frozenset({"errorRef"}),
    "escalationEventDefinition": frozenset({"escalationRef"}),
    "compensateEventDefinition": frozenset({"activityRef", "waitForCompletion"}),
    "error": frozenset({"errorCode"}),
    "escalation": frozenset({"escalationCode"}),
    "multiInstanceLoopCharacteristics": frozenset(
        {"isSequential", "behavior", "noneBehaviorEventRef", "oneBehaviorEventRef"}
    ),
    "standardLoopCharacteristics": frozenset({"testBefore", "loopMaximum"}),
    "dataObject": frozenset({"isCollection"}),
    "dataObjectReference": frozenset({"dataObjectRef"}),
    "dataStoreReference": frozenset({"dataStoreRef"}),
    "conditionExpression": _EXPRESSION,
    "condition": _EXPRESSION,
    "completionCondition": _EXPRESSION,
    "activationCondition": _EXPRESSION,
    "loopCondition": _EXPRESSION,
    "loopCardinality": _EXPRESSION,
    "timeDate": _EXPRESSION,
    "timeCycle": _EXPRESSION,
    "timeDuration": _EXPRESSION,
}
"""Element → attributes that are read, beside id and name."""

ELEMENTS = frozenset(ATTRIBUTES) | {
    "parallelGateway", "intermediateThrowEvent", "endEvent", "linkEventDefinition",
    "timerEventDefinition", "conditionalEventDefinition", "terminateEventDefinition",
    "cancelEventDefinition", "eventDefinitionRef", "message", "signal", "dataStore", "resource",
    "collaboration", "documentation", "script", "laneSet", "childLaneSet", "lane", "flowNodeRef",
    "potentialOwner", "humanPerformer", "performer", "resourceRef",
    "resourceAssignmentExpression", "formalExpression", "expression",
    "ioSpecification", "dataInput", "dataOutput", "dataInputAssociation", "dataOutputAssociation",
    "loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem",
    "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask",
    "globalBusinessRuleTask", "globalConversation", "choreography", "globalChoreographyTask",
    "implicitThrowEvent", "sourceRef", "targetRef",
    "noneBehaviorEventRef", "oneBehaviorEventRef", "complexBehaviorDefinition", "event",
}  # fmt: skip
"""Elements that are read."""

SAID_TWICE = frozenset(
    [
        "incoming",  # the flows say it
        "outgoing",
        "inputSet",  # data associations say what is read and written
        "outputSet",
        "dataInputRefs",
        "dataOutputRefs",
        "inputSetRefs",
        "outputSetRefs",
        "from",  # the two halves of an assignment, which is listed itself
        "to",
    ]
)
"""Elements that only repeat what others say."""

SAYING_NOTHING: dict[str, frozenset[str] | None] = {
    # whatever they say: about the file, or told by the flows
    "exporterVersion": None,
    "typeLanguage": None,
    "gatewayDirection": None,
    "textFormat": None,
    "evaluatesToTypeRef": None,
    "itemSubjectRef": None,
    "schemaLocation": None,
    # the standard's defaults: leaving them out says the same
    "isForCompensation": frozenset({"false"}),
    "isClosed": frozenset({"false"}),
    "isImmediate": frozenset({"true"}),
    "isCollection": frozenset({"false"}),
    "isUnlimited": frozenset({"false"}),
    "isInterrupting": frozenset({"true"}),
    "instantiate": frozenset({"false"}),
    "parallelMultiple": frozenset({"false"}),
    "triggeredByEvent": frozenset({"false"}),
    "processType": frozenset({"None"}),
    "associationDirection": frozenset({"None"}),
    "implementation": frozenset({"##unspecified", "##WebService"}),
}
"""Attributes without a meaning of their own: with any value (None), or with these."""


def leftovers(root: Element) -> Iterator[tuple[str, str | None, int]]:
    """What is not used: how it is called (“@isClosed”, “ioBinding”), the nearest id, its line; in document order."""
    pending: list[tuple[Element, str | None]] = [(root, None)]
    while pending:
        element, around = pending.pop()
        owner = element.get("id") or around
        yield from ((f"@{name}", owner, element.line) for name in _unread(element))
        below: list[tuple[Element, str | None]] = []
        for child in element.children:
            if child.namespace or child.name in ("BPMNDiagram", "extensionElements"):
                continue  # layout, and what vendors say, are read or listed elsewhere
            if child.name in ELEMENTS:
                below.append((child, owner))
            elif child.name not in SAID_TWICE:
                yield child.name, child.get("id") or owner, child.line
        pending.extend(reversed(below))


def _unread(element: Element) -> Iterator[str]:
    used = ATTRIBUTES.get(element.name, _NOTHING)
    for name, value in element.attributes.items():
        if name in ("id", "name") or name in used:
            continue
        silent = SAYING_NOTHING.get(name, _NOTHING)
        if silent is not None and value.strip() not in silent:
            yield name
