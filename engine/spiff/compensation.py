"""Compensation: what was done is undone, the last first (BPMN 2.0.2, 13.5.5).

A scope's log keeps what could be undone, in order: the id of an activity, or [id, log] of a sub-process.
"""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.facts import FactKind
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.scopes import ScopeState


def compensate(token: Token, reference: str | None) -> bool:
    """Undo one activity, or all that was done in the thrower's scope; False while that takes time."""
    scope: ScopeState = token.workflow
    while scope.owner is not None and scope.owner.task_spec.is_event_subprocess and not scope.log:
        # A handler undoes what its scope did, not what it did itself.
        scope = scope.owner.workflow
    return _start(token, scope, reference)


def cancel_transaction(token: Token) -> bool:
    """Cancel end event: stop the transaction and undo what it did; it leaves by its cancel boundary."""
    scope: ScopeState = token.workflow
    scope.clear(but=token)
    scope.joins.clear()
    scope.notes["how"] = "cancelled"
    return _start(token, scope, None)


def _start(token: Token, scope: "ScopeState", reference: str | None) -> bool:
    chosen: list[Any] = []
    kept: list[Any] = []
    for entry in scope.log:
        is_wanted = reference is None or _name(entry) == reference
        (chosen if is_wanted else kept).append(entry)
    scope.log[:] = kept
    if not chosen:
        return True
    token.internal_data["undo"] = chosen
    token._set_state(TaskState.STARTED)
    token.case.tell(
        FactKind.COMPENSATION_STARTED,
        token,
        activities=[_name(entry) for entry in reversed(chosen)],
    )
    return undo_next(token)


def undo_next(token: Token) -> bool:
    """Start undoing the last activity that is left; True when none is."""
    plan: list[Any] = token.internal_data["undo"]
    compiled = token.workflow.process_scope().compiled
    assert compiled is not None
    while plan:
        entry = plan.pop()
        handler = compiled.element(_name(entry)).undone_by
        log = entry[1] if isinstance(entry, list) else []
        if handler is None:
            # a sub-process without a handler of its own: undo what was done inside
            plan.extend(log)
            continue
        spawned = token.workflow.spawn(handler, token)
        if log and handler.is_event_subprocess:
            spawned.internal_data["log"] = log
        return False
    del token.internal_data["undo"]
    return True


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry[0]
