"""What throwing events do: errors and escalations climb the scopes, signals reach every waiting token."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventKind
from engine.spiff.compensation import REOPENED, cancel_transaction, compensate
from engine.spiff.context import INSTANCE, variables_of, write
from engine.spiff.facts import FactKind
from engine.spiff.token import Token
from engine.spiff.trigger import Trigger

if TYPE_CHECKING:
    from engine.spiff.elements.events import BoundarySpec, EventSpec
    from engine.spiff.elements.node import NodeSpec
    from engine.spiff.scopes import CaseWorkflow, ScopeState


def throw(token: Token, trigger: Trigger) -> bool:
    """Throw one definition; False when the token has to wait until it is dealt with."""
    kind = trigger.kind
    if kind == EventKind.MESSAGE:
        send_message(token, trigger)
    elif kind == EventKind.SIGNAL:
        token.case.tell(
            FactKind.SIGNAL_SENT,
            token,
            name=trigger.name,
            payload=payload_of(token.task_spec, token),
        )
        broadcast(token.case, trigger.name, payload_of(token.task_spec, token))
    elif kind in (EventKind.ERROR, EventKind.ESCALATION):
        is_caught = raise_event(token.case, kind, trigger.code, token.workflow, token)
        if kind == EventKind.ERROR and not is_caught:
            token.case.end("failed")
    elif kind == EventKind.COMPENSATION:
        return compensate(token, trigger.reference, trigger.waits)
    elif kind == EventKind.CANCEL:
        return cancel_transaction(token)
    return True


def payload_of(spec: "NodeSpec", token: Token) -> dict[str, Any]:
    """What a thrown message or signal carries: the mapped inputs and nothing else."""
    context = variables_of(token)
    inputs = getattr(spec, "payload", ()) or getattr(spec, "mapped_in", ())
    return {name: rule.value(context) for name, rule in inputs}


def send_message(token: Token, trigger: Trigger) -> None:
    """Tell that a message was sent; the house delivers it."""
    context = variables_of(token)
    token.case.tell(
        FactKind.MESSAGE_SENT,
        token,
        name=trigger.name,
        payload=payload_of(token.task_spec, token),
        correlation=trigger.correlated(context),
        to=list(trigger.targets),
    )


def broadcast(case: "CaseWorkflow", name: str | None, payload: dict[str, Any]) -> int:
    """Wake every token of the case that waits for this signal; how many there were."""
    waiting = [
        token
        for token in case.tokens.values()
        if token.state == TaskState.WAITING
        and (trigger := trigger_of(token)) is not None
        and trigger.kind == EventKind.SIGNAL
        and trigger.name == name
    ]
    woken = 0
    for token in waiting:
        if token.id in case.tokens:
            token.task_spec.happened(token, dict(payload))
            woken += 1
    return woken


def trigger_of(token: Token) -> Trigger | None:
    """What a waiting token waits for, if it is an event."""
    find = getattr(token.task_spec, "trigger_of", None)
    return None if find is None else find(token)


def raise_event(
    case: "CaseWorkflow",
    kind: EventKind,
    code: str | None,
    scope: "ScopeState",
    source: Token,
    payload: dict[str, Any] | None = None,
    *,
    host: Token | None = None,
) -> bool:
    """Find who catches an error or escalation, innermost first; False where nobody does.

    `host`: the activity that failed, whose own boundary is asked before its scope. An error that nothing catches
    ends the case as failed; an uncaught escalation is only told (BPMN 2.0.2, 10.5.7).
    """
    spent: list[NodeSpec] = []
    told = FactKind.ERROR_THROWN if kind == EventKind.ERROR else FactKind.ESCALATION_THROWN
    holder: ScopeState | None = scope
    owner = host
    while holder is not None:
        if owner is not None and REOPENED not in owner.internal_data:
            boundary = _matching(_counted(owner).task_spec.boundaries, kind, code)
            if boundary is not None:
                case.tell(told, source, code=code, caught_by=boundary.name)
                if payload:
                    write(_counted(owner), payload)
                boundary.leave(_counted(owner))
                return True
        handlers = {h.start: h for h in holder.spec.event_subprocesses if h not in spent}
        if holder.owner is not None and REOPENED in holder.owner.internal_data:
            handlers = {}  # it is over, and so are they: who asked for the undoing catches
        start = _matching(list(handlers), kind, code)
        if start is not None:
            handler = handlers[start]
            case.tell(told, source, code=code, caught_by=handler.name)
            handler.trigger(holder, payload or {})
            return True
        owner = holder.owner
        holder = None if owner is None else owner.workflow
        spent = [] if owner is None else owner.task_spec.spent_handlers(owner)
    case.tell(told, source, code=code, caught_by=None)
    return False


def _counted(token: Token) -> Token:
    """The token that boundary events watch: the host where this is one of several rounds."""
    if INSTANCE in token.internal_data:
        parent = token.parent
        assert parent is not None
        return parent
    return token


def _matching(
    events: "list[BoundarySpec] | list[Any]", kind: EventKind, code: str | None
) -> "BoundarySpec | None":
    """The event that names this code, else one that catches all."""
    catch_all: EventSpec | None = None
    for event in events:
        for trigger in event.triggers:
            if trigger.kind != kind:
                continue
            if trigger.code is not None and trigger.code == code:
                return event
            if trigger.code is None and catch_all is None:
                catch_all = event
    return catch_all
