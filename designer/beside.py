"""What an analyst decides beside a drawing, which stays as it came: conditions, tables before gateways, the process."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from engine.bpmn.model import Expression, Model, Node, Scope


@dataclass(frozen=True, slots=True)
class GatewayTable:
    """The decision that is asked before a gateway's conditions, and the variable they read its result from."""

    decision: str
    result: str


@dataclass(frozen=True, slots=True)
class Beside:
    """All of it; as JSON it goes to the child process that reads the drawing.

    `rules`: flow id → condition in FEEL; `tables`: gateway id → its table; `decisions`: file name → DMN text;
    `published`: what call activities may call besides the file's own processes.
    """

    process_id: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, GatewayTable] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    published: Collection[str] = ()


ALONE = Beside()
"""A drawing about which nobody has decided anything."""


def read_tables(said: Mapping[str, Mapping[str, str]]) -> dict[str, GatewayTable]:
    """Tables before gateways from their JSON."""
    return {gateway: GatewayTable(**table) for gateway, table in said.items()}


def with_rules(model: Model, rules: Mapping[str, str], tables: Mapping[str, GatewayTable]) -> Model:
    """The model with the analyst's conditions and tables; gateways that have some are no longer a person's choice."""
    if not rules and not tables:
        return model
    return replace(
        model,
        processes=tuple(
            replace(process, scope=_scope_with(process.scope, rules, tables))
            for process in model.processes
        ),
    )


def _scope_with(
    scope: Scope, rules: Mapping[str, str], tables: Mapping[str, GatewayTable]
) -> Scope:
    flows = {
        flow.id: replace(flow, condition=Expression(rules[flow.id], "feel"))
        if flow.id in rules
        else flow
        for flow in scope.flows.values()
    }
    ruled = {flow.source for flow in flows.values() if flow.id in rules}
    nodes: dict[str, Node] = {}
    for node in scope.nodes.values():
        extension = node.extension
        if node.id in ruled:
            extension = replace(extension, is_decided_by_person=False)
        if node.id in tables:
            table = tables[node.id]
            extension = replace(extension, decision=table.decision, result_variable=table.result)
        body = None if node.body is None else _scope_with(node.body, rules, tables)
        nodes[node.id] = replace(node, extension=extension, body=body)
    return replace(scope, nodes=nodes, flows=flows)
