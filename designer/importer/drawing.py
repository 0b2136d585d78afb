"""A model laid open for repairs: nodes and flows of all scopes in flat tables that can be changed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from designer.importer.renaming import renamed_model
from engine.bpmn.model import (
    DataObject,
    Flow,
    Kind,
    Lane,
    Model,
    Node,
    Process,
    RootElement,
    Scope,
)

SCOPES = frozenset({Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS})
TASKS = frozenset(
    {
        Kind.TASK,
        Kind.USER_TASK,
        Kind.MANUAL_TASK,
        Kind.SCRIPT_TASK,
        Kind.SERVICE_TASK,
        Kind.SEND_TASK,
        Kind.RECEIVE_TASK,
        Kind.BUSINESS_RULE_TASK,
    }
)
ACTIVITIES = TASKS | SCOPES | {Kind.CALL_ACTIVITY}
GATEWAYS = frozenset(kind for kind in Kind if kind.value.endswith("Gateway"))


class Drawing:
    """A model while it is repaired. A scope is named by its process or sub-process.

    Ids are unique in the file, so every table is flat; `freeze` makes a model of it again.
    """

    def __init__(
        self,
        model: Model,
        published: Collection[str] = (),
        connectors: Collection[str] = (),
    ) -> None:
        self.model = model
        self.published = frozenset(published)  # processes that may be called though not in the file
        self.connectors = frozenset(connectors)  # topics that a connector here serves
        self.processes: dict[str, Process] = {}
        self.participants = list(model.participants)
        self.message_flows = list(model.message_flows)
        self.roots: dict[str, RootElement] = dict(model.roots)
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}
        self.data: dict[str, DataObject] = {}
        self.home: dict[str, str] = {}  # node, flow or data object → its scope
        self.parent: dict[str, str | None] = {}  # scope → the scope around it
        self._members: dict[str, dict[str, None]] = {}  # scope → its nodes, in order
        self._scope_flows: dict[str, dict[str, None]] = {}
        self._incoming: dict[str, dict[str, None]] = {}
        self._outgoing: dict[str, dict[str, None]] = {}
        for process in model.processes:
            self.processes[process.id] = replace(process, scope=Scope())
            self._open(process.id, process.scope)

    def _open(self, name: str, scope: Scope) -> None:
        pending: list[tuple[str, str | None, Scope]] = [(name, None, scope)]
        while pending:
            owner, parent, inside = pending.pop()
            self.open_scope(owner, parent)
            for item in inside.data:
                self.data[item.id] = item
                self.home[item.id] = owner
            for node in inside.nodes.values():
                self.add_node(owner, replace(node, body=None, incoming=(), outgoing=()))
                if node.body is not None:
                    pending.append((node.id, owner, node.body))
            for flow in inside.flows.values():
                self.add_flow(owner, flow)

    # Scopes

    def open_scope(self, name: str, parent: str | None) -> None:
        """Make a scope; a process has no parent."""
        self.parent[name] = parent
        self._members.setdefault(name, {})
        self._scope_flows.setdefault(name, {})

    def scopes(self) -> list[str]:
        """All scopes, processes first."""
        return list(self._members)

    def close_scope(self, name: str) -> None:
        """Forget an empty scope; its sub-process is a plain activity then."""
        del self._members[name], self._scope_flows[name], self.parent[name]

    def move_data(self, name: str, scope: str) -> None:
        """Put a data object into another scope."""
        self.home[name] = scope

    def nodes_of(self, scope: str) -> list[Node]:
        """The nodes directly in the scope, in document order; none once it was taken away."""
        return [self.nodes[name] for name in self._members.get(scope, ())]

    def flows_of(self, scope: str) -> list[Flow]:
        """The flows directly in the scope, in document order."""
        return [self.flows[name] for name in self._scope_flows.get(scope, ())]

    def process_of(self, scope: str) -> str:
        """The process that a scope is part of."""
        while (parent := self.parent[scope]) is not None:
            scope = parent
        return scope

    def is_inside(self, scope: str, outer: str) -> bool:
        """Whether a scope is the outer one or somewhere in it."""
        current: str | None = scope
        while current is not None:
            if current == outer:
                return True
            current = self.parent[current]
        return False

    # Nodes and flows

    def add_node(self, scope: str, node: Node) -> None:
        """Put a node at the end of a scope."""
        self.nodes[node.id] = node
        self.home[node.id] = scope
        self._members[scope][node.id] = None

    def move_node(self, name: str, scope: str) -> None:
        """Put a node that has no inside into another scope; flows beside it there come along."""
        self._members[self.home[name]].pop(name)
        self._members[scope][name] = None
        self.home[name] = scope
        for flow in [*self.incoming(name), *self.outgoing(name)]:
            if self.home.get(flow.source) == self.home.get(flow.target) != self.home[flow.id]:
                self._scope_flows[self.home[flow.id]].pop(flow.id)
                self._scope_flows[scope][flow.id] = None
                self.home[flow.id] = scope

    def set_node(self, node: Node) -> None:
        """Change a node in its place."""
        self.nodes[node.id] = node

    def change(self, node: Node, **values: object) -> Node:
        """The node with these fields changed, in its place."""
        changed = replace(node, **values)  # type: ignore[arg-type]  # fields are named by callers
        self.nodes[node.id] = changed
        return changed

    def remove_node(self, name: str) -> None:
        """Take a node away with its flows, its inside and its place in lanes."""
        if name in self._members:
            for inner in list(self._members[name]):
                self.remove_node(inner)
            for flow in list(self._scope_flows[name]):
                self.remove_flow(flow)
            del self._members[name], self._scope_flows[name], self.parent[name]
        for flow in [*self._incoming.get(name, ()), *self._outgoing.get(name, ())]:
            if flow in self.flows:
                self.remove_flow(flow)
        scope = self.home.pop(name)
        self._members[scope].pop(name, None)
        del self.nodes[name]
        self._leave_lanes(name)

    def add_flow(self, scope: str, flow: Flow) -> None:
        """Put a flow at the end of a scope."""
        self.flows[flow.id] = flow
        self.home[flow.id] = scope
        self._scope_flows[scope][flow.id] = None
        self._outgoing.setdefault(flow.source, {})[flow.id] = None
        self._incoming.setdefault(flow.target, {})[flow.id] = None

    def set_flow(self, flow: Flow) -> None:
        """Change a flow in its place; its ends may move."""
        before = self.flows[flow.id]
        self.flows[flow.id] = flow
        if before.source != flow.source:
            self._outgoing[before.source].pop(flow.id, None)
            self._outgoing.setdefault(flow.source, {})[flow.id] = None
        if before.target != flow.target:
            self._incoming[before.target].pop(flow.id, None)
            self._incoming.setdefault(flow.target, {})[flow.id] = None

    def remove_flow(self, name: str) -> None:
        """Take a flow away; a node whose default it was has none then."""
        flow = self.flows.pop(name)
        self._scope_flows[self.home.pop(name)].pop(name, None)
        self._outgoing.get(flow.source, {}).pop(name, None)
        self._incoming.get(flow.target, {}).pop(name, None)
        source = self.nodes.get(flow.source)
        if source is not None and source.default == name:
            self.change(source, default=None)

    def connect(self, scope: str, source: str, target: str, stem: str | None = None) -> Flow:
        """A new flow from one node to another."""
        flow = Flow(self.new_id(stem or f"{source}_to_{target}"), source, target)
        self.add_flow(scope, flow)
        return flow

    def incoming(self, node: str) -> list[Flow]:
        """The flows that enter a node."""
        return [self.flows[name] for name in self._incoming.get(node, ())]

    def outgoing(self, node: str) -> list[Flow]:
        """The flows that leave a node."""
        return [self.flows[name] for name in self._outgoing.get(node, ())]

    def boundaries(self, activity: str) -> list[Node]:
        """The boundary events attached to an activity."""
        scope = self.home.get(activity)
        if scope is None:
            return []
        return [node for node in self.nodes_of(scope) if node.attached_to == activity]

    def everything(self) -> Iterator[tuple[str, Node]]:
        """Every node with its scope; safe against changes while it runs."""
        for scope in self.scopes():
            for name in list(self._members.get(scope, ())):
                node = self.nodes.get(name)
                if node is not None:
                    yield scope, node

    # Names and lanes

    def is_taken(self, name: str) -> bool:
        """Whether some element of the file has this id."""
        return (
            name in self.home
            or name in self.processes
            or name in self.roots
            or any(name in (p.id, f"{p.id}_lanes") for p in self.processes.values())
            or any(name == lane.id for p in self.processes.values() for lane in p.lanes)
            or any(name == item.id for item in self.participants)
            or any(name == item.id for item in self.message_flows)
        )

    def new_id(self, stem: str) -> str:
        """An id that nothing in the file has; the same for the same drawing."""
        if not self.is_taken(stem):
            return stem
        number = 2
        while self.is_taken(f"{stem}_{number}"):
            number += 1
        return f"{stem}_{number}"

    def set_lanes(self, process: str, lanes: tuple[Lane, ...]) -> None:
        """Change the lanes of a process."""
        self.processes[process] = replace(self.processes[process], lanes=lanes)

    def join_lane(self, name: str, other: str) -> None:
        """Put a node into the lanes that another one is in."""
        for process in list(self.processes.values()):
            if any(other in lane.nodes for lane in process.lanes):
                self.set_lanes(
                    process.id,
                    tuple(
                        replace(lane, nodes=(*lane.nodes, name)) if other in lane.nodes else lane
                        for lane in process.lanes
                    ),
                )

    def rename(self, names: Mapping[str, str]) -> None:
        """Give elements other ids, wherever the file refers to them."""
        renamed = Drawing(renamed_model(self.freeze(), names), self.published, self.connectors)
        self.__dict__.update(renamed.__dict__)

    def _leave_lanes(self, name: str) -> None:
        for process in list(self.processes.values()):
            if any(name in lane.nodes for lane in process.lanes):
                self.set_lanes(
                    process.id,
                    tuple(
                        replace(lane, nodes=tuple(n for n in lane.nodes if n != name))
                        for lane in process.lanes
                    ),
                )

    # The way back

    def freeze(self) -> Model:
        """The model as it is now; flows of every node and its lane are worked out again."""
        lane_of = {
            name: lane.id
            for process in self.processes.values()
            for lane in process.lanes
            for name in lane.nodes
        }
        # In the order of the flows themselves, as the reader finds them.
        order = {
            name: number
            for number, name in enumerate(
                name for flows in self._scope_flows.values() for name in flows
            )
        }

        def sorted_ends(flows: Mapping[str, None]) -> tuple[str, ...]:
            return tuple(sorted(flows, key=lambda name: order[name]))

        built: dict[str, Scope] = {}
        depth = {scope: self._depth(scope) for scope in self._members}
        for scope in sorted(self._members, key=lambda name: -depth[name]):
            data = tuple(item for item in self.data.values() if self.home[item.id] == scope)
            built[scope] = Scope(
                nodes={
                    name: replace(
                        self.nodes[name],
                        incoming=sorted_ends(self._incoming.get(name, {})),
                        outgoing=sorted_ends(self._outgoing.get(name, {})),
                        lane=lane_of.get(name),
                        body=built.get(name),
                    )
                    for name in self._members[scope]
                },
                flows={name: self.flows[name] for name in self._scope_flows[scope]},
                data=data,
            )
        return replace(
            self.model,
            processes=tuple(
                replace(process, scope=built[process.id]) for process in self.processes.values()
            ),
            participants=tuple(self.participants),
            message_flows=tuple(self.message_flows),
            roots=dict(self.roots),
        )

    def _depth(self, scope: str) -> int:
        depth = 0
        parent = self.parent[scope]
        while parent is not None:
            depth += 1
            parent = self.parent[parent]
        return depth
