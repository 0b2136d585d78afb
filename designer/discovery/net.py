"""A BPMN process as a Petri net, which is what alignments are computed on.

A flow is a place. Tasks are transitions with a label; events, gateways and what else only routes are silent. Source:
Dijkman, Dumas, Ouyang, “Semantics and analysis of business process models in BPMN” (IST 50, 2008).
"""

import uuid
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Any, ClassVar

from engine.bpmn.model import Kind, Node, Process
from engine.errors import Refusal

_ROUTES_ONE = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY})
_ROUTES_ALL = frozenset({Kind.PARALLEL_GATEWAY})
_NOT_YET = frozenset(
    {Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS, Kind.COMPLEX_GATEWAY}
)
_BY_ITSELF = frozenset(
    {Kind.BUSINESS_RULE_TASK, Kind.SCRIPT_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK}
)
_MOST_WAYS = 5  # out of an inclusive gateway


class CannotCompare(Refusal):
    """A diagram that no net is made of."""

    sentence: ClassVar[str] = (
        "“{element}” cannot be compared with a log yet: sub-processes, complex and joining inclusive gateways are not."
    )


@dataclass(slots=True)
class Net:
    """A Petri net with one token in `source` at first and one in `sink` at last."""

    source: str
    sink: str
    places: set[str] = field(default_factory=set)
    transitions: dict[str, str | None] = field(default_factory=dict)  # id → label
    arcs: list[tuple[str, str, bool]] = field(default_factory=list)  # from, to, into a transition
    elements: dict[str, str] = field(default_factory=dict)  # label → element id

    def fire(self, label: str | None, takes: tuple[str, ...], gives: tuple[str, ...]) -> None:
        """Add a transition."""
        id = _uuid(f"t{len(self.transitions)}")
        self.transitions[id] = label
        for place in takes:
            self.places.add(place)
            self.arcs.append((place, id, True))
        for place in gives:
            self.places.add(place)
            self.arcs.append((id, place, False))


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def net_of(process: Process, seen: AbstractSet[str] | None = None) -> Net:
    """The net of a process; labels are the names of its activities, or their ids where they have none.

    `seen` are the activities of the log: what a machine does and no case ever tells of is silent, as most systems
    record what people do. Raises CannotCompare.
    """
    scope = process.scope
    net = Net("source", "sink", {"source", "sink"})
    hosts = {node.attached_to for node in scope.nodes.values()}
    for node in scope.nodes.values():
        if node.kind in _NOT_YET or (
            node.kind is Kind.INCLUSIVE_GATEWAY
            and (len(node.incoming) > 1 or len(node.outgoing) > _MOST_WAYS)
        ):
            raise CannotCompare(element=node.name or node.id)
        _add(net, node, hosts, seen)
    return net


def _add(net: Net, node: Node, hosts: set[str | None], seen: AbstractSet[str] | None) -> None:
    incoming, outgoing = node.incoming, node.outgoing
    if node.attached_to is not None:
        takes = (f"in:{node.attached_to}",)
        net.fire(None, takes, outgoing if node.is_interrupting else (*takes, *outgoing))
        return
    gives = outgoing or (net.sink,)
    if not incoming:
        incoming = (net.source,)
    if node.kind in _ROUTES_ALL:
        net.fire(None, incoming, gives)
        return
    inside = f"in:{node.id}"
    if len(incoming) == 1 and node.id not in hosts:
        (inside,) = incoming  # fewer silent steps are fewer states to search
    else:
        for flow in incoming:
            net.fire(None, (flow,), (inside,))
    if node.kind in _ROUTES_ONE:
        for flow in gives:
            net.fire(None, (inside,), (flow,))
    elif node.kind is Kind.INCLUSIVE_GATEWAY:
        some = (combinations(gives, n) for n in range(1, len(gives) + 1))
        for ways in chain.from_iterable(some):
            net.fire(None, (inside,), ways)
    elif node.kind.value.endswith(("Task", "task", "Activity")):
        label = node.name or node.id
        if seen is not None and node.kind in _BY_ITSELF and label not in seen:
            net.fire(None, (inside,), gives)
            return
        net.elements.setdefault(label, node.id)
        net.fire(label, (inside,), gives)
    else:
        net.fire(None, (inside,), gives)


def as_r4pm(net: Net) -> dict[str, Any]:
    """The net as r4pm takes it."""
    places = {place: _uuid(f"p:{place}") for place in sorted(net.places)}
    arcs = []
    for one, other, is_in in net.arcs:
        kind, ends = (
            ("PlaceTransition", [places[one], other])
            if is_in
            else ("TransitionPlace", [one, places[other]])
        )
        arcs.append({"from_to": {"type": kind, "nodes": ends}, "weight": 1})
    return {
        "places": {id: {"id": id} for id in places.values()},
        "transitions": {id: {"id": id, "label": label} for id, label in net.transitions.items()},
        "arcs": arcs,
        "initial_marking": {places[net.source]: 1},
        "final_markings": [{places[net.sink]: 1}],
    }
