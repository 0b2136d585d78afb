"""A model as BPMN 2.0 XML: elements in the order of the standard's schema, own marks in our namespace.

`read(write(model))` is the model again, except for line numbers, layout and what was not read.
"""

from engine.bpmn.document import BPMN, OWN, UNNAMED
from engine.bpmn.marks import extension_tag
from engine.bpmn.model import (
    DataObject,
    Expression,
    Extension,
    Flow,
    Lane,
    Model,
    Process,
    RootElement,
    Scope,
)
from engine.bpmn.node_tags import formal, node_tag, with_extension
from engine.bpmn.xml import Tag, as_bytes


def write(model: Model, *diagrams: Tag) -> bytes:
    """The model as a file that any BPMN 2.0 tool reads; `diagrams` are BPMNDiagram elements."""
    root = Tag(
        "bpmn:definitions",
        {
            "xmlns:bpmn": BPMN,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xmlns:expedito": OWN,
        },
    )
    if diagrams:
        root.set("xmlns:bpmndi", "http://www.omg.org/spec/BPMN/20100524/DI")
        root.set("xmlns:dc", "http://www.omg.org/spec/DD/20100524/DC")
        root.set("xmlns:di", "http://www.omg.org/spec/DD/20100524/DI")
    root.set("id", model.id).set("name", model.name)
    root.set("targetNamespace", model.target_namespace or UNNAMED)
    root.set("expressionLanguage", model.expression_language)
    root.set("exporter", model.exporter)
    for element in model.roots.values():
        root.add(_root_element(element))
    if model.participants or model.message_flows:
        root.add(_collaboration(model))
    for process in model.processes:
        root.add(_process(process))
    for diagram in diagrams:
        root.add(diagram)
    return as_bytes(root)


def _root_element(element: RootElement) -> Tag:
    tag = Tag(f"bpmn:{element.kind}", {"id": element.id})
    tag.set("name", element.name)
    if element.kind in {"error", "escalation"}:
        tag.set(f"{element.kind}Code", element.code)
    marks = extension_tag(Extension(correlation=element.correlation))
    if marks is not None:
        tag.add(Tag("bpmn:extensionElements", children=[marks]))
    return tag


def _collaboration(model: Model) -> Tag:
    tag = Tag("bpmn:collaboration", {"id": "expedito_collaboration"})
    for participant in model.participants:
        child = Tag("bpmn:participant", {"id": participant.id})
        tag.add(child.set("name", participant.name).set("processRef", participant.process))
    for flow in model.message_flows:
        child = Tag("bpmn:messageFlow", {"id": flow.id}).set("name", flow.name)
        child.set("sourceRef", flow.source).set("targetRef", flow.target)
        tag.add(child.set("messageRef", flow.message))
    return tag


def _process(process: Process) -> Tag:
    tag = Tag("bpmn:process", {"id": process.id}).set("name", process.name)
    if process.is_executable is not None:
        tag.set("isExecutable", "true" if process.is_executable else "false")
    with_extension(tag, process.documentation, process.extension)
    if process.lanes:
        tag.add(_lane_set(process))
    # Sub-processes are filled from a list, so their depth is no limit.
    pending: list[tuple[Scope, Tag, Expression | None]] = [(process.scope, tag, None)]
    while pending:
        scope, holder, completion = pending.pop()
        for data in scope.data:
            holder.add(_data_object(data))
        for node in scope.nodes.values():
            child = node_tag(node)
            holder.add(child)
            if node.body is not None:
                last = node.completion if child.name == "bpmn:adHocSubProcess" else None
                pending.append((node.body, child, last))
        for flow in scope.flows.values():
            holder.add(_flow(flow))
        for node in scope.nodes.values():
            if node.compensation_handler is not None:
                ends = {"sourceRef": node.id, "targetRef": node.compensation_handler}
                name = {"id": f"{node.id}_handler", "associationDirection": "One"}
                holder.add(Tag("bpmn:association", name | ends))
        holder.add(formal("bpmn:completionCondition", completion))
    return tag


def _lane_set(process: Process) -> Tag:
    top = Tag("bpmn:laneSet", {"id": f"{process.id}_lanes"})
    tags: dict[str, Tag] = {}
    sets: dict[str, Tag] = {}
    known = {lane.id for lane in process.lanes}
    for lane in process.lanes:
        tags[lane.id] = _lane(lane)
    for lane in process.lanes:
        if lane.parent is None or lane.parent not in known:
            top.add(tags[lane.id])
            continue
        holder = sets.get(lane.parent)
        if holder is None:
            holder = sets[lane.parent] = Tag("bpmn:childLaneSet", {"id": f"{lane.parent}_lanes"})
            tags[lane.parent].add(holder)
        holder.add(tags[lane.id])
    return top


def _lane(lane: Lane) -> Tag:
    tag = Tag("bpmn:lane", {"id": lane.id}).set("name", lane.name)
    for node in lane.nodes:
        tag.add(Tag("bpmn:flowNodeRef", text=node))
    return tag


def _data_object(data: DataObject) -> Tag:
    tag = Tag(f"bpmn:{data.kind}", {"id": data.id}).set("name", data.name)
    if data.kind == "dataObject" and data.is_collection:
        tag.set("isCollection", "true")
    if data.kind == "dataObjectReference":
        tag.set("dataObjectRef", data.reference)
    if data.kind == "dataStoreReference":
        tag.set("dataStoreRef", data.reference)
    return tag


def _flow(flow: Flow) -> Tag:
    tag = Tag("bpmn:sequenceFlow", {"id": flow.id}).set("name", flow.name)
    tag.set("sourceRef", flow.source).set("targetRef", flow.target)
    with_extension(tag, flow.documentation, Extension())
    return tag.add(formal("bpmn:conditionExpression", flow.condition))
