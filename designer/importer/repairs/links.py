"""Every throwing link has exactly one catching link of its name."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Kind, Node


@repair(Stage.ELEMENTS, "BPMN 2.0.2, 10.5.5: one target link for the source links of the same name")
def mend(drawing: Drawing) -> Iterator[Change]:
    """Unnamed links are named after their event; a link without its other half ends or starts there."""
    for scope in drawing.scopes():
        nodes = [node for node in drawing.nodes_of(scope) if _is_link(node)]
        if not nodes:
            continue
        unnamed = [node for node in nodes if not _name(node)]
        for node in unnamed:
            name = _guess(node, nodes)
            _call(drawing, node, name)
            yield Change(
                node.id,
                node.line,
                "The link “{name}” has no name of its own; it is called “{link}”.",
                {"name": shown(node.name, node.id), "link": name},
            )
        nodes = [drawing.nodes[node.id] for node in nodes]
        yield from _paired(drawing, nodes)
        nodes = [drawing.nodes[node.id] for node in nodes]
        throws = {_name(n) for n in nodes if n.kind is Kind.INTERMEDIATE_THROW_EVENT}
        caught: set[str] = set()
        for node in nodes:
            values = {"name": shown(node.name, node.id)}
            name = _name(node)
            if node.kind is Kind.INTERMEDIATE_CATCH_EVENT:
                if name in caught or name not in throws:
                    drawing.change(node, kind=Kind.INTERMEDIATE_THROW_EVENT, events=())
                    yield Change(
                        node.id,
                        node.line,
                        "No link leads to “{name}”; it is passed like any event.",
                        values,
                        is_decision=True,
                    )
                caught.add(name)
        for node in nodes:
            values = {"name": shown(node.name, node.id)}
            if node.kind is not Kind.INTERMEDIATE_THROW_EVENT:
                continue
            if _name(node) not in caught:
                drawing.change(node, events=())
                yield Change(
                    node.id,
                    node.line,
                    "The link “{name}” leads nowhere; its path ends there.",
                    values,
                    is_decision=True,
                )
                continue
            for flow in drawing.outgoing(node.id):
                drawing.remove_flow(flow.id)
                yield Change(
                    flow.id,
                    flow.line,
                    "A flow leaves the link “{name}”, which goes on at its other half; left out.",
                    values,
                    is_decision=True,
                )


def _paired(drawing: Drawing, nodes: list[Node]) -> Iterator[Change]:
    """Some tools give every link a name of its own: what leads to no target goes to the event of the same name.

    Where just one link and one target are left, they belong together whatever they are called.
    """
    throws = [node for node in nodes if node.kind is Kind.INTERMEDIATE_THROW_EVENT]
    catches = [node for node in nodes if node.kind is Kind.INTERMEDIATE_CATCH_EVENT]
    used = {_name(node) for node in throws}
    named = {_name(node) for node in catches}
    free = [node for node in catches if _name(node) not in used]
    lost = [node for node in throws if _name(node) not in named]
    for node in lost:
        alike = [other for other in free if _plain(other) == _plain(node)]
        if len(lost) == len(free) == 1:
            alike = free
        if len(alike) != 1:
            continue
        _call(drawing, node, _name(alike[0]))
        yield Change(
            node.id,
            node.line,
            "The link “{name}” leads to no link of its name; it goes on at “{other}”, the likeliest.",
            {"name": shown(node.name, node.id), "other": shown(alike[0].name, alike[0].id)},
            is_decision=True,
        )


def _plain(node: Node) -> str:
    return " ".join((node.name or node.id).casefold().split())


def _call(drawing: Drawing, node: Node, name: str) -> None:
    events = tuple(
        replace(event, reference=name) if event.kind is EventKind.LINK else event
        for event in node.events
    )
    drawing.change(node, events=events)


def _is_link(node: Node) -> bool:
    return any(event.kind is EventKind.LINK for event in node.events)


def _name(node: Node) -> str:
    return next((e.reference or "" for e in node.events if e.kind is EventKind.LINK), "")


def _guess(node: Node, nodes: list[Node]) -> str:
    others = [other for other in nodes if other.kind is not node.kind]
    if len(others) == 1:
        return _name(others[0]) or others[0].name or node.name or others[0].id
    return node.name or node.id
