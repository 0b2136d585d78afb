"""Activities with a scope inside: sub-processes, transactions, event and ad-hoc sub-processes, call activities."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventKind
from engine.errors import N_, Said
from engine.spiff.compensation import REOPENED, changed, goes_on_undoing, undone
from engine.spiff.context import INSTANCE, variables_of, write
from engine.spiff.elements.activity import ActivitySpec
from engine.spiff.facts import FactKind
from engine.spiff.rules import Rule
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.elements.events import StartSpec
    from engine.spiff.elements.node import NodeSpec
    from engine.spiff.scopes import ScopeState, ScopeWorkflow


# called processes inside called processes
MAX_DEPTH = 50


def _depth(token: Token) -> int:
    depth = 0
    owner = token.workflow.owner
    while owner is not None:
        depth += 1
        owner = owner.workflow.owner
    return depth


def begin_scope(scope: "ScopeState", starts: "list[NodeSpec]") -> None:
    """Arm the event sub-processes of a scope and put a token on each start."""
    for event_subprocess in scope.spec.event_subprocesses:
        event_subprocess.listen(scope)
    for start in starts:
        start.receive(scope, None)


class SubProcessSpec(ActivitySpec):
    """Embedded sub-process or transaction: over when nothing lives inside any more."""

    def begin(self, token: Token) -> bool | None:
        """Open the scope inside."""
        assert self.body is not None
        if not self.body.starts:
            return True
        token.case.tell(FactKind.SUBPROCESS_ENTERED, token)
        begin_scope(token.case.open_scope(token, self.body), self.body.starts)
        return None

    def scope_over(self, token: Token, scope: "ScopeWorkflow") -> None:
        """Everything inside has ended."""
        token.case.tell(FactKind.SUBPROCESS_LEFT, token, how=scope.notes.get("how", "completed"))
        if scope.log:
            token.internal_data["log"] = scope.log
        if scope.notes.get("how") == "cancelled":
            self._leave_cancelled(token)
        else:
            self.performed(token)

    def _leave_cancelled(self, token: Token) -> None:
        """A cancelled transaction leaves by its cancel boundary; the compiler saw that there is one."""
        host = token.parent if INSTANCE in token.internal_data else token
        assert host is not None
        for boundary in self.boundaries:
            if any(trigger.kind == EventKind.CANCEL for trigger in boundary.triggers):
                boundary.leave(host)
                return
        raise AssertionError("a transaction without a cancel boundary was cancelled")

    def withdrawn(self, token: Token) -> None:
        """Left without being done."""
        if self.is_host(token):
            super().withdrawn(token)
        elif token.id in token.case.subprocesses:
            token.case.tell(FactKind.SUBPROCESS_LEFT, token, how="cancelled")


class CallSpec(SubProcessSpec):
    """Call activity: another process with variables of its own, bound to a version when it starts."""

    is_all_in = True
    is_all_out = True
    called: Rule | None = None

    def begin(self, token: Token) -> bool | None:
        """Start the called process; an incident where there is none."""
        case = token.case
        caller = token.workflow.process_scope().compiled
        assert caller is not None
        name = self.node.called_element or ""
        if self.called is not None:
            name = str(self.called.value(variables_of(token)))
        compiled = case.resolver.called(name, caller) if name else None
        if compiled is None or _depth(token) >= MAX_DEPTH:
            reason = N_("the called process “{name}” is not published")
            if compiled is not None:
                reason = N_("the called process “{name}” calls itself without end")
            self.stop(token, Said(reason, {"name": name}))
            return None
        token.internal_data.pop("stop", None)
        passed = dict(variables_of(token)) if self.is_all_in else dict(token.data)
        case.tell(FactKind.SUBPROCESS_ENTERED, token, process=compiled.process_id)
        scope = case.open_scope(token, compiled.spec)
        scope.variables = passed
        scope.compiled = compiled
        begin_scope(scope, compiled.spec.starts)
        if scope.is_over:
            case.quiet.append(scope)
        return None

    def scope_over(self, token: Token, scope: "ScopeWorkflow") -> None:
        """Take the mapped variables back."""
        if REOPENED in token.internal_data:
            self._undone_inside(token, scope)
            return
        token.case.tell(FactKind.SUBPROCESS_LEFT, token, how=scope.notes.get("how", "completed"))
        inner = scope.variables or {}
        if scope.log and self.undone_by is None:
            assert scope.compiled is not None
            token.internal_data["log"] = scope.log
            token.internal_data["called"] = [scope.compiled.hash, dict(inner)]
        outputs = {name: rule.value(inner) for name, rule in self.mapped_out}
        if self.is_all_out:
            outputs = {**inner, **outputs}
        write(token, outputs)
        self.performed(token)

    def stays_open(self, scope: "ScopeState") -> bool:
        """One that was opened again stays until all is undone."""
        assert scope.owner is not None
        return REOPENED in scope.owner.internal_data and goes_on_undoing(scope)

    def _undone_inside(self, token: Token, scope: "ScopeState") -> None:
        """What was done in the called process is undone: the caller gets what that changed, and goes on undoing."""
        seen = token.internal_data[REOPENED]
        new = changed(scope, seen)
        if new:
            after = scope.variables or {}
            outputs = {
                name: value
                for name, rule in self.mapped_out
                if (value := rule.value(after)) != rule.value(seen)
            }
            write(token, {**(new if self.is_all_out else {}), **outputs})
        parent = token.parent
        token.remove()
        if parent is not None:
            undone(parent)

    def _map_out(self, token: Token) -> None:
        # done in scope_over, over the variables of the called process
        return


class EventSubProcessSpec(SubProcessSpec):
    """Event sub-process: started by an event while its scope lives; interrupting ones end all else in it."""

    start: "StartSpec"
    is_event_subprocess = True

    def listen(self, scope: "ScopeState") -> None:
        """Wait for the start event, where it is of a kind that is waited for."""
        if self.start.can_wait:
            self.start.arm(scope.listen(self.start, self.name))

    @property
    def _interrupts(self) -> bool:
        return self.node.is_interrupting and self.start.node.is_interrupting

    def has_interrupted(self, token: Token) -> bool:
        """Unless it undoes; what is picked in an ad-hoc sub-process is over for good."""
        owner = token.workflow.owner
        is_ad_hoc = owner is not None and owner.task_spec.is_ad_hoc
        return self._interrupts and token.parent is None and not is_ad_hoc

    def spent_handlers(self, token: Token) -> "list[NodeSpec]":
        """Itself; all, once an interrupting one has begun (BPMN 2.0.2, 13.5.4).

        By 10.5.1 the innermost scope with a catching event is asked, and this is inside the scope whose handlers
        stand beside it; that none catches itself keeps one that escalates from starting itself without end.
        """
        if token.parent is not None:
            return []
        if self._interrupts:
            return token.workflow.spec.event_subprocesses
        return [self]

    def trigger(self, scope: "ScopeState", payload: dict[str, Any]) -> None:
        """Start it in this scope."""
        token = scope.spawn(self, state=TaskState.STARTED)
        if self._interrupts:
            scope.empty(but=token)
            if scope.owner is not None and scope.owner.task_spec.is_ad_hoc:
                scope.notes["closing"] = 1  # nothing more is picked there
        token.case.path.append(self.name)
        token.case.tell(FactKind.SUBPROCESS_ENTERED, token)
        assert self.body is not None
        inner = token.case.open_scope(token, self.body)
        write(token, payload)
        begin_scope(inner, [self.start])

    def scope_over(self, token: Token, scope: "ScopeWorkflow") -> None:
        """It has no way on: the scope around it may be over now."""
        token.case.tell(FactKind.SUBPROCESS_LEFT, token, how=scope.notes.get("how", "completed"))
        if token.parent is not None:
            # it ran as the compensation handler of its sub-process
            token.complete()
        else:
            token.remove()

    def begin(self, token: Token) -> bool | None:
        """Run as a compensation handler: its throwing events undo what the sub-process had done."""
        log = token.internal_data.pop("log", [])
        is_done = super().begin(token)
        if not is_done:
            token.case.subprocesses[token.id].log = log
        return is_done
