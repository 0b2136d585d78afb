"""The flows of one scope: which place follows which, what joins wait for, where tokens can still come from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from designer.simulation.activities import Boundary
from designer.simulation.gateways import (
    Choice,
    InclusiveEntry,
    InclusiveJoin,
    Join,
    JoinEntry,
    Mark,
    Rule,
    RuledChoice,
    RuledSome,
    Some,
    Split,
)
from designer.simulation.tokens import END, Decision, Net, Place
from designer.simulation.waits import Race, RacingCatch
from engine import feel
from engine.bpmn.model import EventKind, Flow, Kind, Node, Scope
from engine.errors import N_
from engine.expressions import read_expression

if TYPE_CHECKING:
    from designer.simulation.building import Builder

GATEWAYS = frozenset(
    {Kind.EXCLUSIVE_GATEWAY, Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY}
)
# Nodes in which no token ever stays.
PASSED = GATEWAYS | {Kind.START_EVENT, Kind.END_EVENT, Kind.INTERMEDIATE_THROW_EVENT}
MOST_MERGES = 100
Opening = Choice | RuledChoice | Some | RuledSome | Split


class Flows:
    """One scope while it is built."""

    def __init__(self, builder: "Builder", net: Net, scope: Scope) -> None:
        self.builder = builder
        self.net = net
        self.scope = scope
        self.places: dict[str, Place] = {}
        self.boundaries: dict[str, Boundary] = {}
        self.slots: dict[str, int] = {}  # flow into a join → slot
        self.joins: dict[str, Join] = {}
        self._openings: dict[str, Opening] = {}
        for node in scope.nodes.values():
            if _is_join(node):
                for flow in node.incoming:
                    self.slots[flow] = len(self.slots)
                if node.kind is Kind.INCLUSIVE_GATEWAY:
                    net.has_places = net.machine.has_joins = True
        net.slots = len(self.slots)

    def borders(self, node: Node) -> list[Node]:
        """The boundary events of an activity."""
        nodes = self.scope.nodes.values()
        return [n for n in nodes if n.kind is Kind.BOUNDARY_EVENT and n.attached_to == node.id]

    def is_behind_race(self, node: Node) -> bool:
        """Whether an event gateway leads here."""
        sources = [self.scope.nodes.get(self.scope.flows[flow].source) for flow in node.incoming]
        return any(s is not None and s.kind is Kind.EVENT_BASED_GATEWAY for s in sources)

    def circling(self) -> set[str]:
        """Nodes that tokens may come to more than once."""
        following: dict[str, list[str]] = {}
        for node in self.scope.nodes.values():
            leaving = [*node.outgoing, *(f for b in self.borders(node) for f in b.outgoing)]
            linked = self._link_target(node)
            found = [self.scope.flows[flow].target for flow in leaving]
            if linked is not None and node.kind is Kind.INTERMEDIATE_THROW_EVENT:
                found.append(linked.id)
            # A boundary event that does not interrupt may lead to what its activity leads to as well.
            following[node.id] = found
        circling = set()
        for name in following:
            seen: set[str] = set()
            pending = list(following[name])
            while pending and name not in seen:
                other = pending.pop()
                if other not in seen:
                    seen.add(other)
                    pending += following.get(other, [])
            if name in seen or self._is_met_twice(name):
                circling.add(name)
        return circling

    def _is_met_twice(self, name: str) -> bool:
        """Where paths meet without a join, two tokens may come one after the other."""
        node = self.scope.nodes[name]
        return len(node.incoming) > 1 and node.kind not in GATEWAYS

    # -- gateways

    def gateway(self, node: Node) -> Place:
        """The place of an exclusive, inclusive or parallel gateway."""
        if _is_join(node):
            slots = [self.slots[flow] for flow in node.incoming]
            form = InclusiveJoin if node.kind is Kind.INCLUSIVE_GATEWAY else Join
            join = self.joins[node.id] = form(node.id, slots)
            return join
        return self._opening(node) if len(node.outgoing) > 1 else Place(node.id)

    def _opening(self, node: Node) -> Opening:
        made = self._made_opening(node)
        self._openings[made.id] = made
        return made

    def _made_opening(self, node: Node) -> Opening:
        """How tokens leave over several flows."""
        flows = [self.scope.flows[flow] for flow in node.outgoing]
        name = node.id if node.kind in GATEWAYS and not _is_join(node) else f"{node.id} flows"
        rules = self.builder.scenario.rules
        is_ruled = any(flow.condition or flow.id in rules for flow in flows)
        is_plain = node.kind not in GATEWAYS and not is_ruled
        if node.kind is Kind.PARALLEL_GATEWAY or is_plain:
            return Split(name)
        builder = self.builder
        said = builder.scenario.gateways.get(node.id)
        is_exclusive = node.kind is Kind.EXCLUSIVE_GATEWAY
        if said:
            shares = [max(0.0, said.get(flow.id, 0.0)) for flow in flows]
            if not sum(shares):
                builder.gap(N_("No way on from “{name}” is ever taken (gateways, {id})."), node)
                shares = [1.0] * len(shares)
            if is_exclusive:
                choice = Choice(name, shares, builder.stream(node.id, "way"))
                choice.is_repeated = builder.is_again or node.id in builder.circling
                return choice
            streams = [builder.stream(node.id, f"way {flow.id}") for flow in flows]
            return Some(name, shares, [*streams, builder.stream(node.id, "way")])
        found = self._rules(node, flows)
        if found is None:
            builder.gap(
                N_("Say how often each way on from “{name}” is taken (gateways, {id})."), node
            )
            return Split(name)
        return RuledChoice(name, found) if is_exclusive else RuledSome(name, found)

    def _rules(self, node: Node, flows: list[Flow]) -> list[Rule] | None:
        """The diagram's own rules, where the scenario has the data that they read."""
        names = {name for name, _ in self.builder.scenario.data}
        for plan in self.builder.scenario.tasks.values():
            names |= {name for name, _ in plan.sets}
        rules: list[Rule] = []
        for flow in flows:
            if flow.id == node.default:
                rules.append(_never)
                continue
            said = self.builder.scenario.rules.get(flow.id)
            if flow.condition is None and said is None:
                if node.kind is Kind.EXCLUSIVE_GATEWAY:
                    return None
                rules.append(_always)
                continue
            text = said or _condition(flow)
            compiled = feel.compile_expression(text, names) if text else None
            if compiled is None or not compiled.names <= names:
                return None
            rules.append(_rule(compiled))
        return rules

    # -- connecting

    def entry(self, node: Node) -> Place:
        """Where a token goes that comes to the node, other than into a join."""
        place = self.places[node.id]
        if self.net.has_places and node.kind not in PASSED:
            return Mark(node.id, 1, place)
        return place

    def target(self, flow_id: str) -> Place:
        """Where a token on the flow goes."""
        node = self.scope.nodes[self.scope.flows[flow_id].target]
        passed = 0
        while _only_merges(node) and passed < MOST_MERGES:
            flow_id = node.outgoing[0]
            node = self.scope.nodes[self.scope.flows[flow_id].target]
            passed += 1
        place = self.places.get(node.id)
        if place is None:
            return END  # only drawings that the importer would mend have such flows
        slot = self.slots.get(flow_id)
        if slot is None:
            return self.entry(node)
        join = self.joins[node.id]
        if isinstance(join, InclusiveJoin):
            return InclusiveEntry(join, slot)
        return JoinEntry(join, slot)

    def connect(self) -> None:
        """Put in what follows each place."""
        for node in self.scope.nodes.values():
            place = self.places.get(node.id)
            if place is None:
                continue
            opening = self._openings.get(node.id)
            if opening is None or opening is not place:
                self._onward(node, place)
            if isinstance(place, Race):
                targets = [self.scope.flows[flow].target for flow in node.outgoing]
                options = [self.places[name] for name in targets]
                place.options = [one for one in options if isinstance(one, RacingCatch)]
        for name, boundary in self.boundaries.items():
            node = self.scope.nodes[name]
            onward = self._after(node)
            if self.net.has_places and boundary.is_interrupting:
                onward = Mark(node.attached_to or "", -1, onward)
            boundary.onward = onward
        for node_id, join in self.joins.items():
            if isinstance(join, InclusiveJoin):
                self._reach(self.scope.nodes[node_id], join)
        for opening in self._openings.values():
            self._fill(opening)

    def _onward(self, node: Node, place: Place) -> None:
        onward = self._after(node)
        if self.net.has_places and node.kind not in PASSED:
            holder = node.id
            if isinstance(place, RacingCatch):
                holder = self.scope.flows[node.incoming[0]].source
            onward = Mark(holder, -1, onward)
        if node.id in self.builder.deciding:
            onward = Decision(node.id, onward)
        last = getattr(place, "last", place)  # of a gathering: what parts again behind the task
        last.onward = onward

    def _after(self, node: Node) -> Place:
        if node.kind is Kind.EVENT_BASED_GATEWAY:
            return END
        if node.kind is Kind.INTERMEDIATE_THROW_EVENT:
            linked = self._link_target(node)
            if linked is not None:
                return self.entry(linked)
        if not node.outgoing:
            return END
        if len(node.outgoing) == 1:
            return self.target(node.outgoing[0])
        return self._opening(node)

    def _link_target(self, node: Node) -> Node | None:
        names = {e.reference for e in node.events if e.kind is EventKind.LINK}
        for other in self.scope.nodes.values():
            if other.kind is Kind.INTERMEDIATE_CATCH_EVENT and any(
                e.kind is EventKind.LINK and e.reference in names for e in other.events
            ):
                return other
        return None

    def _fill(self, opening: Opening) -> None:
        node = self.scope.nodes[opening.id.removesuffix(" flows")]
        opening.ways = [self.target(flow) for flow in node.outgoing]
        if not isinstance(opening, Choice | Split) and node.default in node.outgoing:
            opening.default = opening.ways[node.outgoing.index(node.default or "")]

    # -- inclusive joins

    def _reach(self, gateway: Node, join: InclusiveJoin) -> None:
        for node in self.scope.nodes.values():
            if node.id not in self.places or node.kind in PASSED:
                continue
            ways = list(node.outgoing)
            tokens = []
            for border in self.borders(node):
                if border.is_interrupting:
                    ways += border.outgoing
                elif border.id in self.boundaries:
                    tokens.append(list(border.outgoing))
            tokens.append(ways)
            join.reach[node.id] = tuple(self._reached(token, gateway) for token in tokens)
        for flow, slot in self.slots.items():
            if self.scope.flows[flow].target != gateway.id:
                join.flows[slot] = (self._reached([flow], gateway),)

    def _reached(self, ways: list[str], gateway: Node) -> frozenset[int]:
        """Slots of the gateway to which a path leads that begins with one of these flows."""
        seen, pending, ends = set(ways), list(ways), set()
        while pending:
            flow = pending.pop()
            target = self.scope.nodes[self.scope.flows[flow].target]
            if target.id == gateway.id:
                ends.add(self.slots[flow])
                continue
            following = list(target.outgoing)
            for border in self.borders(target):
                following += border.outgoing
            linked = self._link_target(target)
            if target.kind is Kind.INTERMEDIATE_THROW_EVENT and linked is not None:
                following += linked.outgoing
            for way in following:
                if way not in seen:
                    seen.add(way)
                    pending.append(way)
        return frozenset(ends)


def _is_join(node: Node) -> bool:
    return len(node.incoming) > 1 and node.kind in {Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY}


def _condition(flow: Flow) -> str | None:
    if flow.condition is None:
        return None
    return read_expression(flow.condition.text, flow.condition.language).feel


def _only_merges(node: Node) -> bool:
    """A gateway that has one way on is passed without a step."""
    return node.kind is Kind.EXCLUSIVE_GATEWAY and len(node.outgoing) == 1


def _always(data: Mapping[str, Any]) -> bool:
    return True


def _never(data: Mapping[str, Any]) -> bool:
    return False


def _rule(expression: feel.Expression) -> Rule:
    return lambda data: expression.evaluate(data) is True
