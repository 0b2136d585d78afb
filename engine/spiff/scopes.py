"""The scopes of a running case: SpiffWorkflow's workflows with flat tables of live tokens instead of a tree."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventKind
from engine.spiff import throwing
from engine.spiff.compensation import REOPENED, give_back
from engine.spiff.context import common_to, variables_of
from engine.spiff.elements.gateways import InclusiveSpec, JoinSpec, first_to_fire, stuck_join
from engine.spiff.facts import Fact, FactKind
from engine.spiff.rules import Rule
from engine.spiff.token import Token
from engine.spiff.watching import HELD, Outlook

if TYPE_CHECKING:
    from engine.spiff.compiled import Compiled
    from engine.spiff.elements.node import FlowSpec, NodeSpec, ScopeSpec
    from engine.spiff.resolver import Resolver

STEP_LIMIT = 10_000  # automatic steps in one command
MERGES_IN_A_ROW = 4
MAX_TOKENS = 5_000  # live ones in a case
OVER = ("completed", "failed", "cancelled")


class NoScripts:
    """Stands where SpiffWorkflow keeps its Python script engine, so that nothing is ever evaluated there."""

    def evaluate(self, *_: object, **__: object) -> NoReturn:
        """Refuses."""
        raise AssertionError("SpiffWorkflow's script engine must never run")

    execute = evaluate


class ScopeState:
    """What one running process, called process or sub-process holds: tokens, join counts, variables."""

    spec: "ScopeSpec"
    tasks: dict[int, Token]
    case: "CaseWorkflow"

    def _begin(self, case: "CaseWorkflow", owner: Token | None) -> None:
        self.case = case
        self.owner = owner
        self.joins: dict[str, dict[str, int]] = {}
        self.keepers = 0
        self.variables: dict[str, Any] | None = None  # None: those of the scope around it
        self.compiled: Compiled | None = None  # None: that of the scope around it
        self.log: list[Any] = []  # activities done that could be undone, in order
        self.last_done: dict[str, Any] | None = (
            None  # variables of the log's last; None: look there
        )
        self.notes: dict[str, Any] = {}  # what its sub-process remembers

    def spawn(
        self, spec: "NodeSpec", parent: Token | None = None, *, state: int = TaskState.READY
    ) -> Token:
        """A new token on an element; READY ones are queued to run."""
        case = self.case
        case.counter += 1
        token = Token(self, spec, case.counter, parent, state)  # type: ignore[arg-type]  # both kinds mix this in
        self.keepers += 1
        if state == TaskState.READY:
            case.queue.append(token)
        return token

    def listen(self, spec: "NodeSpec", esp: str, parent: Token | None = None) -> Token:
        """A token that waits for the start of an event sub-process; it does not keep the scope alive."""
        token = self.spawn(spec, parent, state=TaskState.WAITING)
        token.internal_data["esp"] = esp
        self.keepers -= 1
        return token

    def emit(self, flows: "tuple[FlowSpec, ...] | list[FlowSpec]", pick: Any = None) -> None:
        """Put one token on each of these flows; it arrives at once."""
        path = self.case.path
        for flow in flows:
            path.append(flow.id)
            target = flow.target
            hops = 0
            # A gateway that only merges needs no token of its own; a ring of them gets one now and then, to be noticed.
            while target.is_merge and hops < MERGES_IN_A_ROW:
                path.append(target.name)
                flow = target.flows[0]
                path.append(flow.id)
                target = flow.target
                hops += 1
            target.receive(self, flow, pick)

    def clear(self, but: Token | None = None) -> None:
        """Cancel every token in here."""
        for token in list(self.tasks.values()):
            if token is not but and token.id in self.case.tokens:
                self.case.cancel(token, but=but)

    def empty(self, but: Token | None = None) -> None:
        """Cancel every token in here, those that wait at joins too."""
        self.clear(but)
        self.joins.clear()
        self.notes.pop("reset", None)

    @property
    def is_over(self) -> bool:
        """Nothing lives here any more."""
        return self.keepers == 0 and not self.joins and "reset" not in self.notes

    def visible(self) -> dict[str, Any]:
        """The variables that tokens in here see. Not to be written to."""
        if self.variables is not None:
            return self.variables
        assert self.owner is not None
        return variables_of(self.owner)

    def process_scope(self) -> "ScopeState":
        """The scope that holds the variables and the compiled process."""
        scope: ScopeState = self
        while scope.owner is not None and scope.variables is None:
            scope = scope.owner.workflow
        return scope


class ScopeWorkflow(ScopeState, BpmnSubWorkflow):
    """A running sub-process, event sub-process or called process."""

    def __init__(self, spec: "ScopeSpec", owner: Token) -> None:
        case = owner.case
        super().__init__(spec, parent_task_id=owner.id, top_workflow=case, deserializing=True)
        self._begin(case, owner)

    def _calculate_depth(self) -> int:
        # The stock answer searches all sub-workflows at every level.
        return 0


class CaseWorkflow(ScopeState, BpmnWorkflow):
    """A running case: its outermost scope, the queue of tokens that can move, and what happened since load."""

    def __init__(self, compiled: "Compiled", resolver: "Resolver") -> None:
        super().__init__(compiled.spec, script_engine=NoScripts(), deserializing=True)
        self._begin(self, None)
        self.compiled = compiled
        self.variables = {}
        self.resolver = resolver
        self.tokens: dict[int, Token] = {}
        self.subprocesses: dict[int, ScopeWorkflow] = {}
        self.counter = 0
        self.status = "running"
        self.queue: deque[Token] = deque()
        self.quiet: list[ScopeState] = []
        self.facts: list[Fact] = []
        self.path: list[str] = []
        self.at: datetime | None = None
        self.outlook: Outlook | None = None  # of the command that goes on

    def get_task_from_id(self, task_id: int) -> Token | None:
        """The live token with this number."""
        return self.tokens.get(task_id)

    def scopes(self) -> "list[ScopeState]":
        """Every scope, the outermost first."""
        return [self, *self.subprocesses.values()]

    def tell(
        self, kind: str, token: Token | None = None, element: str | None = None, **data: Any
    ) -> None:
        """Note a fact."""
        if element is None and token is not None:
            element = token.task_spec.name
        self.facts.append(Fact(kind, element, None if token is None else token.id, data))

    def tell_unknown(self, token: Token, rule: Rule, seen: Mapping[str, Any], **what: Any) -> None:
        """Say which names a rule that came to nothing asked for in vain, if any: FEEL goes on with null, and so does
        the case, and nobody should have to guess why.
        """
        names = rule.unknown(seen)
        if names:
            self.tell(FactKind.VALUE_MISSING, token, names=names, **what)

    def open_scope(self, owner: Token, spec: "ScopeSpec") -> ScopeWorkflow:
        """A scope inside the activity this token performs."""
        scope = ScopeWorkflow(spec, owner)
        self.subprocesses[owner.id] = scope
        return scope

    # -- moving

    def settle(self) -> None:
        """Run automatic steps until every token waits or is gone."""
        left = STEP_LIMIT
        while True:
            while self.queue:
                token = self.queue.popleft()
                if token._state != TaskState.READY or token.id not in self.tokens:
                    continue
                if left == 0 or len(self.tokens) > MAX_TOKENS:
                    self._park(token)
                    continue
                left -= 1
                token.run()
                if self.quiet:
                    self._close_scopes()
            if self.quiet:
                self._close_scopes()
            if self.queue or self._fire_joins() or self._meet_conditions() or self._end_ad_hocs():
                continue
            break

    def follow(self) -> None:
        """Messages are awaited, and conditions looked at again, by what the case knows now."""
        assert self.at is not None
        self.outlook = Outlook(self.at, self.resolver.zone)
        for token in self.tokens.values():
            if "cor" in token.internal_data or token.task_spec.has_conditional:
                token.task_spec.follow(token)

    def _park(self, token: Token) -> None:
        """Too many automatic steps or tokens: keep all that could move where it is until an operator releases it."""
        if "park" not in self.notes:
            self.notes["park"] = 1
            self.tell(FactKind.INCIDENT_RAISED, token, reason="livelock")
        # not WAITING: it does not wait for the event it may be about to leave or enter
        token._set_state(TaskState.STARTED)
        token.internal_data["park"] = 1

    def unpark(self) -> None:
        """Let everything that was parked try again."""
        self.notes.pop("park", None)
        for token in self.tokens.values():
            if token.internal_data.pop("park", None):
                token._set_state(TaskState.READY)
                self.queue.append(token)

    def _close_scopes(self) -> None:
        while self.quiet:
            scope = self.quiet.pop()
            if not scope.is_over or self.status in OVER:
                continue
            if scope.owner is None:
                self.end("completed")
            elif self.subprocesses.get(scope.owner.id) is scope:
                if scope.owner.task_spec.stays_open(scope):
                    continue
                for listener in list(scope.tasks.values()):
                    self.cancel(listener)
                del self.subprocesses[scope.owner.id]
                scope.owner.task_spec.scope_over(scope.owner, scope)

    def end(self, status: str, outcome: str | None = None) -> None:
        """The case is over; `outcome` when no end event says how."""
        for token in list(self.tokens.values()):
            if token.id in self.tokens:
                self.cancel(token)
        self.joins.clear()
        # a complex gateway would take what comes late
        self.notes.pop("reset", None)
        self.quiet.clear()
        self.queue.clear()
        self.status = status
        end = self.notes.get("end")
        spec = None if end is None else self.spec.task_specs[end]
        if self.notes.get("how") == "terminated":
            self.tell(FactKind.CASE_TERMINATED, element=end)
        kind = {
            "completed": FactKind.CASE_COMPLETED,
            "failed": FactKind.CASE_FAILED,
            "cancelled": FactKind.CASE_CANCELLED,
        }[status]
        self.tell(kind, element=end, outcome=outcome or (spec and spec.bpmn_name))

    def _fire_joins(self) -> bool:
        for scope in self.scopes():
            if scope.joins or scope.notes:
                ready = [
                    gateway
                    for name in dict.fromkeys([*scope.joins, *scope.notes.get("reset", ())])
                    if isinstance(gateway := scope.spec.task_specs[name], InclusiveSpec)
                    and gateway.may_fire(scope)
                ]
                if ready:
                    first_to_fire(ready).fire(scope)
                    return True
        return False

    def _end_ad_hocs(self) -> bool:
        for scope in list(self.subprocesses.values()):
            if "check" in scope.notes:
                del scope.notes["check"]
                assert scope.owner is not None
                if scope.owner.task_spec.check_completion(scope.owner, scope):
                    return True
        return False

    def _meet_conditions(self) -> bool:
        known: dict[tuple[int, int], bool] = {}  # instances side by side mostly ask the same
        for token in list(self.tokens.values()):
            if token._state == TaskState.WAITING and token.task_spec.has_conditional:
                trigger = throwing.trigger_of(token)
                if trigger is None or trigger.kind != EventKind.CONDITIONAL:
                    continue
                assert trigger.rule is not None
                common = common_to(token, trigger.rule.reads)
                holds = None if common is None else known.get((id(trigger.rule), common))
                if holds is None:
                    holds = bool(trigger.rule.holds(variables_of(token)))
                    if common is not None:
                        known[id(trigger.rule), common] = holds
                if holds != bool(token.internal_data.get(HELD)):
                    if holds:
                        token.internal_data[HELD] = 1
                        token.task_spec.happened(token, {})
                        return True
                    del token.internal_data[HELD]
        return False

    def stuck_joins(self) -> list[dict[str, Any]]:
        """The joins that wait in scopes where nothing else lives."""
        return [
            stuck_join(scope, gateway)
            for scope in self.scopes()
            if scope.joins and scope.keepers == 0
            for gateway in map(scope.spec.task_specs.__getitem__, scope.joins)
            if isinstance(gateway, JoinSpec)
        ]

    def look_for_stuck(self, before: list[dict[str, Any]]) -> None:
        """Notice joins that nothing can complete any more; told once, unless they are others than `before`."""
        if self.status in OVER:
            return
        stuck = self.stuck_joins()
        self.status = "running"
        # On the usual way this ends at the first token: some task or timer waits.
        if (self.tokens and not stuck) or any(
            token._state in (TaskState.WAITING, TaskState.STARTED)
            and not token.is_listener
            and (token.id not in self.subprocesses or token.task_spec.is_ad_hoc)
            and self._is_wait(token)
            for token in self.tokens.values()
        ):
            return
        self.status = "stuck"
        if stuck != before:
            self.tell(FactKind.STUCK, reason="join", joins=stuck)

    def _is_wait(self, token: Token) -> bool:
        wait = token.task_spec.wait(token)
        if wait is None:
            return False
        # a boundary on a sub-process that is itself stuck does not count: only the clock or the world could help
        return wait.host is None

    # -- stopping

    def cancel(self, token: Token, but: Token | None = None) -> None:
        """Take a token away with everything that depends on it and every scope inside; `but` stays.

        In the order in which they began: where rounds side by side leave the same name behind, the last one's holds.
        """
        order: list[Token] = []
        pending = [token]
        while pending:
            current = pending.pop()
            if current is but or current.id not in self.tokens:
                continue
            order.append(current)
            inside = list(current.children)
            scope = self.subprocesses.get(current.id)
            if scope is not None:
                inside += scope.tasks.values()
            pending += reversed(inside)
        for current in order:
            if "undo" in current.internal_data and REOPENED not in current.internal_data:
                give_back(current)
            current.task_spec.withdrawn(current)
        for current in reversed(order):
            self.subprocesses.pop(current.id, None)
            current._set_state(TaskState.CANCELLED)
            current.remove()

    def cancel_children(self, token: Token) -> None:
        """Take away what depends on a token."""
        for child in token.children:
            self.cancel(child)
