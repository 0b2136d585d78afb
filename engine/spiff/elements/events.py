"""Events: what waits for something to happen, and what starts or ends a scope (BPMN 2.0.2, 13.5)."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventKind
from engine.errors import N_, Said
from engine.spiff import throwing, timers
from engine.spiff.context import variables_of, write
from engine.spiff.elements.gateways import EventGatewaySpec
from engine.spiff.elements.node import FlowSpec, NodeSpec
from engine.spiff.facts import FactKind, Wait, WaitKind
from engine.spiff.rules import Rule
from engine.spiff.token import Token
from engine.spiff.trigger import WAITING_KINDS, Trigger
from engine.spiff.watching import HELD, look_at, watch

if TYPE_CHECKING:
    from engine.spiff.elements.subprocess import EventSubProcessSpec
    from engine.spiff.scopes import ScopeState

WAIT_KINDS = {
    EventKind.TIMER: WaitKind.TIMER,
    EventKind.MESSAGE: WaitKind.MESSAGE,
    EventKind.SIGNAL: WaitKind.SIGNAL,
    EventKind.CONDITIONAL: WaitKind.CONDITION,
}
HAPPENED = {
    EventKind.TIMER: FactKind.TIMER_FIRED,
    EventKind.MESSAGE: FactKind.MESSAGE_RECEIVED,
    EventKind.SIGNAL: FactKind.SIGNAL_RECEIVED,
    EventKind.CONDITIONAL: FactKind.CONDITION_MET,
}


class EventSpec(NodeSpec):
    """A node with event definitions. With several, each waits by a token of its own under the event's token."""

    triggers: tuple[Trigger, ...] = ()
    mapped_out: tuple[tuple[str, Rule], ...] = ()  # what is taken from a payload
    payload: tuple[tuple[str, Rule], ...] = ()  # what a thrown message carries

    @cached_property
    def has_conditional(self) -> bool:  # type: ignore[override]  # a constant of other elements
        """True where one definition is a condition."""
        return any(trigger.kind == EventKind.CONDITIONAL for trigger in self.triggers)

    def trigger_of(self, token: Token) -> Trigger | None:
        """The definition that this very token waits for; None for the one that only holds several."""
        number = token.internal_data.get("def")
        if number is not None:
            return self.triggers[number]
        return self.triggers[0] if len(self.triggers) == 1 else None

    def arm(self, token: Token) -> None:
        """Begin to wait."""
        if len(self.triggers) == 1:
            self._arm(token, self.triggers[0])
            return
        for number, trigger in enumerate(self.triggers):
            if trigger.kind in WAITING_KINDS:
                if token.is_listener:
                    child = token.workflow.listen(self, token.internal_data["esp"], token)
                else:
                    child = token.workflow.spawn(self, token, state=TaskState.WAITING)
                child.internal_data["def"] = number
                self._arm(child, trigger)

    def _arm(self, token: Token, trigger: Trigger) -> None:
        case = token.case
        if trigger.kind == EventKind.TIMER:
            self._set_timer(token, trigger)
        elif trigger.kind == EventKind.MESSAGE:
            token.internal_data["cor"] = trigger.correlated(variables_of(token))
            case.tell(FactKind.MESSAGE_AWAITED, token, name=trigger.name)

    def _set_timer(self, token: Token, trigger: Trigger) -> None:
        case = token.case
        assert case.at is not None
        context = variables_of(token)
        schedule = trigger.schedule(context, case.at.astimezone(case.resolver.zone))
        if schedule is None:
            if trigger.rule is not None:
                case.tell_unknown(token, trigger.rule, context)
            self.stop(
                token, Said(N_("the timer “{text}” gives no time"), {"text": trigger.text or ""})
            )
            return
        token.internal_data["due"] = schedule.to_json()
        case.tell(
            FactKind.TIMER_SET,
            token,
            due_at=schedule.due_at.isoformat(),
            repetitions=schedule.repetitions,
        )

    def retry(self, token: Token) -> None:
        """A timer that gave no time is set again."""
        trigger = self.trigger_of(token)
        if trigger is None:
            super().retry(token)
        else:
            self._arm(token, trigger)

    def wait(self, token: Token) -> Wait | None:
        """What this token waits for."""
        trigger = self.trigger_of(token)
        if self.is_held(token) or trigger is None or trigger.kind not in WAIT_KINDS:
            return super().wait(token)
        more: dict[str, Any] = {}
        if trigger.kind == EventKind.TIMER:
            schedule = timers.Schedule.from_json(token.internal_data["due"])
            more = {"due_at": schedule.due_at, "repetitions": schedule.repetitions}
        elif trigger.kind == EventKind.CONDITIONAL:
            assert trigger.rule is not None
            more = {"due_at": look_at(token, trigger.rule)}
        elif trigger.kind in (EventKind.MESSAGE, EventKind.SIGNAL):
            more = {
                "message": trigger.name,
                "correlation": token.internal_data.get("cor", {}),
            }
        return self._wait(
            token,
            WAIT_KINDS[trigger.kind],
            is_interrupting=self.node.is_interrupting,
            host=self.host_of(token),
            **more,
        )

    def follow(self, token: Token) -> None:
        """What a message is told by is what the process knows now (BPMN 2.0.2, 8.4.2: context-based correlation), and
        so is when a condition is looked at again.
        """
        trigger = self.trigger_of(token)
        if trigger is None:
            return
        if trigger.correlation:
            token.internal_data["cor"] = trigger.correlated(variables_of(token))
        elif trigger.kind == EventKind.CONDITIONAL and token.state == TaskState.WAITING:
            assert trigger.rule is not None
            assert token.case.outlook is not None
            watch(token, trigger.rule, token.case.outlook)

    def host_of(self, token: Token) -> int | None:
        """The activity's token that a boundary event watches."""
        return None

    def happened(self, token: Token, payload: dict[str, Any]) -> None:
        """What this token waits for has happened."""
        trigger = self.trigger_of(token)
        assert trigger is not None
        case = token.case
        case.tell(HAPPENED[trigger.kind], token, name=trigger.name)
        payload = self.taken(token, payload)
        main = token
        if "def" in token.internal_data:
            parent = token.parent
            assert parent is not None
            main = parent
        if main is not token and self.node.is_parallel_multiple:
            write(main, payload)
            payload = {}
            if trigger.kind == EventKind.TIMER:
                following = self._following(token)
                due = main.internal_data.setdefault("dues", {})
                due[str(token.internal_data["def"])] = following and following.to_json()
            token.remove()
            if main.children:
                return
            if not self.is_consumed:
                self._arm_all_again(main)
        elif self.is_consumed:
            # not WAITING any more: what is taken away from now on was not in vain
            token._set_state(TaskState.STARTED)
            case.cancel_children(main)
        elif not self._rearm(token, trigger):
            if main is token:
                main.internal_data["spent"] = 1
                main._set_state(TaskState.STARTED)
            else:
                token.remove()
        self.fired(main, payload)

    def _arm_all_again(self, main: Token) -> None:
        """Wait for all to happen once more; where a timer does not come again, they never will."""
        following = main.internal_data.pop("dues", {})
        if None in following.values():
            main.internal_data["spent"] = 1
            main._set_state(TaskState.STARTED)
            return
        self.arm(main)
        for child in main.children:
            due = following.get(str(child.internal_data["def"]))
            if due is not None:
                child.internal_data["due"] = due
            elif self.triggers[child.internal_data["def"]].kind == EventKind.CONDITIONAL:
                # it holds already; it has to become true again
                child.internal_data[HELD] = 1

    def taken(self, token: Token, payload: dict[str, Any]) -> dict[str, Any]:
        """The variables that come of a payload: those mapped, or all where nothing is mapped."""
        return self.mapped(variables_of(token), payload) if self.mapped_out else payload

    def mapped(self, seen: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
        """The same; `seen`: what a mapping may read besides."""
        if not self.mapped_out:
            return payload
        context = {**seen, **payload}
        return {name: rule.value(context) for name, rule in self.mapped_out}

    @property
    def is_consumed(self) -> bool:
        """False where it goes on waiting after it happened once."""
        return True

    def _rearm(self, token: Token, trigger: Trigger) -> bool:
        """Wait for the next time; False when there is none."""
        if trigger.kind != EventKind.TIMER:
            return True
        schedule = self._following(token)
        if schedule is None:
            return False
        token.internal_data["due"] = schedule.to_json()
        token.case.tell(
            FactKind.TIMER_SET,
            token,
            due_at=schedule.due_at.isoformat(),
            repetitions=schedule.repetitions,
        )
        return True

    def _following(self, token: Token) -> timers.Schedule | None:
        now = timers.Schedule.from_json(token.internal_data["due"])
        return now.following(token.case.resolver.zone)

    def fired(self, token: Token, payload: dict[str, Any]) -> None:
        """Go on."""
        raise NotImplementedError

    def withdrawn(self, token: Token) -> None:
        """It is no longer waited for."""
        trigger = self.trigger_of(token)
        if self.is_held(token):
            super().withdrawn(token)
        elif trigger is not None and token.state == TaskState.WAITING:
            kind = trigger.kind
            token.case.tell(
                FactKind.TIMER_CANCELLED if kind == EventKind.TIMER else FactKind.WAIT_CANCELLED,
                token,
            )


class CatchSpec(EventSpec):
    """Intermediate catching event; a catching link is only a place to go on from."""

    thrown_by: tuple[NodeSpec, ...] = ()

    def before(self) -> list[NodeSpec]:
        """Links lead here too."""
        return [*super().before(), *self.thrown_by]

    def enter(self, token: Token) -> bool | None:
        """Wait, unless it is a link or waits for nothing."""
        if not any(trigger.kind in WAITING_KINDS for trigger in self.triggers):
            return True
        token._set_state(TaskState.WAITING)
        self.arm(token)
        return None

    def fired(self, token: Token, payload: dict[str, Any]) -> None:
        """Take what came and go on."""
        write(token, payload)
        parent = token.parent
        if parent is not None and isinstance(parent.task_spec, EventGatewaySpec):
            parent.task_spec.won(parent, token)
            token.case.path.append(self.name)
        token.complete()


class BoundarySpec(EventSpec):
    """Boundary event: watches an activity; interrupting ones end it."""

    attached: NodeSpec
    is_boundary = True

    def before(self) -> list[NodeSpec]:
        """A token in the activity can leave by its boundary."""
        return [self.attached]

    @property
    def can_wait(self) -> bool:
        """False for errors and the like, which are looked up when they are thrown."""
        return any(trigger.kind in WAITING_KINDS for trigger in self.triggers)

    def watch(self, host: Token) -> None:
        """Wait beside the activity."""
        if self.can_wait:
            self.arm(host.workflow.spawn(self, host, state=TaskState.WAITING))

    def host_of(self, token: Token) -> int | None:
        """The activity's token."""
        parent = token.parent
        if parent is not None and parent.task_spec is self:
            parent = parent.parent
        return None if parent is None else parent.id

    @property
    def is_consumed(self) -> bool:
        """Interrupting ones happen once."""
        return self.node.is_interrupting

    def fired(self, token: Token, payload: dict[str, Any]) -> None:
        """Leave by the boundary, with or without ending the activity."""
        host = token.parent
        assert host is not None
        write(host, payload)
        if token.internal_data.get("spent"):
            token.remove()
        self.leave(host)

    def leave(self, host: Token) -> None:
        """A token starts at this boundary; the activity ends if the event interrupts."""
        host.workflow.spawn(self)
        if self.node.is_interrupting:
            host.case.cancel(host)


class StartSpec(EventSpec):
    """Start event: of a process or sub-process it passes; of an event sub-process it waits in the scope around."""

    event_subprocess: "EventSubProcessSpec | None" = None

    @property
    def can_wait(self) -> bool:
        """False for errors, escalations and compensation."""
        return any(trigger.kind in WAITING_KINDS for trigger in self.triggers)

    @property
    def is_consumed(self) -> bool:
        """Interrupting ones happen once."""
        return self.node.is_interrupting

    def fired(self, token: Token, payload: dict[str, Any]) -> None:
        """Start the event sub-process."""
        assert self.event_subprocess is not None
        scope = token.workflow
        if token.internal_data.get("spent"):
            token.remove()
        self.event_subprocess.trigger(scope, payload)


class ThrowSpec(EventSpec):
    """Intermediate throwing event."""

    target: NodeSpec | None = None  # of a link

    def enter(self, token: Token) -> bool | None:
        """Throw and go on; compensation waits until all is undone."""
        for trigger in self.triggers:
            if trigger.kind == EventKind.LINK:
                continue
            if not throwing.throw(token, trigger):
                return None
            if token.id not in token.case.tokens:
                return None
        return True

    def choose(self, token: Token) -> list[FlowSpec] | None:
        """A link goes on at its catching event."""
        if self.target is not None:
            self.target.receive(token.workflow, None)
            return []
        return super().choose(token)


class EndSpec(ThrowSpec):
    """End event: throws what it says; the token ends here."""

    def enter(self, token: Token) -> bool | None:
        """Throw everything it stands for."""
        token.workflow.notes["end"] = self.name
        for trigger in self.triggers:
            if trigger.kind != EventKind.TERMINATE and not throwing.throw(token, trigger):
                return None
            if token.id not in token.case.tokens:
                return None
        return True

    def choose(self, token: Token) -> list[FlowSpec] | None:
        """Tokens end here, unless the drawing goes on behind the end event all the same.

        One that terminates does so last, when all that it undoes is undone.
        """
        if any(trigger.kind == EventKind.TERMINATE for trigger in self.triggers):
            scope: ScopeState = token.workflow
            scope.notes["how"] = "terminated"
            scope.empty(but=token)
        return super().choose(token) if self.flows else []
