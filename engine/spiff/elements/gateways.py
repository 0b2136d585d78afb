"""Gateways (BPMN 2.0.2, 13.4): joins count tokens per incoming sequence flow and never swallow one."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.compensation import BESIDE
from engine.spiff.context import variables_of
from engine.spiff.elements.deciding import has_decided
from engine.spiff.elements.node import FlowSpec, NodeSpec
from engine.spiff.reach import upstream_masks
from engine.spiff.rules import Rule
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.scopes import ScopeState


class DecidingSpec(NodeSpec):
    """A gateway whose conditions may read what a decision table, asked just before them, says."""

    def enter(self, token: Token) -> bool:
        """Ask the table, where the gateway has one; without it the conditions find nothing and a person decides."""
        extension = self.node.extension
        if extension.decision and not self.is_decided_by_person:
            has_decided(token, extension.decision, extension.result_variable)
        return True


class ExclusiveSpec(DecidingSpec):
    """Exclusive gateway: every token passes by itself, by the first flow whose condition holds."""

    is_exclusive = True


class JoinSpec(NodeSpec):
    """A gateway that keeps arriving tokens, counted per incoming flow, until it may fire."""

    @property
    def is_joining(self) -> bool:
        """True where there is anything to wait for."""
        return len(self.incoming) > 1

    def receive(self, scope: "ScopeState", flow: FlowSpec | None, pick: Any = None) -> None:
        """Count the token on its flow and see whether the gateway fires."""
        if flow is None or not self.is_joining:
            super().receive(scope, flow, pick)
            return
        counts = scope.joins.setdefault(self.name, {})
        counts[flow.id] = counts.get(flow.id, 0) + 1
        self.arrived(scope)

    def arrived(self, scope: "ScopeState") -> None:
        """A token was counted."""
        raise NotImplementedError

    def fire(self, scope: "ScopeState") -> Token:
        """Take one token from every flow that has one and go on with one."""
        counts = scope.joins[self.name]
        for flow_id in list(counts):
            counts[flow_id] -= 1
            if not counts[flow_id]:
                del counts[flow_id]
        if not counts:
            del scope.joins[self.name]
        return scope.spawn(self)

    def can_still_fire(self, scope: "ScopeState") -> bool:
        """Whether a token elsewhere in the scope could still bring what is missing."""
        counts = scope.joins[self.name]
        masks = upstream_masks(self)
        missing = 0
        for flow in self.incoming:
            if flow.id not in counts:
                missing |= masks[flow.id]
        return bool(positions(scope, self) & missing)


class ParallelSpec(JoinSpec):
    """Parallel gateway: fires when every incoming flow has a token and takes one from each (Table 13.1)."""

    def arrived(self, scope: "ScopeState") -> None:
        """Fire when no flow is without a token."""
        if len(scope.joins[self.name]) == len(self.incoming):
            self.fire(scope)


class InclusiveSpec(DecidingSpec, JoinSpec):
    """Inclusive gateway: fires when no token elsewhere can still reach an empty incoming flow (Table 13.3).

    Looked at when nothing else can move, so that the order of automatic steps makes no difference.
    """

    def arrived(self, scope: "ScopeState") -> None:
        """Waits for the case to come to rest."""

    def may_fire(self, scope: "ScopeState") -> bool:
        """The standard's rule.

        A token at T stands in the way when T has a path to an empty incoming flow that does not visit this
        gateway, and no such path to an incoming flow that has a token.
        """
        counts = scope.joins.get(self.name)
        if not counts:
            return False
        masks = upstream_masks(self)
        empty = full = 0
        for flow in self.incoming:
            if flow.id in counts:
                full |= masks[flow.id]
            else:
                empty |= masks[flow.id]
        return not positions(scope, self) & empty & ~full

    def can_still_fire(self, scope: "ScopeState") -> bool:
        """An inclusive join that waits does so for a living token, or for one at another join."""
        return False


class ComplexSpec(InclusiveSpec):
    """Complex gateway (13.4.5): fires on its activation condition, then waits for the rest and resets.

    Its condition reads `activationCount`; without one it joins and splits like an inclusive gateway.
    """

    activation: Rule | None = None

    def arrived(self, scope: "ScopeState") -> None:
        """Fire as soon as the activation condition holds; later tokens belong to the reset."""
        if self.activation is None or self.name in scope.notes.get("reset", ()):
            super().arrived(scope)
            return
        counts = scope.joins[self.name]
        count = sum(counts.values())
        context = {**scope.visible(), "activationCount": count, "waitingForStart": True}
        if self.activation.holds(context):
            seen = sorted(counts)
            self.fire(scope).data["waitingForStart"] = True
            missing = [flow.id for flow in self.incoming if flow.id not in seen]
            if missing:
                scope.notes.setdefault("reset", {})[self.name] = seen

    def may_fire(self, scope: "ScopeState") -> bool:
        """During the reset: by the rule of inclusive joins, where flows that started it count as having a token."""
        if self.activation is None:
            return super().may_fire(scope)
        reset = scope.notes.get("reset", {})
        if self.name not in reset:
            return False
        counts = scope.joins.get(self.name, {})
        masks = upstream_masks(self)
        empty = full = 0
        for flow in self.incoming:
            if flow.id in reset[self.name] or flow.id in counts:
                full |= masks[flow.id]
            else:
                empty |= masks[flow.id]
        return not positions(scope, self) & empty & ~full

    def fire(self, scope: "ScopeState") -> Token:
        """Fire; the end of a reset takes the late tokens and lets them rest, as no flow asks for them."""
        reset = scope.notes.get("reset", {})
        if self.name not in reset:
            return super().fire(scope)
        started_by = reset.pop(self.name)
        if not reset:
            del scope.notes["reset"]
        counts = scope.joins.get(self.name, {})
        for flow_id in list(counts):
            if flow_id not in started_by:
                counts[flow_id] -= 1
                if not counts[flow_id]:
                    del counts[flow_id]
        if not counts:
            scope.joins.pop(self.name, None)
        token = scope.spawn(self)
        token.internal_data["reset"] = 1
        if counts:
            self.arrived(scope)
        return token

    def choose(self, token: Token) -> list[FlowSpec] | None:
        """After a reset only flows whose condition says so with waitingForStart = false."""
        if "reset" not in token.internal_data:
            return super().choose(token)
        context = {**variables_of(token), "waitingForStart": False}
        return [
            flow
            for flow in self.flows
            if flow.condition is not None
            and "waitingForStart" in flow.condition.text
            and flow.condition.holds(context)
        ]


def first_to_fire(ready: list[InclusiveSpec]) -> InclusiveSpec:
    """Of several joins that may fire, one that no other leads to; in a ring the one that the file names first.

    BPMN 2.0.2, 13.4.3 says when an inclusive gateway is enabled, not which of two enabled ones goes first, and the
    order matters: the token that leaves one may be what the other would have waited for. Downstream first would be
    within the letter, yet joins what is still coming in two parts; upstream first waits for all there is.
    """
    ready = sorted(ready, key=lambda gateway: gateway.index)
    for gateway in ready:
        masks = upstream_masks(gateway)
        if not any(
            mask >> other.index & 1
            for other in ready
            if other is not gateway
            for mask in masks.values()
        ):
            return gateway
    return ready[0]


class EventGatewaySpec(NodeSpec):
    """Event-based gateway: the first of the events behind it goes on, the others are no longer waited for."""

    def enter(self, token: Token) -> None:
        """Arm every event behind the gateway; they depend on the gateway's token."""
        self.watch(token, self.flows)

    def watch(self, token: Token, flows: list[FlowSpec]) -> None:
        """Arm the events that these flows lead to."""
        for flow in flows:
            child = token.workflow.spawn(flow.target, token, state=TaskState.WAITING)
            child.internal_data["via"] = flow.id
            flow.target.arm(child)

    def won(self, token: Token, winner: Token) -> None:
        """One event happened: its token goes on by itself."""
        token.case.path.append(winner.internal_data.pop("via"))
        token._children.remove(winner.id)
        winner._parent = None
        token.case.cancel(token)


def positions(scope: "ScopeState", gateway: NodeSpec) -> int:
    """A bit for every element where a token lives in this scope, or waits at a join other than `gateway`.

    Boundary events that do not interrupt count beside their activity: they start a token of their own. Those that
    interrupt are one of the ways in which the activity's token leaves.
    """
    found = 0
    for token in scope.tasks.values():
        spec = token.task_spec
        if spec.scope_spec is not scope.spec or BESIDE in token.internal_data:
            continue
        if "def" in token.internal_data:
            # one of several things that an event waits for: the event's own token is counted
            continue
        if spec.is_boundary and spec.node.is_interrupting and token.parent is not None:
            continue
        if token.parent is not None and isinstance(token.parent.task_spec, EventGatewaySpec):
            # one of the ways on of the gateway's token, which is counted where it is
            continue
        found |= 1 << spec.index
        for boundary in spec.boundaries:
            if not boundary.node.is_interrupting and not boundary.can_wait:
                found |= 1 << boundary.index
    for name in scope.joins:
        if name != gateway.name:
            found |= 1 << scope.spec.task_specs[name].index
    return found


def stuck_join(scope: "ScopeState", gateway: JoinSpec) -> dict[str, Any]:
    """What a person needs to know about a join that waits in vain."""
    counts = scope.joins[gateway.name]
    return {
        "element_id": gateway.name,
        "arrived": dict(counts),
        "missing": [flow.id for flow in gateway.incoming if flow.id not in counts],
    }
