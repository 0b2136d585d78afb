"""Moves an open case to another version of its process: tokens keep their numbers, timers their due times.

An event that waits for something of another kind in the new version waits for that from now on.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventKind
from engine.spiff.compensation import REOPENED, folded, renamed, unfolded
from engine.spiff.compiled import Compiled
from engine.spiff.elements.activity import ActivitySpec
from engine.spiff.elements.events import BoundarySpec, EventSpec
from engine.spiff.elements.gateways import EventGatewaySpec
from engine.spiff.elements.node import NodeSpec, ScopeSpec
from engine.spiff.elements.subprocess import EventSubProcessSpec
from engine.spiff.facts import FactKind
from engine.spiff.refusals import Obstacle
from engine.spiff.scopes import CaseWorkflow, ScopeState
from engine.spiff.token import Token
from engine.spiff.trigger import WAITING_KINDS
from engine.spiff.watching import HELD, LOOK


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
    assert case.compiled is not None
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
            elif body is not None and not _is_around(old, spec, case.compiled, new, mapping):
                yield Obstacle(
                    "“{name}” is in another sub-process in the new version", old.name, values=said
                )
            elif not _can_wait(token, spec):
                yield Obstacle(
                    "“{name}” waits for nothing in the new version", old.name, values=said
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
    continued = _continued(old, new, mapping)
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
                _move(token, new, mapping, continued)
        scope.joins = joins
        names = {old: name for old, name in mapping.items() if name in new.elements}
        scope.log = folded(renamed(unfolded(scope.log), names))
        scope.last_done = None
        for token in scope.tasks.values():
            _rename_done(token.internal_data, names)
        scope.notes.pop("end", None)
        scope.spec = body
        for handler in body.event_subprocesses:
            if handler.name not in continued:
                handler.listen(scope)
    case.compiled = new
    case.tell(FactKind.CASE_MIGRATED, version=new.hash, before=old.hash)
    for token in list(case.tokens.values()):
        if token.id in case.tokens and token.workflow in scopes:
            _watch_new(token, continued)


def _rename_done(held: dict[str, Any], names: Mapping[str, str]) -> None:
    """What a token remembers of activities done, under their new names."""
    if REOPENED in held:
        return  # a called process keeps its version
    for key in ("undo", "done", "log"):
        if key in held:
            held[key] = folded(renamed(unfolded(held[key]), names))


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


def _continued(old: Compiled, new: Compiled, mapping: Mapping[str, str]) -> set[str]:
    """What waits beside something for the same as in the old version, by its new name: boundary events and event
    sub-processes. It goes on waiting, or has happened already; any other begins to wait.
    """
    found = set()
    for name, to in mapping.items():
        was, spec = old.elements.get(name), new.elements.get(to)
        if isinstance(was, BoundarySpec) and isinstance(spec, BoundarySpec):
            is_same = _kinds(was) == _kinds(spec)
            if is_same and spec.attached.name == mapping.get(was.attached.name):
                found.add(to)
        elif isinstance(was, EventSubProcessSpec) and isinstance(spec, EventSubProcessSpec):
            is_same = _kinds(was.start) == _kinds(spec.start)
            if is_same and _is_around(was, spec, old, new, mapping):
                found.add(to)
    return found


def _kinds(spec: NodeSpec) -> list[EventKind]:
    return [trigger.kind for trigger in spec.triggers] if isinstance(spec, EventSpec) else []


def _is_around(
    was: NodeSpec, spec: NodeSpec, old: Compiled, new: Compiled, mapping: Mapping[str, str]
) -> bool:
    """Whether both stand in the process itself, or in sub-processes that stand for each other.

    Where its token lives says nothing of that: one that undoes lives where the undoing was asked for.
    """
    around = _around(was, old)
    return _around(spec, new) == (around and mapping.get(around))


def _around(spec: NodeSpec, compiled: Compiled) -> str | None:
    """The sub-process that an element stands in; None in the process itself."""
    name = spec.scope_spec.name
    return name if name in compiled.elements else None


def _can_wait(token: Token, spec: NodeSpec) -> bool:
    """Whether a token that waits for an event finds one to wait for."""
    is_event = isinstance(spec, EventSpec) and token.state == TaskState.WAITING
    return not is_event or bool(WAITING_KINDS.intersection(_kinds(spec)))


def _move(
    token: Token, new: Compiled, mapping: Mapping[str, str], continued: Container[str]
) -> None:
    spec = new.elements.get(mapping.get(token.task_spec.name, ""))
    if token.is_listener:
        handler = new.elements.get(mapping.get(token.internal_data["esp"], ""))
        if not isinstance(handler, EventSubProcessSpec) or handler.name not in continued:
            token.case.cancel(token)
            return
        spec = handler.start
        token.internal_data["esp"] = handler.name
    elif isinstance(token.task_spec, BoundarySpec) and (spec is None or spec.name not in continued):
        token.case.cancel(token)
        return
    assert spec is not None
    was, token.task_spec = token.task_spec, spec
    if "via" in token.internal_data:
        flows = [flow.id for flow in spec.incoming if isinstance(flow.source, EventGatewaySpec)]
        token.internal_data["via"] = flows[0] if flows else token.internal_data["via"]
    if "def" not in token.internal_data and _kinds(was) != _kinds(spec):
        _wait_anew(token, was)


def _wait_anew(token: Token, was: NodeSpec) -> None:
    """The event waits for something else in the new version: for that, from now on."""
    spec = token.task_spec
    if not isinstance(spec, EventSpec) or token.state != TaskState.WAITING or spec.is_held(token):
        return
    was.withdrawn(token)
    token.case.cancel_children(token)
    for key in ("due", "dues", "cor", HELD, LOOK):
        token.internal_data.pop(key, None)
    spec.arm(token)


def _watch_new(token: Token, continued: Container[str]) -> None:
    """Boundary events, and ways on of an event-based gateway, that the new version added begin to watch now."""
    spec = token.task_spec
    if isinstance(spec, EventGatewaySpec):
        known = {child.task_spec for child in token.children}
        spec.watch(token, [flow for flow in spec.flows if flow.target not in known])
    if isinstance(spec, BoundarySpec) or token.parent is not None or spec.is_held(token):
        return
    for boundary in spec.boundaries:
        if boundary.name not in continued:
            boundary.watch(token)
