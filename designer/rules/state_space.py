"""All the states that a scope's tokens can be in, explored up to a bound: what soundness rules ask.

Data is not looked at: every choice can go every way, so what is found can happen unless conditions
forbid it. Tokens of one flow are counted up to two; more mean that synchronisation is lacking.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from designer.rules.shapes import is_apart, is_compensation, is_link
from engine.bpmn.model import EventKind, Kind, Node, Scope

MAX_STATES = 3_000
MAX_WORK = 200_000  # tokens looked at in all; a drawing with thousands of branches ends earlier
MAX_FOUND = 50  # counter-examples of each kind; more help nobody
MAX_CHOICES = 4  # ways that an inclusive gateway is split; beyond, one at a time or all

# A state: how many tokens wait before which flow's target, in order of the flow's id.
State = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Space:
    """What exploring found. Paths are ids of nodes and flows from the start."""

    is_complete: bool = True
    fired: set[str] = field(default_factory=set)  # nodes that something reaches
    stuck: dict[str, tuple[str, ...]] = field(default_factory=dict)  # join → path
    doubled: dict[str, tuple[str, ...]] = field(default_factory=dict)  # node → path
    endless: tuple[str, ...] = ()  # nodes from which no end can be reached


class _Net:
    """The scope as moves of tokens over its flows."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.nodes = scope.nodes
        self.borders: dict[str, list[Node]] = {}
        self.catches: dict[str, Node] = {}
        for node in scope.nodes.values():
            if node.attached_to is not None and not is_compensation(node):
                self.borders.setdefault(node.attached_to, []).append(node)
            if node.kind is Kind.INTERMEDIATE_CATCH_EVENT and is_link(node):
                self.catches.setdefault(link_name(node), node)

    def starts(self) -> list[tuple[str, frozenset[str]]]:
        """Each way the scope begins: the node and the flows that get a token."""
        return [
            (node.id, self.out(node))
            for node in self.nodes.values()
            if node.kind is Kind.START_EVENT
        ]

    def out(self, node: Node) -> frozenset[str]:
        return frozenset(node.outgoing)

    def ways(self, node: Node) -> list[frozenset[str]]:
        """The sets of flows by which a token may leave the node."""
        flows = node.outgoing
        if node.kind is Kind.INTERMEDIATE_THROW_EVENT and is_link(node):
            target = self.catches.get(link_name(node))
            return [self.out(target)] if target is not None else [frozenset()]
        if node.kind in {Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY}:
            ways = [frozenset({flow}) for flow in flows]
        elif node.kind in {Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY} and len(flows) > 1:
            ways = [frozenset({flow}) for flow in flows] + [frozenset(flows)]
            if len(flows) <= MAX_CHOICES:
                for size in range(2, len(flows)):
                    ways += [frozenset(chosen) for chosen in combinations(flows, size)]
        else:
            ways = [frozenset(flows)]
        for border in self.borders.get(node.id, ()):
            extra = self.out(border)
            if border.is_interrupting:
                ways.append(extra)
            else:
                ways.extend([way | extra for way in list(ways)])
        return ways or [frozenset()]


@lru_cache(maxsize=64)
def _spaces(key: "_Key") -> Space:
    return _explore(key.scope)


class _Key:
    """A scope as a cache argument: by identity."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __hash__(self) -> int:
        return id(self.scope)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.scope is self.scope


def explore(scope: Scope) -> Space:
    """The states of the scope; the same scope is explored once."""
    return _spaces(_Key(scope))


def _explore(scope: Scope) -> Space:
    net = _Net(scope)
    space = Space()
    came: dict[State, tuple[State | None, str]] = {}
    successors: dict[State, list[State]] = {}
    finals: set[State] = set()
    pending: deque[State] = deque()
    for start, flows in net.starts():
        space.fired.add(start)
        state = _state(dict.fromkeys(flows, 1))
        if state not in came:
            came[state] = (None, start)
            pending.append(state)
    work = 0
    while pending:
        state = pending.popleft()
        # Each token of a state may move, and each move copies the state.
        work += len(state) * len(state)
        if len(came) > MAX_STATES or work > MAX_WORK:
            space.is_complete = False
            break
        moves = _moves(net, state, space)
        successors[state] = [after for _, after in moves]
        if not state:
            finals.add(state)
        elif not moves:
            finals.add(state)
            for flow in dict(state):
                _note(space.stuck, scope.flows[flow].target, came, state, scope)
        for node, after in moves:
            if after not in came:
                came[after] = (state, node)
                pending.append(after)
            for flow, count in after:
                if count > 1:
                    _note(space.doubled, scope.flows[flow].target, came, after, scope)
    if space.is_complete:
        space.endless = _endless(successors, finals, scope)
    return space


def _note(
    found: dict[str, tuple[str, ...]],
    node: str,
    came: dict[State, tuple[State | None, str]],
    state: State,
    scope: Scope,
) -> None:
    if node not in found and len(found) < MAX_FOUND:
        found[node] = _path(came, state, scope)


def _moves(net: _Net, state: State, space: Space) -> list[tuple[str, State]]:
    """Every next state with the node that fires."""
    tokens = dict(state)
    found: list[tuple[str, State]] = []
    tried: set[str] = set()
    for flow in tokens:
        node = net.nodes.get(net.scope.flows[flow].target)
        if node is None:
            continue
        taken: list[dict[str, int]] = []
        is_join = len(node.incoming) > 1
        if node.kind is Kind.PARALLEL_GATEWAY and is_join:
            if node.id in tried or not all(name in tokens for name in node.incoming):
                continue
            tried.add(node.id)
            taken.append(_without(tokens, node.incoming))
        elif node.kind in {Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY} and is_join:
            if node.id in tried or not _may_fire(net, node, tokens):
                continue
            tried.add(node.id)
            taken.append(_without(tokens, [name for name in node.incoming if name in tokens]))
        else:
            taken.append(_without(tokens, [flow]))
        space.fired.add(node.id)
        space.fired.update(border.id for border in net.borders.get(node.id, ()))
        if node.kind is Kind.INTERMEDIATE_THROW_EVENT and is_link(node):
            catch = net.catches.get(link_name(node))
            space.fired.update({catch.id} if catch is not None else ())
        for rest in taken:
            if any(event.kind is EventKind.TERMINATE for event in node.events):
                found.append((node.id, ()))
                continue
            for way in net.ways(node):
                after = dict(rest)
                for name in way:
                    after[name] = min(after.get(name, 0) + 1, 2)
                found.append((node.id, _state(after)))
    return found


def _without(tokens: dict[str, int], flows: "tuple[str, ...] | list[str]") -> dict[str, int]:
    rest = dict(tokens)
    for name in flows:
        rest[name] -= 1
        if not rest[name]:
            del rest[name]
    return rest


def _may_fire(net: _Net, node: Node, tokens: dict[str, int]) -> bool:
    """BPMN 2.0.2, table 13.3: no token elsewhere can still reach an empty incoming flow."""
    empty = [name for name in node.incoming if name not in tokens]
    others = [name for name in tokens if name not in node.incoming]
    if not empty or not others:
        return True
    full = [name for name in node.incoming if name in tokens]
    to_empty, to_full = _upstream(net, node, empty), _upstream(net, node, full)
    return not any(name in to_empty and name not in to_full for name in others)


def _upstream(net: _Net, node: Node, flows: list[str]) -> set[str]:
    seen: set[str] = set(flows)
    pending = list(flows)
    while pending:
        source = net.nodes.get(net.scope.flows[pending.pop()].source)
        if source is None or source.id == node.id:
            continue
        before = list(source.incoming)
        if source.attached_to in net.nodes:
            before += net.nodes[source.attached_to or ""].incoming
        for name in before:
            if name not in seen:
                seen.add(name)
                pending.append(name)
    return seen


def _state(tokens: dict[str, int]) -> State:
    return tuple(sorted(tokens.items()))


def _path(
    came: dict[State, tuple[State | None, str]], state: State, scope: Scope
) -> tuple[str, ...]:
    """From the start to this state: each node and the flows that it put tokens on."""
    steps: list[str] = []
    current: State | None = state
    while current is not None and current in came:
        before, node = came[current]
        fresh = [name for name, _ in current if before is None or name not in dict(before)]
        outgoing = scope.nodes[node].outgoing if node in scope.nodes else ()
        steps.extend(reversed([node, *[name for name in fresh if name in outgoing]]))
        current = before
    return tuple(reversed(steps))


def _endless(
    successors: dict[State, list[State]], finals: set[State], scope: Scope
) -> tuple[str, ...]:
    """The nodes that tokens circle through when no final state can be reached any more."""
    before: dict[State, list[State]] = {}
    for state, following in successors.items():
        for after in following:
            before.setdefault(after, []).append(state)
    good = set(finals)
    pending = list(finals)
    while pending:
        for state in before.get(pending.pop(), ()):
            if state not in good:
                good.add(state)
                pending.append(state)
    bad = [state for state in successors if state not in good]
    found = {scope.flows[flow].target for state in bad for flow, _ in state}
    return tuple(name for name in scope.nodes if name in found)


def link_name(node: Node) -> str:
    """The name that joins the two halves of a link."""
    return next((e.reference or "" for e in node.events if e.kind is EventKind.LINK), "")


def can_be_explored(scope: Scope, owner: Node | None) -> bool:
    """Whether tokens start at drawn start events here: not in ad-hoc or event sub-processes' outsides."""
    if owner is not None and owner.kind is Kind.AD_HOC_SUB_PROCESS:
        return False
    return any(node.kind is Kind.START_EVENT for node in scope.nodes.values())


def in_flow(scope: Scope) -> list[Node]:
    """The nodes that tokens of the scope itself pass."""
    return [
        node
        for node in scope.nodes.values()
        if not is_apart(node) and not (node.kind is Kind.BOUNDARY_EVENT and is_compensation(node))
    ]
