"""The commands that move a case; everything else in this room is behind it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventKind, Node
from engine.feel import clock_set_to, local_clock
from engine.spiff import migration, moving, throwing
from engine.spiff import state as state_of
from engine.spiff.answers import Answers
from engine.spiff.compiled import Compiled
from engine.spiff.context import change_locals, sees, write
from engine.spiff.elements import rounds
from engine.spiff.elements.activity import ActivitySpec
from engine.spiff.elements.adhoc import AdHocSpec
from engine.spiff.elements.events import EventSpec, StartSpec
from engine.spiff.elements.gateways import JoinSpec
from engine.spiff.elements.subprocess import begin_scope
from engine.spiff.elements.tasks import PersonTaskSpec, ServiceSpec
from engine.spiff.facts import Choice, Fact, FactKind, Wait, WaitKind
from engine.spiff.refusals import (
    CaseOver,
    ChoiceNeeded,
    ChoiceUnknown,
    MigrationImpossible,
    NoSuchElement,
    NotWaiting,
    Obstacle,
)
from engine.spiff.resolver import Resolver
from engine.spiff.scopes import OVER, CaseWorkflow
from engine.spiff.token import Token
from engine.spiff.values import sane


class Execution(Answers):
    """A case in memory between load and save. Time comes only from `at` (aware), numbers only from the case.

    A command that raises a Refusal before anything moved leaves the case as it was; after any other exception
    throw the execution away and load the case again.
    """

    # -- beginning and keeping

    @classmethod
    def start(
        cls,
        compiled: Compiled,
        variables: Mapping[str, Any],
        at: datetime,
        *,
        start_event: str | None = None,
        known: Mapping[str, Any] | None = None,
        resolve: Resolver,
    ) -> "Execution":
        """A new case taken to its first waits; `start_event` names one of `compiled.starts`, which has happened: then
        `variables` are what came with it, and the case knows what its drawing takes of that, and what is `known`
        whatever came.
        """
        own = sane(known or {})
        values = sane(variables) | own
        starts = compiled.spec.starts
        if start_event is not None:
            chosen = compiled.spec.task_specs.get(start_event)
            if chosen is None or not any(s.element_id == start_event for s in compiled.starts):
                raise NoSuchElement(name=start_event)
            starts = [chosen]
        case = CaseWorkflow(compiled, resolve)
        case.variables = values
        execution = cls(case)
        with execution._moving(at):
            case.tell(FactKind.CASE_STARTED, element=starts[0].name if starts else None)
            if start_event is not None and isinstance(starts[0], EventSpec):
                case.variables = starts[0].mapped({}, values) | own
            if start_event is not None and not isinstance(starts[0], StartSpec):
                # a receive task, or an event behind a gateway, that starts the process: it has happened
                begin_scope(case, [])
                first = case.spawn(starts[0], state=TaskState.STARTED)
                case.path.append(start_event)
                starts[0].fired(first, {})
            else:
                begin_scope(case, starts)
        return execution

    @classmethod
    def load(cls, state: bytes, resolve: Resolver) -> "Execution":
        """The case from the bytes of `save`."""
        return cls(state_of.load(state, resolve))

    def save(self) -> bytes:
        """The case as bytes."""
        return state_of.save(self._case)

    # -- what a person does

    def complete(
        self,
        token: int,
        answers: Mapping[str, Any],
        at: datetime,
        *,
        choices: Mapping[str, list[str]] | None = None,
    ) -> None:
        """A person completes a task or decides a gateway; `choices`: gateway id → flow ids.

        Raises NotWaiting, ChoiceNeeded, ChoiceUnknown, EndsAll or ValueRefused.
        """
        found, wait = self._waiting(token, WaitKind.TASK, WaitKind.DECISION)
        values = sane(answers)
        picked = {
            choice.element_id: _picked(choice, (choices or {}).get(choice.element_id))
            for choice in wait.choices
        }
        spec = found.task_spec
        if isinstance(spec, AdHocSpec) and "ask" not in found.internal_data:
            spec.check(*picked.values())
        with self._moving(at):
            write(found, values, is_answer=True)
            if wait.kind == WaitKind.DECISION:
                self._decide(found, picked[spec.name])
                return
            assert isinstance(spec, PersonTaskSpec)
            data: dict[str, Any] = {"keys": list(values)}
            if picked:
                data["choices"] = picked
            self._case.tell(FactKind.TASK_COMPLETED, found, None, **data)
            if spec.decides is not None:
                found.internal_data["next"] = picked[spec.decides.name]
            spec.performed(found)

    def _decide(self, token: Token, picked: list[str]) -> None:
        spec = token.task_spec
        if "again" in token.internal_data and isinstance(spec, ActivitySpec):
            rounds.again(spec, token, picked == [rounds.AGAIN])
            return
        if isinstance(spec, AdHocSpec) and "ask" not in token.internal_data:
            spec.picked(token, picked)
            return
        token.internal_data["pick"] = picked
        token.complete()

    # -- what the clock and the world do

    def fire_timer(self, token: int, at: datetime) -> bool:
        """The clock has reached a timer; False (and nothing moves) when it is not due at `at`. Raises NotWaiting."""
        found, wait = self._waiting(token, WaitKind.TIMER)
        if wait.due_at is None or wait.due_at > at:
            return False
        with self._moving(at):
            found.task_spec.happened(found, {})
        return True

    def deliver(
        self,
        message_name: str,
        payload: Mapping[str, Any],
        at: datetime,
        *,
        token: int | None = None,
    ) -> bool:
        """Give a message to one token that waits for it (the longest waiting, or the one named); False: nobody does."""
        values = sane(payload)
        found = next(
            (
                wait
                for wait in self.waits()
                if wait.kind == WaitKind.MESSAGE
                and wait.message == message_name
                and token in (None, wait.token)
            ),
            None,
        )
        if found is None:
            return False
        waiting = self._case.tokens[found.token]
        with self._moving(at):
            waiting.task_spec.happened(waiting, values)
        return True

    def broadcast(self, signal: str, payload: Mapping[str, Any], at: datetime) -> int:
        """Give a signal to every token that waits for it; how many there were."""
        values = sane(payload)
        with self._moving(at):
            return throwing.broadcast(self._case, signal, values)

    def check_conditions(self, at: datetime) -> Fact | None:
        """Look at conditional events again: their conditions may read the clock. The first that is met, if any."""
        told = len(self.facts)
        with self._moving(at):
            pass
        return next((f for f in self.facts[told:] if f.type == FactKind.CONDITION_MET), None)

    def finish_service(self, token: int, outputs: Mapping[str, Any], at: datetime) -> None:
        """A worker has done a service task."""
        found, _ = self._waiting(token, WaitKind.SERVICE)
        values = sane(outputs)
        spec = found.task_spec
        assert isinstance(spec, ServiceSpec)
        with self._moving(at):
            found.internal_data.pop("failed", None)
            spec.answered(found, values)
            self._case.tell(FactKind.SERVICE_COMPLETED, found, keys=list(values))
            spec.performed(found)

    def fail_service(self, token: int, code: str | None, message: str, at: datetime) -> bool:
        """A service task failed: its error boundary goes on. False: there is none, the token waits on."""
        found, _ = self._waiting(token, WaitKind.SERVICE)
        with self._moving(at):
            self._case.tell(FactKind.SERVICE_FAILED, found, code=code, message=message)
            payload = {"errorCode": code, "errorMessage": message}
            is_caught = throwing.raise_event(
                self._case, EventKind.ERROR, code, found.workflow, found, payload, host=found
            )
            if not is_caught:
                found.internal_data["failed"] = message[:500]
            return is_caught

    def escalate(self, token: int, code: str | None, at: datetime) -> bool:
        """An activity in work escalates; True when a boundary or handler catches it."""
        found = self._token(token)
        with self._moving(at):
            return throwing.raise_event(
                self._case, EventKind.ESCALATION, code, found.workflow, found, host=found
            )

    # -- what an operator does

    def release(self, what: int | str, at: datetime) -> None:
        """Free an incident (token number) or a join that waits in vain (element id): it goes on with what it has."""
        case = self._case
        if isinstance(what, str):
            for scope in case.scopes():
                gateway = scope.spec.task_specs.get(what)
                if isinstance(gateway, JoinSpec) and what in scope.joins:
                    with self._moving(at):
                        case.tell(FactKind.JOIN_RELEASED, element=what)
                        gateway.fire(scope)
                    return
            raise NoSuchElement(name=what)
        found, _ = self._waiting(what, WaitKind.INCIDENT)
        with self._moving(at):
            case.tell(FactKind.INCIDENT_RESOLVED, found)
            if "park" in found.internal_data:
                case.unpark()
                return
            del found.internal_data["stop"]
            found.task_spec.retry(found)

    def change(
        self, variables: Mapping[str, Any], at: datetime, *, token: int | None = None
    ) -> None:
        """An operator corrects variables of the case, or those of `locals` that `token` has. Raises NotWaiting."""
        values = sane(variables)
        if token is not None and not any(local.token == token for local in self.locals()):
            raise NotWaiting(token=token)
        with self._moving(at):
            if token is None:
                assert self._case.variables is not None
                self._case.variables.update(values)
                self._case.tell(FactKind.VARIABLES_CHANGED, keys=list(values))
            else:
                found = self._case.tokens[token]
                change_locals(found, values)
                self._case.tell(FactKind.VARIABLES_CHANGED, found, keys=list(values))
            for service in self._case.tokens.values():
                if isinstance(service.task_spec, ServiceSpec) and sees(service, token):
                    service.task_spec.corrected(service, values)

    def stuck_joins(self) -> list[str]:
        """Ids of the joins that wait in vain."""
        return [join["element_id"] for join in self._case.stuck_joins()]

    def node(self, token: int) -> Node:
        """The element a token stands in, as its diagram has it: a called process has its own. Raises NotWaiting."""
        return self._token(token).task_spec.node

    def places(self, token: int) -> list[Node]:
        """The elements that `move` can take a token to; none for one that watches something else. Raises NotWaiting."""
        return moving.places(self._token(token))

    def place(self, token: int, element_id: str) -> Node:
        """One of `places`, as its diagram has it. Raises NotWaiting, NoSuchElement."""
        return moving.place(self._token(token), element_id)

    def callers(self) -> list[int]:
        """Tokens of call activities whose process has not ended, the outermost first; `move` takes them out of it."""
        return [token.id for token in moving.callers(self._case)]

    def move(self, from_token: int, to_element: str, at: datetime) -> None:
        """Take a token (with all that depends on it) to another element; into and out of sub-processes too.

        Raises NotWaiting or NoSuchElement (another process, a boundary event, an event sub-process).
        """
        found = self._token(from_token)
        moving.target_of(found, to_element)
        with self._moving(at):
            moving.move(self._case, found, to_element)

    def stages(self) -> list[str]:
        """Ids of the elements that `begin_again` can take the case to, over or not."""
        return moving.stages(self._case)

    def begin_again(self, element: str, at: datetime) -> None:
        """Go on at this element alone, though the case is over: what waited is taken away, what it knows stays.

        Raises NoSuchElement.
        """
        if element not in moving.stages(self._case):
            raise NoSuchElement(name=element)
        self._case.status = "running"
        with self._moving(at):
            moving.begin_again(self._case, element)

    def migration_obstacles(self, new: Compiled, mapping: Mapping[str, str]) -> list[Obstacle]:
        """A dry run: what cannot move to the new version and why; `mapping`: old element id → new one."""
        return migration.obstacles(self._case, new, mapping)

    def migrate(self, new: Compiled, mapping: Mapping[str, str], at: datetime) -> None:
        """Go on in another version of the process. Raises MigrationImpossible where the dry run finds obstacles."""
        found = self.migration_obstacles(new, mapping)
        if found:
            raise MigrationImpossible(problem=found[0].message, count=len(found))
        with self._moving(at):
            migration.migrate(self._case, new, mapping)

    def cancel(self, at: datetime, outcome: str | None = None) -> None:
        """End the case without a result."""
        with self._moving(at):
            self._case.end("cancelled", outcome)

    def conclude(self, at: datetime, outcome: str) -> None:
        """End the case with a result that no end event of the diagram gives: the law has decided it."""
        with self._moving(at):
            self._case.end("completed", outcome)

    def count_on_from(self, later: "Execution") -> None:
        """Number new tokens after those of a later state of the same case: no number stands for two."""
        self._case.counter = max(self._case.counter, later._case.counter)

    # -- inside

    def _waiting(self, token: int, *kinds: WaitKind) -> tuple[Token, Wait]:
        if self._case.status in OVER:
            raise CaseOver(status=self._case.status)
        found = self._case.tokens.get(token)
        wait = None if found is None else found.task_spec.wait(found)
        if found is None or wait is None or wait.kind not in kinds:
            raise NotWaiting(token=token)
        return found, wait

    def _token(self, token: int) -> Token:
        found = self._case.tokens.get(token)
        if found is None:
            raise NotWaiting(token=token)
        return found

    @contextmanager
    def _moving(self, at: datetime) -> Iterator[None]:
        if self._case.status in OVER:
            raise CaseOver(status=self._case.status)
        if at.tzinfo is None:
            raise ValueError("instants are aware")
        case = self._case
        case.at = at
        before = case.stuck_joins() if case.status == "stuck" else []
        with clock_set_to(local_clock(at, case.resolver.zone)):
            yield
            case.settle()
            case.follow()
        case.look_for_stuck(before)


def _picked(choice: Choice, wanted: list[str] | None) -> list[str]:
    options = ", ".join(f"“{option.label}”" for option in choice.options)
    name = choice.name or choice.element_id
    if not wanted or (len(wanted) > 1 and not choice.is_multiple):
        raise ChoiceNeeded(name=name, options=options)
    known = {option.id for option in choice.options}
    for flow in wanted:
        if flow not in known:
            raise ChoiceUnknown(choice=str(flow)[:80], name=name, options=options)
    return list(dict.fromkeys(wanted))
