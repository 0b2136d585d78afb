"""A diagram out of a log where nobody has drawn one: which work follows which, as exclusive ways."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from designer.simulation.fitting.work import Trace
from engine.bpmn.model import Flow, Kind, Model, Node, Process, Scope

START, END = "start", "end"


def followed(found: Iterable[Trace], name: str = "log") -> tuple[Model, str, dict[str, str]]:
    """The diagram, its process id, and the element id of each activity.

    Work side by side becomes work one after the other, in the orders that the log has; what the log never has
    cannot happen.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    ids: dict[str, str] = {}
    for trace in found:
        before = START
        for item in trace.items:
            element = ids.setdefault(item.activity, f"a{len(ids) + 1}")
            pairs[before, element] += 1
            before = element
        pairs[before, END] += 1
    nodes = {START: Node(START, Kind.START_EVENT), END: Node(END, Kind.END_EVENT)}
    nodes |= {element: Node(element, Kind.TASK, activity) for activity, element in ids.items()}
    flows: list[Flow] = []
    for element in list(nodes):
        if element != END:
            nodes[f"{element}_ways"] = Node(f"{element}_ways", Kind.EXCLUSIVE_GATEWAY)
            flows.append(Flow(f"{element}_out", element, f"{element}_ways"))
    flows += [Flow(f"{one}_{other}", f"{one}_ways", other) for one, other in pairs]
    scope = Scope(
        {
            node.id: replace(
                node,
                incoming=tuple(flow.id for flow in flows if flow.target == node.id),
                outgoing=tuple(flow.id for flow in flows if flow.source == node.id),
            )
            for node in nodes.values()
        },
        {flow.id: flow for flow in flows},
    )
    return Model(id=name, processes=(Process(name, is_executable=True, scope=scope),)), name, ids
