"""What an analyst decides beside a drawing, which stays as it came: conditions, tables before gateways, services, the
process.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.bpmn.model import STATUSES, Expression, Kind, Model, Node, Scope
from engine.bpmn.model import Mapping as Mapped


@dataclass(frozen=True, slots=True)
class GatewayTable:
    """The decision that is asked before a gateway's conditions, and the variable they read its result from."""

    decision: str
    result: str


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """The service that carries out a task: what it is told, what is kept of its answer (nothing said: all of it).

    `statuses`: HTTP status → code of the error that it means in this diagram.
    """

    service: str  # key
    tells: tuple[str, ...] = ()  # variables
    takes: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """All of it; as JSON it goes to the child process that reads the drawing.

    `rules`: flow id → condition in FEEL; `tables`: gateway id → its table; `decisions`: file name → DMN text;
    `published`: what call activities may call besides the file's own processes. `services`: task id → who carries it
    out; `connectors`: the services there are.
    """

    process_id: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, GatewayTable] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    published: Collection[str] = ()
    services: Mapping[str, ServiceUse] = field(default_factory=dict)
    connectors: Collection[str] = ()


ALONE = Beside()
"""A drawing about which nobody has decided anything."""


def read_tables(said: Mapping[str, Mapping[str, str]]) -> dict[str, GatewayTable]:
    """Tables before gateways from their JSON."""
    return {gateway: GatewayTable(**table) for gateway, table in said.items()}


def read_services(said: Mapping[str, Mapping[str, Any]]) -> dict[str, ServiceUse]:
    """Which task asks which service, from its JSON."""
    return {
        task: ServiceUse(
            use["service"],
            tuple(use.get("tells", ())),
            tuple(use.get("takes", ())),
            dict(use.get("statuses", {})),
        )
        for task, use in said.items()
    }


def with_services(
    model: Model, uses: Mapping[str, ServiceUse], connectors: Collection[str]
) -> Model:
    """The model with tasks that services carry out; one whose service is gone stays as it is drawn."""
    known = {task: use for task, use in uses.items() if use.service in connectors}
    if not known:
        return model
    return replace(
        model,
        processes=tuple(
            replace(process, scope=_scope_served(process.scope, known))
            for process in model.processes
        ),
    )


def _scope_served(scope: Scope, uses: Mapping[str, ServiceUse]) -> Scope:
    return replace(
        scope,
        nodes={
            node.id: _served(node, uses[node.id])
            if node.id in uses
            else node
            if node.body is None
            else replace(node, body=_scope_served(node.body, uses))
            for node in scope.nodes.values()
        },
    )


def _served(node: Node, use: ServiceUse) -> Node:
    statuses = " ".join(f"{status}={code}" for status, code in use.statuses.items())
    return replace(
        node,
        kind=Kind.SERVICE_TASK,
        message=None,
        implementation=None,
        script=None,
        extension=replace(
            node.extension,
            topic=use.service,
            inputs=tuple(Mapped(Expression(name, "feel"), name) for name in use.tells),
            outputs=tuple(Mapped(Expression(name, "feel"), name) for name in use.takes),
            properties=(
                *(pair for pair in node.extension.properties if pair[0] != STATUSES),
                *([(STATUSES, statuses)] if statuses else []),
            ),
        ),
    )


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
