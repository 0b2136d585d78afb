"""The inside of processes and sub-processes: nodes, flows, lanes, data; without recursion."""

from dataclasses import dataclass, field, replace

from engine.bpmn.document import Element
from engine.bpmn.event_definitions import expression
from engine.bpmn.model import DataObject, Flow, Kind, Lane, Node, Scope
from engine.bpmn.nodes import KINDS, SCOPES, documentation, is_true, read_node
from engine.bpmn.reading import Reading

_DATA = frozenset({"dataObject", "dataObjectReference", "dataStoreReference"})
_NOT_NODES = frozenset(
    [
        "documentation",
        "extensionElements",
        "ioSpecification",
        "laneSet",
        "sequenceFlow",
        "property",
        "incoming",
        "outgoing",
        "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics",
        "completionCondition",
        "dataInputAssociation",
        "dataOutputAssociation",
        "potentialOwner",
        "humanPerformer",
        "performer",
        "association",
        "supportedInterfaceRef",
        "resourceRole",
        "auditing",
        "monitoring",
        "participant",
        "messageFlow",
        "messageFlowAssociation",
        "conversation",
        "participantAssociation",
        "ioBinding",
    ]
)
_ARTIFACTS = frozenset(["textAnnotation", "group", "association"])


@dataclass(slots=True)
class _Draft:
    """A scope while it is being read."""

    element: Element
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    data: list[DataObject] = field(default_factory=list)
    inner: dict[str, int] = field(default_factory=dict)  # node id → number of its draft


def read_scope(top: Element, reading: Reading) -> tuple[Scope, tuple[Lane, ...]]:
    """Everything in a process element, and its lanes with those of its sub-processes."""
    drafts = [_Draft(top)]
    lanes: list[Lane] = []
    associations: list[tuple[str, str]] = []
    called = _flow_ends(top)
    number = 0
    while number < len(drafts):
        draft = drafts[number]
        for child in draft.element.children:
            _read_child(child, draft, drafts, lanes, associations, called, reading)
        number += 1
    _move_flows(drafts)
    _fill_ends(drafts, reading)
    lane_of = {node: lane.id for lane in lanes for node in lane.nodes}
    # Most tools list a sub-process in its lane and nothing of what is drawn inside it; outer drafts come first.
    for draft in drafts:
        for name, inside in draft.inner.items():
            for node in drafts[inside].nodes if name in lane_of else ():
                lane_of.setdefault(node, lane_of[name])
    handlers = _handlers(drafts, associations)
    scopes: dict[int, Scope] = {}
    for number in range(len(drafts) - 1, -1, -1):
        scopes[number] = _finish(drafts[number], scopes, lane_of, handlers)
    return scopes[0], tuple(lanes)


def _flow_ends(top: Element) -> set[str]:
    ends: set[str] = set()
    for element in top.every():
        if element.name == "sequenceFlow" and not element.namespace:
            ends.update(filter(None, (element.get("sourceRef"), element.get("targetRef"))))
    return ends


def _read_child(
    child: Element,
    draft: _Draft,
    drafts: list[_Draft],
    lanes: list[Lane],
    associations: list[tuple[str, str]],
    called: set[str],
    reading: Reading,
) -> None:
    name = child.name
    is_foreign = bool(child.namespace)
    if name == "sequenceFlow" and not is_foreign:
        flow = _flow(child, reading)
        draft.flows[flow.id] = flow
    elif name == "laneSet" and not is_foreign:
        lanes.extend(_lanes(child, reading))
    elif name in _DATA and not is_foreign:
        draft.data.append(_data(child, reading))
    elif name in _ARTIFACTS and not is_foreign:
        source, target = (
            reading.reference(child, "sourceRef"),
            reading.reference(child, "targetRef"),
        )
        if source and target:
            associations.append((source, target))
        elif name != "association":
            reading.note(name, child.get("id"), child.line)
    elif (name in KINDS and not is_foreign) or (
        child.get("id") in called and name not in _NOT_NODES
    ):
        node = read_node(child, reading)
        draft.nodes[node.id] = node
        if node.kind in SCOPES:
            draft.inner[node.id] = len(drafts)
            drafts.append(_Draft(child))
    elif is_foreign:
        reading.note(child.vendor_name(), child.get("id"), child.line)
    elif name not in _NOT_NODES and not name.endswith("EventDefinition"):
        reading.note(name, child.get("id"), child.line)


def _flow(element: Element, reading: Reading) -> Flow:
    return Flow(
        id=reading.id_of(element),
        source=reading.reference(element, "sourceRef") or "",
        target=reading.reference(element, "targetRef") or "",
        name=element.get("name"),
        condition=expression(element.one("conditionExpression")),
        line=element.line,
        documentation=documentation(element),
    )


def _lanes(lane_set: Element, reading: Reading) -> list[Lane]:
    """The lanes, outer before inner; nested ones point to their parent."""
    found: list[Lane] = []
    pending: list[tuple[Element, str | None]] = [(lane_set, None)]
    while pending:
        holder, parent = pending.pop(0)
        for element in holder.all("lane"):
            lane = Lane(
                id=reading.id_of(element),
                name=element.get("name"),
                nodes=reading.references(element, "flowNodeRef"),
                parent=parent,
                line=element.line,
            )
            found.append(lane)
            pending.extend((inner, lane.id) for inner in element.all("childLaneSet"))
    return found


def _data(element: Element, reading: Reading) -> DataObject:
    name = "dataStoreRef" if element.name == "dataStoreReference" else "dataObjectRef"
    return DataObject(
        id=reading.id_of(element),
        name=element.get("name"),
        kind=element.name,
        reference=reading.reference(element, name),
        is_collection=is_true(element, "isCollection"),
        line=element.line,
    )


def _move_flows(drafts: list[_Draft]) -> None:
    """Put flows beside the nodes they join: some tools write all of them into the process."""
    home = {node: number for number, draft in enumerate(drafts) for node in draft.nodes}
    for number, draft in enumerate(drafts):
        for flow in list(draft.flows.values()):
            place = home.get(flow.source)
            if place is not None and place != number and place == home.get(flow.target):
                drafts[place].flows[flow.id] = draft.flows.pop(flow.id)


def _fill_ends(drafts: list[_Draft], reading: Reading) -> None:
    """Complete flows that leave an end to the nodes' own incoming and outgoing lists."""
    open_flows = {
        flow.id: draft for draft in drafts for flow in draft.flows.values()
        if not flow.source or not flow.target
    }  # fmt: skip
    if not open_flows:
        return
    by_id = {node: element for element, node in reading.ids.items()}
    for draft in drafts:
        for node in draft.nodes:
            for name, end in (("outgoing", "source"), ("incoming", "target")):
                for flow_id in reading.references(by_id[node], name):
                    holder = open_flows.get(flow_id)
                    if holder is None:
                        continue
                    flow = holder.flows[flow_id]
                    if not getattr(flow, end):
                        holder.flows[flow_id] = (
                            replace(flow, source=node)
                            if end == "source"
                            else replace(flow, target=node)
                        )


def _handlers(drafts: list[_Draft], associations: list[tuple[str, str]]) -> dict[str, str]:
    """The activity each boundary event is associated with (clause 10.7.1, compensation)."""
    kinds = {node.id: node for draft in drafts for node in draft.nodes.values()}
    found: dict[str, str] = {}
    for source, target in associations:
        for event, activity in ((source, target), (target, source)):
            node, handler = kinds.get(event), kinds.get(activity)
            if node is None or handler is None or node.kind is not Kind.BOUNDARY_EVENT:
                continue
            if handler.kind is not Kind.BOUNDARY_EVENT:
                found.setdefault(event, activity)
    return found


def _finish(
    draft: _Draft, scopes: dict[int, Scope], lane_of: dict[str, str], handlers: dict[str, str]
) -> Scope:
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in draft.flows.values():
        outgoing.setdefault(flow.source, []).append(flow.id)
        incoming.setdefault(flow.target, []).append(flow.id)
    nodes = {
        name: replace(
            node,
            incoming=tuple(incoming.get(name, ())),
            outgoing=tuple(outgoing.get(name, ())),
            lane=lane_of.get(name),
            compensation_handler=handlers.get(name),
            body=scopes[draft.inner[name]] if name in draft.inner else None,
        )
        for name, node in draft.nodes.items()
    }
    return Scope(nodes, draft.flows, tuple(draft.data))
