"""Mutated diagrams: gateways of another kind, flows more or fewer, boundaries that interrupt or not."""

import random
from dataclasses import replace

from engine.bpmn.model import EventKind, Expression, Flow, Kind, Model, Scope

GATEWAYS = (Kind.EXCLUSIVE_GATEWAY, Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY)
NO_SOURCE = (Kind.END_EVENT, Kind.EVENT_BASED_GATEWAY)
NO_TARGET = (Kind.START_EVENT, Kind.BOUNDARY_EVENT)


def mutated(model: Model, dice: random.Random) -> Model:
    """One to three changes of the main process, mostly unsound."""
    main, *others = model.processes
    scope = main.scope
    for _ in range(dice.randint(1, 3)):
        scope = dice.choice((_gateway, _gateway, _more, _more, _fewer, _boundary))(scope, dice)
    from tests.conformance.oracle.sketch import scope_of

    scope = scope_of(list(scope.nodes.values()), list(scope.flows.values()))
    return replace(model, processes=(replace(main, scope=scope), *others))


def _gateway(scope: Scope, dice: random.Random) -> Scope:
    """A gateway becomes one of another kind."""
    found = [node for node in scope.nodes.values() if node.kind in GATEWAYS]
    if not found:
        return scope
    node = dice.choice(found)
    kind = dice.choice([kind for kind in GATEWAYS if kind != node.kind])
    return Scope({**scope.nodes, node.id: replace(node, kind=kind)}, scope.flows, scope.data)


def _more(scope: Scope, dice: random.Random) -> Scope:
    """One flow more."""
    nodes = [node for node in scope.nodes.values() if not node.is_triggered_by_event]
    links = {n.id for n in nodes if any(e.kind == EventKind.LINK for e in n.events)}
    raced = {
        flow.target
        for flow in scope.flows.values()
        if scope.nodes[flow.source].kind == Kind.EVENT_BASED_GATEWAY
    }
    sources = [n.id for n in nodes if n.kind not in NO_SOURCE and n.id not in links]
    targets = [n.id for n in nodes if n.kind not in NO_TARGET and n.id not in links | raced]
    if not sources or not targets:
        return scope
    flow = Flow(f"extra{len(scope.flows)}", dice.choice(sources), dice.choice(targets))
    if dice.random() < 0.4:
        flow = replace(flow, condition=Expression(dice.choice(("a", "b", "not(c)"))))
    return Scope(scope.nodes, {**scope.flows, flow.id: flow}, scope.data)


def _fewer(scope: Scope, dice: random.Random) -> Scope:
    """One flow fewer."""
    if len(scope.flows) < 3:
        return scope
    gone = dice.choice(list(scope.flows))
    flows = {name: flow for name, flow in scope.flows.items() if name != gone}
    nodes = {
        name: replace(node, default=None) if node.default == gone else node
        for name, node in scope.nodes.items()
    }
    return Scope(nodes, flows, scope.data)


def _boundary(scope: Scope, dice: random.Random) -> Scope:
    """A boundary event interrupts, or does so no longer."""
    found = [
        node
        for node in scope.nodes.values()
        if node.kind == Kind.BOUNDARY_EVENT
        and not any(event.kind == EventKind.ERROR for event in node.events)
    ]
    if not found:
        return scope
    node = dice.choice(found)
    changed = replace(node, is_interrupting=not node.is_interrupting)
    return Scope({**scope.nodes, node.id: changed}, scope.flows, scope.data)
