"""Sequence flows join two nodes of the same process or sub-process."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Flow


@repair(Stage.NAMES, "BPMN 2.0.2, 7.6.1: sequence flows cross neither pools nor sub-processes")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A flow with a missing end is dropped; one across a sub-process border leads to its border."""
    for flow in list(drawing.flows.values()):
        source, target = drawing.nodes.get(flow.source), drawing.nodes.get(flow.target)
        if source is None or target is None:
            drawing.remove_flow(flow.id)
            yield Change(
                flow.id,
                flow.line,
                "The flow “{name}” has an end that is no element to go to; it was left out.",
                {"name": shown(flow.name, flow.id)},
                is_decision=source is not None or target is not None,
            )
            continue
        scope = drawing.home[source.id]
        if scope == drawing.home[target.id]:
            if drawing.home[flow.id] != scope:
                drawing.remove_flow(flow.id)
                drawing.add_flow(scope, flow)
                if source.default == flow.id:
                    drawing.change(source, default=flow.id)
            continue
        drawing.remove_flow(flow.id)
        yield _across(drawing, flow)


def _across(drawing: Drawing, flow: Flow) -> Change:
    """Lift both ends to the innermost scope that holds them; other pools are reached by messages."""
    source, target = _lifted(drawing, flow.source, flow.target)
    values = {"name": shown(flow.name, flow.id)}
    if source is not None and target is not None and source != target:
        drawing.add_flow(drawing.home[source], replace(flow, source=source, target=target))
        return Change(
            flow.id,
            flow.line,
            "The flow “{name}” crossed the border of a sub-process; it now joins the sub-process itself.",
            values,
            is_decision=True,
        )
    return Change(
        flow.id,
        flow.line,
        "The flow “{name}” leaves its pool or sub-process for another, which only messages can do; "
        "it was left out.",
        values,
        is_decision=True,
    )


def _lifted(drawing: Drawing, source: str, target: str) -> tuple[str | None, str | None]:
    chain: dict[str, str] = {}  # scope → the node (or its sub-process) that stands for source there
    scope: str | None = drawing.home[source]
    node = source
    while scope is not None:
        chain[scope] = node
        node, scope = scope, drawing.parent[scope]
    scope, node = drawing.home[target], target
    while scope is not None:
        if scope in chain:
            return chain[scope], node
        node, scope = scope, drawing.parent[scope]
    return None, None
