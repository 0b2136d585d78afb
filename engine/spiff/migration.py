"""Moves an open case to another version of its process: tokens keep their numbers, timers their due times."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.spiff.compensation import folded, renamed, unfolded
from engine.spiff.compiled import Compiled
from engine.spiff.elements.activity import ActivitySpec
from engine.spiff.elements.events import BoundarySpec, EventSpec
from engine.spiff.elements.gateways import EventGatewaySpec
from engine.spiff.elements.node import NodeSpec, ScopeSpec
from engine.spiff.facts import FactKind
from engine.spiff.refusals import Obstacle
from engine.spiff.scopes import CaseWorkflow, ScopeState
from engine.spiff.token import Token


def proposal(old: Compiled, new: Compiled) -> dict[str, str]:
    """Which element of the new version stands for which old one: same id, else the same unique name, of one kind."""
    found: dict[str, str] = {}
    by_name: dict[tuple[type, str], list[str]] = {}
    for spec in new.elements.values():
        if spec.bpmn_name:
            by_name.setdefault((type(spec), spec.bpmn_name), []).append(spec.name)
    for spec in old.elements.values():
        same = new.elements.get(spec.name)
        if same is not None and type(same) is type(spec):
            found[spec.name] = spec.name
        elif spec.bpmn_name:
            named = by_name.get((type(spec), spec.bpmn_name), [])
            if len(named) == 1 and named[0] not in old.elements:
                found[spec.name] = named[0]
    return found


def obstacles(case: CaseWorkflow, new: Compiled, mapping: Mapping[str, str]) -> list[Obstacle]:
    """What cannot move and why; empty when the case can be migrated. Nothing is changed."""
    return list(_obstacles(case, new, mapping))


def _obstacles(case: CaseWorkflow, new: Compiled, mapping: Mapping[str, str]) -> Iterator[Obstacle]:
    for scope in _own_scopes(case):
        body = _new_body(scope, new, mapping)
        for token in scope.tasks.values():
            if _may_go(token):
                continue
            old = token.task_spec
            said = {"name": old.label}
            spec = new.elements.get(mapping.get(old.name, ""))
            if spec is None:
                yield Obstacle("the new version has nothing for “{name}”", old.name, values=said)
            elif type(spec) is not type(old):
                yield Obstacle(
                    "“{name}” is of another kind in the new version", old.name, values=said
                )
            elif body is not None and spec.scope_spec is not body:
                yield Obstacle(
                    "“{name}” is in another sub-process in the new version", old.name, values=said
                )
            elif _has_rounds(spec) != _has_rounds(old):
                yield Obstacle("“{name}” is repeated in one version only", old.name, values=said)
        for name, counts in scope.joins.items():
            gateway = new.elements.get(mapping.get(name, ""))
            if gateway is None or type(gateway) is not type(scope.spec.task_specs[name]):
                yield Obstacle(
                    "tokens wait at the join “{name}”, which the new version lacks",
                    name,
                    values={"name": name},
                )
                continue
            for flow_id in counts:
                if _new_flow(scope.spec.task_specs[name], gateway, flow_id, mapping) is None:
                    yield Obstacle(
                        "tokens wait on “{name}”, which the new version lacks",
                        name,
                        values={"name": flow_id},
                    )


def migrate(case: CaseWorkflow, new: Compiled, mapping: Mapping[str, str]) -> None:
    """Move the case; `obstacles` must have found none."""
    old = case.compiled
    assert old is not None
    targets = set(mapping.values())
    scopes = list(_own_scopes(case))
    bodies = [_new_body(scope, new, mapping) for scope in scopes]
    for scope, body in zip(scopes, bodies, strict=True):
        assert body is not None
        joins = {}
        for name, counts in scope.joins.items():
            gateway = new.elements[mapping[name]]
            joins[gateway.name] = {
                _new_flow(scope.spec.task_specs[name], gateway, flow, mapping) or flow: count
                for flow, count in counts.items()
            }
        for token in list(scope.tasks.values()):
            if token.id in case.tokens:
                _move(token, new, mapping)
        scope.joins = joins
        names = {old: name for old, name in mapping.items() if name in new.elements}
        scope.log = folded(renamed(unfolded(scope.log), names))
        scope.last_done = None
        for token in scope.tasks.values():
            _rename_done(token.internal_data, names)
        scope.notes.pop("end", None)
        scope.spec = body
        for handler in body.event_subprocesses:
            if handler.name not in targets:
                handler.listen(scope)
    case.compiled = new
    case.tell(FactKind.CASE_MIGRATED, version=new.hash, before=old.hash)
    for token in list(case.tokens.values()):
        if token.id in case.tokens and token.workflow in scopes:
            _watch_new(token, targets)


def _rename_done(held: dict[str, Any], names: Mapping[str, str]) -> None:
    """What a token remembers of activities done, under their new names."""
    for key in ("undo", "done"):
        if key in held:
            held[key] = renamed(held[key], names)
    if "log" in held:
        held["log"] = folded(renamed(unfolded(held["log"]), names))


def _own_scopes(case: CaseWorkflow) -> Iterator[ScopeState]:
    """The scopes of the case's own process; called processes keep the version they started with."""
    for scope in case.scopes():
        if scope.process_scope() is case:
            yield scope


def _new_body(scope: ScopeState, new: Compiled, mapping: Mapping[str, str]) -> ScopeSpec | None:
    if scope.owner is None:
        return new.spec
    owner = new.elements.get(mapping.get(scope.owner.task_spec.name, ""))
    return None if owner is None else owner.body


def _may_go(token: Token) -> bool:
    """Boundary events and listeners may have no counterpart: they are then no longer waited for."""
    return token.is_listener or isinstance(token.task_spec, BoundarySpec)


def _has_rounds(spec: NodeSpec) -> bool:
    return isinstance(spec, ActivitySpec) and spec.rounds is not None


def _new_flow(old: NodeSpec, new: NodeSpec, flow_id: str, mapping: Mapping[str, str]) -> str | None:
    """The incoming flow with the same id, else the one from the element that stands for the old source."""
    if any(flow.id == flow_id for flow in new.incoming):
        return flow_id
    source = next((flow.source.name for flow in old.incoming if flow.id == flow_id), "")
    found = [flow.id for flow in new.incoming if flow.source.name == mapping.get(source)]
    return found[0] if len(found) == 1 else None


def _move(token: Token, new: Compiled, mapping: Mapping[str, str]) -> None:
    spec = new.elements.get(mapping.get(token.task_spec.name, ""))
    old = token.task_spec
    host = token.parent
    if _may_go(token) and not _fits(spec, old, host, new, mapping):
        token.case.cancel(token)
        return
    assert spec is not None
    token.task_spec = spec
    if token.is_listener:
        token.internal_data["esp"] = spec.scope_spec.name
    if "via" in token.internal_data:
        flows = [flow.id for flow in spec.incoming if isinstance(flow.source, EventGatewaySpec)]
        token.internal_data["via"] = flows[0] if flows else token.internal_data["via"]


def _fits(
    spec: NodeSpec | None,
    old: NodeSpec,
    host: Token | None,
    new: Compiled,
    mapping: Mapping[str, str],
) -> bool:
    """Whether an event that waits beside something can go on waiting in the new version."""
    if spec is None or type(spec) is not type(old):
        return False
    assert isinstance(old, EventSpec)
    assert isinstance(spec, EventSpec)
    if [trigger.kind for trigger in spec.triggers] != [trigger.kind for trigger in old.triggers]:
        return False
    if isinstance(spec, BoundarySpec) and isinstance(old, BoundarySpec):
        return spec.attached.name == mapping.get(old.attached.name)
    return spec.scope_spec.name in new.elements


def _watch_new(token: Token, targets: set[str]) -> None:
    """Boundary events that the new version added begin to watch now."""
    spec = token.task_spec
    if isinstance(spec, BoundarySpec) or token.parent is not None or spec.is_held(token):
        return
    for boundary in spec.boundaries:
        if boundary.name not in targets:
            boundary.watch(token)
