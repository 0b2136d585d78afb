"""A live token: SpiffWorkflow's task without what costs (uuids, clocks, logging, predictions, copies of data)."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.spiff.elements.node import NodeSpec
    from engine.spiff.scopes import CaseWorkflow, ScopeWorkflow


class Token(Task):
    """A token on a flow node. Numbers count up within a case and are never used twice.

    `data` are variables local to the token; `internal_data` is what its element remembers, JSON with short keys.
    READY tokens are in the case's queue, STARTED ones wait; finished tokens are removed at once.
    """

    workflow: "CaseWorkflow | ScopeWorkflow"
    task_spec: "NodeSpec"

    def __init__(
        self,
        scope: "CaseWorkflow | ScopeWorkflow",
        spec: "NodeSpec",
        number: int,
        parent: "Token | None" = None,
        state: int = TaskState.READY,
    ) -> None:
        # Not super().__init__(): it draws a uuid, reads the clock and starts a thread count.
        self.id = number
        self.workflow = scope
        self.task_spec = spec
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self._parent = None if parent is None else parent.id
        self._children: list[int] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self.case: CaseWorkflow = scope.case
        scope.tasks[number] = self
        self.case.tokens[number] = self
        if parent is not None:
            parent._children.append(number)

    @property
    def is_listener(self) -> bool:
        """True for the armed start of an event sub-process: it does not keep its scope alive."""
        return "esp" in self.internal_data

    @property
    def parent(self) -> "Token | None":
        """The token it depends on: host of a boundary event, of an instance, of a compensation."""
        return None if self._parent is None else self.case.tokens.get(self._parent)

    @property
    def children(self) -> "list[Token]":
        """The tokens that depend on this one."""
        tokens = self.case.tokens
        return [tokens[number] for number in self._children if number in tokens]

    def _set_state(self, value: int) -> None:
        # The stock method reads the clock and computes logging extras at every change.
        self._state = value

    def run(self) -> bool | None:
        """Let the element act; None: the token waits, in the state the element chose."""
        is_done: bool | None = self.task_spec._run(self)
        if is_done:
            self.complete()
        elif self._state == TaskState.READY:
            self._state = TaskState.STARTED
        return is_done

    def remove(self) -> None:
        """Take the token out of the case; what depends on it must be gone or going."""
        if self.case.tokens.pop(self.id, None) is None:
            return
        scope = self.workflow
        del scope.tasks[self.id]
        if self._parent is not None:
            parent = self.case.tokens.get(self._parent)
            if parent is not None:
                parent._children.remove(self.id)
        if not self.is_listener:
            scope.keepers -= 1
            if scope.keepers == 0:
                self.case.quiet.append(scope)
