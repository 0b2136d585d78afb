"""Tasks: a person's, a service's, a script's, a message's, a business rule's."""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.context import HIDDEN, locals_of, variables_of, write
from engine.spiff.elements.activity import ActivitySpec
from engine.spiff.elements.deciding import has_decided
from engine.spiff.elements.events import EventSpec
from engine.spiff.elements.gateways import EventGatewaySpec
from engine.spiff.elements.node import NodeSpec
from engine.spiff.facts import FactKind, Wait, WaitKind
from engine.spiff.rules import Rule
from engine.spiff.throwing import send_message
from engine.spiff.token import Token
from engine.spiff.trigger import Trigger


class PersonTaskSpec(ActivitySpec):
    """User, manual and plain tasks, and whatever the diagram leaves to a person."""

    # the gateway behind the task that the same person decides, if there is one
    decides: NodeSpec | None = None

    def begin(self, token: Token) -> bool | None:
        """Open the task."""
        token.case.tell(FactKind.TASK_OPENED, token)
        return None

    def wait(self, token: Token) -> Wait | None:
        """The open task with its choices."""
        if self.is_held(token) or self.is_host(token):
            return super().wait(token)
        return self._wait(
            token,
            WaitKind.TASK,
            choices=() if self.decides is None else (self.decides.choice(),),
            variables=locals_of(token),
        )

    def withdrawn(self, token: Token) -> None:
        """The task is taken away."""
        if self.is_held(token) or self.is_host(token):
            super().withdrawn(token)
        else:
            token.case.tell(FactKind.TASK_CANCELLED, token)


class ScriptSpec(ActivitySpec):
    """Script task: a list of `name = FEEL expression`, one after the other."""

    lines: tuple[tuple[str, Rule], ...] = ()

    def begin(self, token: Token) -> bool:
        """Run the lines; each sees what the ones before it set."""
        for name, rule in self.lines:
            context = variables_of(token)
            value = rule.value(context)
            if value is None:
                token.case.tell_unknown(token, rule, context, sets=name)
            write(token, {name: value})
        token.case.tell(FactKind.SCRIPT_RUN, token, keys=[name for name, _ in self.lines])
        return True


class ServiceSpec(ActivitySpec):
    """Service task: waits for a worker to finish or fail it."""

    def begin(self, token: Token) -> None:
        """Ask for the service."""
        token.case.tell(FactKind.SERVICE_REQUESTED, token, topic=self.node.extension.topic)

    def wait(self, token: Token) -> Wait | None:
        """The service to call."""
        if self.is_held(token) or self.is_host(token):
            return super().wait(token)
        return self._wait(
            token,
            WaitKind.SERVICE,
            topic=self.node.extension.topic,
            variables={name: token.data[name] for name, _ in self.mapped_in if name in token.data},
            reason=token.internal_data.get("failed"),
        )

    def corrected(self, token: Token, names: Iterable[str]) -> None:
        """An operator corrected these variables further out: what is told of them is read again."""
        if self.is_held(token) or self.is_host(token):
            return  # it performs nothing now: its inputs are read when it does
        known = set(names)
        own = {name: token.data.pop(name) for name in self.hides if name in token.data}
        context = {**variables_of(token), **token.internal_data.get(HIDDEN, {})}
        for name, rule in self.mapped_in:
            if known & rule.names:
                own[name] = rule.value(context)
                known.add(name)
            context[name] = own.get(name)
        token.data.update(own)

    def answered(self, token: Token, values: Mapping[str, Any]) -> None:
        """Keep what the service gave; where the diagram maps it out, nothing else of it."""
        if self.mapped_out:
            token.internal_data["given"] = dict(values)
        else:
            write(token, values)

    def _map_out(self, token: Token) -> None:
        given = token.internal_data.pop("given", {})
        for name, rule in self.mapped_out:
            write(token, {name: rule.value({**variables_of(token), **given})})

    def withdrawn(self, token: Token) -> None:
        """The call is no longer wanted."""
        if self.is_held(token) or self.is_host(token):
            super().withdrawn(token)
        else:
            token.case.tell(FactKind.SERVICE_CANCELLED, token)


class ReceiveSpec(ActivitySpec, EventSpec):
    """Receive task: waits for a message."""

    def begin(self, token: Token) -> None:
        """Wait for the message."""
        token._set_state(TaskState.WAITING)
        self.arm(token)

    def wait(self, token: Token) -> Wait | None:
        """The message."""
        if self.is_host(token) and "again" not in token.internal_data:
            return NodeSpec.wait(self, token)
        return super().wait(token)

    def fired(self, token: Token, payload: dict[str, Any]) -> None:
        """The message came."""
        write(token, payload)
        parent = token.parent
        if parent is not None and isinstance(parent.task_spec, EventGatewaySpec):
            parent.task_spec.won(parent, token)
            token.case.path.append(self.name)
        self.performed(token)

    def _map_out(self, token: Token) -> None:
        # the payload was mapped when it came
        return


class SendSpec(ActivitySpec):
    """Send task: sends its message and goes on."""

    trigger: Trigger

    def begin(self, token: Token) -> bool:
        """Send."""
        send_message(token, self.trigger)
        return True


class RuleTaskSpec(PersonTaskSpec):
    """Business rule task: asks the house for a decision; where there is none, a person gives the result."""

    def begin(self, token: Token) -> bool | None:
        """Decide at once, or open a task."""
        extension = self.node.extension
        if has_decided(token, extension.decision or self.name, extension.result_variable):
            return True
        return super().begin(token)


def assignments(text: str) -> tuple[tuple[str, str], ...] | None:
    """The `name = expression` lines of a script; None where it is anything else."""
    found: list[tuple[str, str]] = []
    for raw in text.splitlines():
        line = raw.strip().rstrip(";")
        if not line or line.startswith(("//", "#")):
            continue
        name, equals, expression = line.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier() or expression.startswith("="):
            return None
        found.append((name, expression.strip()))
    return tuple(found)
