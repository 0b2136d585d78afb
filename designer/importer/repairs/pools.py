"""Pools and message flows join things that exist."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown


@repair(Stage.NAMES, "BPMN 2.0.2, 9.3: a message flow joins two pools or their elements")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A pool without its process is a black box; a message flow to nowhere is dropped."""
    for number, pool in enumerate(drawing.participants):
        if pool.process is not None and pool.process not in drawing.processes:
            drawing.participants[number] = replace(pool, process=None)
            yield Change(
                pool.id,
                pool.line,
                "The pool “{name}” names a process that is not in the file; it is a black box.",
                {"name": shown(pool.name, pool.id)},
            )
    pools = {pool.id for pool in drawing.participants}
    for flow in list(drawing.message_flows):
        if all(end in pools or end in drawing.nodes for end in (flow.source, flow.target)):
            if flow.message is not None and flow.message not in drawing.roots:
                drawing.message_flows[drawing.message_flows.index(flow)] = replace(
                    flow, message=None
                )
                yield Change(
                    flow.id,
                    flow.line,
                    "The message of a message flow is not in the file; it is named after the flow.",
                )
            continue
        drawing.message_flows.remove(flow)
        yield Change(
            flow.id,
            flow.line,
            "The message flow “{name}” has an end that is not in the drawing; it was left out.",
            {"name": shown(flow.name, flow.id)},
            is_decision=True,
        )
