"""A process tree as a BPMN model that people can read: gateways in pairs, loops with a way back."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from designer.discovery.tree import NOTHING, Operator, Tree, may_be_empty
from designer.layout import with_layout
from engine.bpmn.model import Flow, Kind, Model, Node, Process, Scope


@dataclass(frozen=True, slots=True)
class Words:
    """What the drawing says itself; whoever draws gives it in the reader's language."""

    begin: str = "Start"
    end: str = "End"
    which: str = "What comes next?"
    again: str = "Again?"
    skip: str = "Skip"
    back: str = "Again"
    go_on: str = "Go on"


def draw(tree: Tree, name: str, words: Words | None = None) -> bytes:
    """The tree as a BPMN file with a layout. Tasks are user tasks; at gateways people choose by the flows' names."""
    return with_layout(as_model(tree, name, words or Words()))


def as_model(tree: Tree, name: str, words: Words) -> Model:
    """The tree as a model."""
    pen = _Pen(words)
    start = pen.node(Kind.START_EVENT, "start", words.begin)
    last = pen.add(tree, start, None)
    end = pen.node(Kind.END_EVENT, "end", words.end)
    pen.flow(last.node, end, last.name)
    process = Process("discovered", name, True, Scope(pen.nodes, pen.flows))
    return Model(id="discovered_file", name=name, processes=(_wired(process),))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a flow is to begin, and what it will be called."""

    node: str
    name: str | None = None


@dataclass(slots=True)
class _Pen:
    words: Words
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def node(self, kind: Kind, stem: str, name: str | None) -> str:
        number = self.numbers[stem] = self.numbers.get(stem, 0) + 1
        id = stem if stem in ("start", "end") else f"{stem}_{number}"
        self.nodes[id] = Node(id, kind, name)
        return id

    def flow(self, source: str, target: str, name: str | None) -> None:
        id = f"flow_{len(self.flows) + 1}"
        self.flows[id] = Flow(id, source, target, name)

    def add(self, tree: Tree, source: str, name: str | None) -> _Place:
        """Draw the tree after a node, which a flow of this name leaves; where what follows is to begin."""
        if tree == NOTHING:
            return _Place(source, name)
        if tree.activity is not None:
            task = self.node(Kind.USER_TASK, "task", tree.activity)
            self.flow(source, task, name)
            return _Place(task)
        if tree.operator is Operator.SEQUENCE:
            place = _Place(source, name)
            for child in tree.children:
                place = self.add(child, place.node, place.name)
            return place
        if tree.operator is Operator.LOOP:
            return self._add_loop(tree, source, name)
        return self._add_branches(tree, source, name)

    def _add_branches(self, tree: Tree, source: str, name: str | None) -> _Place:
        is_choice = tree.operator is Operator.EXCLUSIVE
        kind = Kind.EXCLUSIVE_GATEWAY if is_choice else Kind.PARALLEL_GATEWAY
        split = self.node(kind, "gateway", self.words.which if is_choice else None)
        self.flow(source, split, name)
        ends = [
            self.add(child, split, self._called(child) if is_choice else None)
            for child in tree.children
        ]
        join = self.node(kind, "gateway", None)
        for place in ends:
            self.flow(place.node, join, place.name)
        return _Place(join)

    def _add_loop(self, tree: Tree, source: str, name: str | None) -> _Place:
        do, again = tree.children
        entry = self.node(Kind.EXCLUSIVE_GATEWAY, "gateway", None)
        self.flow(source, entry, name)
        done = self.add(do, entry, None)
        choice = self.node(Kind.EXCLUSIVE_GATEWAY, "gateway", self.words.again)
        self.flow(done.node, choice, done.name)
        ways = again.children if again.operator is Operator.EXCLUSIVE else (again,)
        for way in ways:
            back = self.add(way, choice, self.words.back if way == NOTHING else self._called(way))
            self.flow(back.node, entry, back.name)
        return _Place(choice, self.words.go_on)

    def _called(self, tree: Tree) -> str | None:
        """What a way is called: its first activity; nothing where that stands at the end of the arrow anyway."""
        if tree == NOTHING:
            return self.words.skip
        if _opens_with_task(tree):
            return None
        return next(_first(tree), self.words.go_on)


def _opens_with_task(tree: Tree) -> bool:
    if tree.operator is Operator.SEQUENCE:
        return _opens_with_task(tree.children[0])
    return tree.activity is not None


def _first(tree: Tree) -> Iterator[str]:
    if tree.activity is not None:
        yield tree.activity
    for child in tree.children:
        yield from _first(child)
        if tree.operator is Operator.SEQUENCE and not may_be_empty(child):
            return


def _wired(process: Process) -> Process:
    """The process with the flows of each node known to it."""
    nodes = {}
    for node in process.scope.nodes.values():
        incoming = tuple(f.id for f in process.scope.flows.values() if f.target == node.id)
        outgoing = tuple(f.id for f in process.scope.flows.values() if f.source == node.id)
        nodes[node.id] = replace(node, incoming=incoming, outgoing=outgoing)
    return replace(process, scope=replace(process.scope, nodes=nodes))
