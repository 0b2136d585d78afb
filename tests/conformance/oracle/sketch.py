"""Drawing a random diagram: nodes and flows with numbers for names, scope within scope."""

from dataclasses import replace

from engine.bpmn.model import Expression, Flow, Kind, Node, Scope

Ends = tuple[str, str]


def scope_of(nodes: list[Node], flows: list[Flow]) -> Scope:
    """A scope whose nodes know their flows."""
    return Scope(
        nodes={
            node.id: replace(
                node,
                incoming=tuple(flow.id for flow in flows if flow.target == node.id),
                outgoing=tuple(flow.id for flow in flows if flow.source == node.id),
            )
            for node in nodes
        },
        flows={flow.id: flow for flow in flows},
    )


class Body:
    """A scope that is being drawn."""

    def __init__(self, owner: Kind | None) -> None:
        self.owner = owner
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []


class Sketch:
    """What has been drawn so far; the scope at hand is the last of `bodies`."""

    def __init__(self) -> None:
        self.count = 0
        self.bodies: list[Body] = []

    @property
    def body(self) -> Body:
        return self.bodies[-1]

    def node(self, kind: Kind, **more: object) -> str:
        """A node; its id."""
        self.count += 1
        name = f"{kind.value}_{self.count}"
        self.body.nodes.append(replace(Node(name, kind), **more))  # type: ignore[arg-type]  # by name
        return name

    def flow(self, source: str, target: str, condition: str | None = None) -> str:
        """A sequence flow; its id."""
        self.count += 1
        name = f"f{self.count}"
        rule = Expression(condition) if condition else None
        self.body.flows.append(Flow(name, source, target, condition=rule))
        return name

    def change(self, name: str, **more: object) -> None:
        """Set fields of a node drawn already."""
        nodes = self.body.nodes
        index = next(i for i, node in enumerate(nodes) if node.id == name)
        nodes[index] = replace(nodes[index], **more)  # type: ignore[arg-type]  # by name

    def empty(self, owner: Kind | None) -> Body:
        """A scope to be drawn."""
        return Body(owner)

    def closed(self) -> Scope:
        """The scope that was drawn last."""
        body = self.bodies.pop()
        return scope_of(body.nodes, body.flows)
