"""Bytes of any tool's BPMN 2.0 file in, a frozen `Model` out; nothing in the file is executed."""

from engine.bpmn.diagrams import drawn_bounds, drawn_ids
from engine.bpmn.document import MAX_BYTES, UNNAMED, Document, Element, open_document
from engine.bpmn.event_definitions import KINDS as EVENTS
from engine.bpmn.leftovers import leftovers
from engine.bpmn.model import (
    MessageFlow,
    Model,
    Participant,
    Process,
    RootElement,
    Scope,
)
from engine.bpmn.nodes import documentation, is_true, read_node
from engine.bpmn.reading import Reading, open_reading
from engine.bpmn.refusals import NoProcess, NotBpmn
from engine.bpmn.scopes import read_scope
from engine.bpmn.vendors import read_extension

_ROOTS = frozenset({"message", "signal", "error", "escalation", "dataStore"})
_COLLABORATIONS = frozenset({"collaboration", "globalConversation"})
_PROCESSES = frozenset({"process", "choreography", "globalChoreographyTask"})
_GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
_READ = frozenset(
    {
        "documentation",
        "extensionElements",
        "resource",
        *_ROOTS,
        *_PROCESSES,
        *_GLOBAL_TASKS,
        *EVENTS,
    }
)


def read(data: bytes, max_bytes: int = MAX_BYTES) -> Model:
    """The diagram in `data`; raises a subclass of `UnreadableDiagram` for any other bytes.

    Ids that are missing are made up the same way every time; what is not used is in `Model.unread`.
    """
    document = open_document(data, max_bytes)
    root = _definitions(document.root)
    reading = open_reading(Document(root, document.prefixes))
    roots: dict[str, RootElement] = {}
    participants: list[Participant] = []
    message_flows: list[MessageFlow] = []
    processes: list[Process] = []
    # Processes take their ids first: where a pool repeats one, the process is what others mean.
    for element in root.children:
        if element.name == "BPMNDiagram":
            continue
        if element.namespace:
            reading.note(element.vendor_name(), element.get("id"), element.line)
        elif element.name in _ROOTS:
            found = _root_element(element, reading)
            roots[found.id] = found
        elif element.name in _PROCESSES:
            processes.append(_process(element, reading))
        elif element.name in _GLOBAL_TASKS:
            processes.append(_global_task(element, reading))
    for element in root.children:
        if element.name in _COLLABORATIONS or element.name == "choreography":
            _read_collaboration(element, participants, message_flows, reading)
        elif not element.namespace and element.name not in _READ:
            reading.note(element.name, element.get("id"), element.line)
    said = {(each.what, each.line) for each in reading.unread}
    for what, owner, line in leftovers(root):
        if (what, line) not in said:
            reading.note(what, owner, line)
    if not processes:
        raise NoProcess(line=root.line)
    return Model(
        id=root.get("id"),
        name=root.get("name"),
        target_namespace=_namespace(root),
        exporter=root.get("exporter"),
        expression_language=root.get("expressionLanguage"),
        processes=tuple(processes),
        participants=tuple(participants),
        message_flows=tuple(message_flows),
        roots=roots,
        unread=tuple(reading.unread),
        shapes=drawn_ids(root),
        bounds=drawn_bounds(root),
    )


def _namespace(root: Element) -> str | None:
    said = root.get("targetNamespace")
    return None if said == UNNAMED else said


def _definitions(root: Element) -> Element:
    """The `definitions` element, which some tools wrap in one of their own."""
    if root.name == "process" and not root.namespace:
        return Element("definitions", "", root.line, "", children=[root])
    for element in root.every():
        if element.name != "definitions":
            continue
        if not element.namespace:
            if any(child.name != "definitions" for child in element.children) or element is root:
                return element
        elif "bpmn" in element.namespace.lower():
            _adopt(element)
            return element
    raise NotBpmn(line=root.line, root=root.name[:80])


def _adopt(definitions: Element) -> None:
    """Take a misspelt namespace for BPMN's wherever the root's own spelling is used."""
    address = definitions.namespace
    for element in definitions.every():
        if element.namespace == address:
            element.namespace = ""


def _root_element(element: Element, reading: Reading) -> RootElement:
    name = reading.id_of(element)
    extension = read_extension(element, lambda what: reading.note(what, name, element.line))
    return RootElement(
        id=name,
        kind=element.name,
        name=element.get("name"),
        code=element.get("errorCode") or element.get("escalationCode"),
        correlation=extension.correlation,
        line=element.line,
    )


def _process(element: Element, reading: Reading) -> Process:
    name = reading.id_of(element)
    scope, lanes = read_scope(element, reading)
    executable = element.get("isExecutable")
    return Process(
        id=name,
        name=element.get("name"),
        is_executable=None if executable is None else is_true(element, "isExecutable"),
        scope=scope,
        lanes=lanes,
        line=element.line,
        documentation=documentation(element),
        extension=read_extension(element, lambda what: reading.note(what, name, element.line)),
    )


def _global_task(element: Element, reading: Reading) -> Process:
    """A global task (clause 10.3.4) is a process of one task, called by call activities."""
    name = reading.id_of(element)
    inner = _renamed(element, _GLOBAL_TASKS[element.name])
    inner.attributes["id"] = f"{name}_task"
    node = read_node(inner, reading)
    return Process(
        id=name,
        name=element.get("name"),
        scope=Scope(nodes={node.id: node}),
        line=element.line,
        documentation=node.documentation,
    )


def _renamed(element: Element, name: str) -> Element:
    """A copy of the element under another name; children are shared."""
    return Element(
        name,
        element.namespace,
        element.line,
        element.text,
        dict(element.attributes),
        element.vendor,
        element.own,
        element.children,
    )


def _read_collaboration(
    element: Element,
    participants: list[Participant],
    message_flows: list[MessageFlow],
    reading: Reading,
) -> None:
    known = set(reading.ids.values())
    for child in element.all("participant"):
        process = reading.reference(child, "processRef")
        if process is not None and process not in known:
            reading.note(f"process “{process}”, not in the file", child.get("id"), child.line)
            process = None
        participants.append(
            Participant(reading.id_of(child), child.get("name"), process, child.line)
        )
    for child in element.all("messageFlow"):
        message_flows.append(
            MessageFlow(
                id=reading.id_of(child),
                source=reading.reference(child, "sourceRef") or "",
                target=reading.reference(child, "targetRef") or "",
                name=child.get("name"),
                message=reading.reference(child, "messageRef"),
                line=child.line,
            )
        )
    # Some tools put lanes, artifacts and conversations here; only the drawing uses them.
    if element.name == "choreography":
        return
    for child in element.children:
        if child.name not in {"participant", "messageFlow", "documentation", "extensionElements"}:
            reading.note(child.vendor_name(), child.get("id"), child.line)
