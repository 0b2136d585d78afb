"""What is drawn, looked up: ways on from a flow, boundary events of an activity, beginnings of a scope."""

from engine.bpmn.model import EventDefinition, EventKind, Flow, Kind, Model, Node, Scope

ACTIVITIES = frozenset(
    {
        Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.SCRIPT_TASK, Kind.SERVICE_TASK,
        Kind.SEND_TASK, Kind.RECEIVE_TASK, Kind.BUSINESS_RULE_TASK, Kind.SUB_PROCESS,
        Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS, Kind.CALL_ACTIVITY,
    }
)  # fmt: skip


def kinds(node: Node) -> set[EventKind]:
    """The kinds of what an event waits for or throws."""
    return {event.kind for event in node.events}


def interrupts(node: Node) -> bool:
    """Whether an event on a border or at the start of an event sub-process ends what it listens beside (§10.5.4)."""
    return node.is_interrupting or bool(kinds(node) & {EventKind.ERROR, EventKind.CANCEL})


class Drawing:
    """One scope of the diagram with what is asked of it again and again."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.nodes = scope.nodes
        self.flows = scope.flows
        self.boundaries: dict[str, list[Node]] = {}
        for node in scope.nodes.values():
            if node.kind == Kind.BOUNDARY_EVENT and node.attached_to is not None:
                self.boundaries.setdefault(node.attached_to, []).append(node)
        self.inclusive_joins = [
            node.id
            for node in scope.nodes.values()
            if node.kind in (Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY)
            and len(node.incoming) > 1
        ]
        self.handlers = [node for node in scope.nodes.values() if node.is_triggered_by_event]
        self._reached: dict[tuple[str, str], frozenset[str]] = {}
        self.bodies: dict[str, Drawing] = {
            node.id: Drawing(node.body) for node in scope.nodes.values() if node.body is not None
        }

    def out(self, node: Node) -> list[Flow]:
        """The flows that leave a node, in document order."""
        return [self.flows[flow] for flow in node.outgoing]

    def link_targets(self, node: Node) -> list[Node]:
        """Where a link event leads (§10.5.4: the catching link events of the same name in this scope)."""
        names = {e.reference for e in node.events if e.kind == EventKind.LINK}
        return [
            other
            for other in self.nodes.values()
            if other.kind == Kind.INTERMEDIATE_CATCH_EVENT
            and any(e.kind == EventKind.LINK and e.reference in names for e in other.events)
        ]

    def beginnings(self) -> list[Node]:
        """The first none start event (each is a start of its own), else every node without incoming flow (§13.3.4)."""
        starts = [n for n in self.nodes.values() if n.kind == Kind.START_EVENT]
        none = [node for node in starts if not node.events] or starts
        return none[:1] or [
            node
            for node in self.nodes.values()
            if not node.incoming
            and node.kind != Kind.BOUNDARY_EVENT
            and not node.is_triggered_by_event
            and not node.is_for_compensation
            and not (node.kind == Kind.INTERMEDIATE_CATCH_EVENT and EventKind.LINK in kinds(node))
        ]

    def ways_on(self, node: Node) -> list[str]:
        """Flows that a token in this node may take next, boundary events and links included."""
        ways = list(node.outgoing)
        if node.kind == Kind.INTERMEDIATE_THROW_EVENT:
            for target in self.link_targets(node):
                ways += target.outgoing
        for boundary in self.boundaries.get(node.id, ()):
            ways += boundary.outgoing
        return ways

    def reached(self, flow: str, gateway: str) -> frozenset[str]:
        """Incoming flows of the gateway at which a path ends that starts with `flow` and does not visit the gateway."""
        known = self._reached.get((flow, gateway))
        if known is not None:
            return known
        seen = {flow}
        pending = [flow]
        ends = set()
        while pending:
            current = pending.pop()
            target = self.flows[current].target
            if target == gateway:
                ends.add(current)
                continue
            for way in self.ways_on(self.nodes[target]):
                if way not in seen:
                    seen.add(way)
                    pending.append(way)
        found = frozenset(ends)
        self._reached[flow, gateway] = found
        return found

    def leads(self, source: str, target: str) -> bool:
        """Whether a token that leaves one node can come to another."""
        return any(self.reached(way, target) for way in self.ways_on(self.nodes[source]))


class Diagram:
    """All processes of a file."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.drawings = {process.id: Drawing(process.scope) for process in model.processes}
        self.insides: dict[str, Drawing] = {}  # of sub-processes, by their id
        pending = list(self.drawings.values())
        while pending:
            drawing = pending.pop()
            self.insides.update(drawing.bodies)
            pending += drawing.bodies.values()

    def name_of(self, event: EventDefinition) -> str | None:
        """The name by which a message or signal is known, the code of an error or escalation."""
        if event.reference is None:
            return None
        root = self.model.roots.get(event.reference)
        if root is None:
            return event.reference
        if event.kind in (EventKind.ERROR, EventKind.ESCALATION):
            return root.code or root.name or root.id
        return root.name or root.id
