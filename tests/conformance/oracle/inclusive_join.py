"""Inclusive joins (§13.4.3): one fires when no token can still reach it, unless by a way that has one already."""

from typing import TYPE_CHECKING

from engine.bpmn.model import EventKind
from tests.conformance.oracle import complex_gateway
from tests.conformance.oracle.graph import interrupts, kinds
from tests.conformance.oracle.places import Run

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine


def fire(machine: "Machine") -> bool:
    """Fire one inclusive join that is enabled by the rule of §13.4.3 (Table 13.4).

    Which of two goes first is open; our engine promises the one that the token of no other can reach.
    """
    for run in sorted(machine.runs(), key=lambda r: r.depth):
        enabled = [name for name in run.drawing.inclusive_joins if _is_enabled(run, name)]
        free = [
            name
            for name in enabled
            if not any(other != name and run.drawing.leads(other, name) for other in enabled)
        ]
        for name in free or enabled:
            node = run.drawing.nodes[name]
            if name in run.resets:
                complex_gateway.reset(machine, run, node)
            else:
                machine.consume(run, node)
            return True
    return False


def _is_enabled(run: Run, gateway: str) -> bool:
    """No token can still reach an empty incoming flow, unless it could as well reach one that has a token."""
    node = run.drawing.nodes[gateway]
    full = {flow for flow in node.incoming if run.standing[flow]}
    if complex_gateway.is_activated(node):
        if gateway not in run.resets:
            return False
        full |= run.resets[gateway]
    if not full:
        return False
    for ways in _tokens(run):
        reached = set().union(*(run.drawing.reached(way, gateway) for way in ways))
        if reached - full and not reached & full:
            return False
    return True


def _tokens(run: Run) -> list[list[str]]:
    """For each token of a scope the flows it is on or may take next."""
    found = [[flow] for flow in run.standing]
    for work in run.works:
        if not work.goes_on:
            continue
        ways = list(work.node.outgoing)
        for boundary in run.drawing.boundaries.get(work.node.id, ()):
            if interrupts(boundary):
                ways += boundary.outgoing
            elif any(w.element == boundary.id for w in work.watches) or kinds(boundary) & {
                EventKind.ESCALATION, EventKind.ERROR
            }:  # fmt: skip
                found.append(list(boundary.outgoing))
        found.append(ways)
    return found
