"""Links come in pairs with a name."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule, scopes
from designer.rules.shapes import is_link
from engine.bpmn.model import EventKind, Kind, Node, Process


@rule("error")
def check(process: Process) -> Iterator[Problem]:
    """The link “{name}” needs a name and exactly one event that it leads to."""
    for _, scope in scopes(process):
        links = [node for node in scope.nodes.values() if is_link(node)]
        thrown = {name(n) for n in links if n.kind is Kind.INTERMEDIATE_THROW_EVENT}
        caught = [name(n) for n in links if n.kind is Kind.INTERMEDIATE_CATCH_EVENT]
        for node in links:
            others = caught if node.kind is Kind.INTERMEDIATE_THROW_EVENT else list(thrown)
            is_double = node.kind is Kind.INTERMEDIATE_CATCH_EVENT and caught.count(name(node)) > 1
            if not name(node) or name(node) not in others or is_double:
                yield at(node)


def name(node: Node) -> str | None:
    """The name of the link."""
    return next((event.reference for event in node.events if event.kind is EventKind.LINK), None)
