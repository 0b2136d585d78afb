"""Ad-hoc sub-processes: a person picks what is done, until the completion condition holds or they say it is done."""

from typing import TYPE_CHECKING

from engine.spiff.context import variables_of
from engine.spiff.elements.events import BoundarySpec
from engine.spiff.elements.node import NodeSpec
from engine.spiff.elements.subprocess import SubProcessSpec, begin_scope
from engine.spiff.facts import Choice, FactKind, Option, Wait, WaitKind
from engine.spiff.refusals import EndsAll
from engine.spiff.rules import Rule
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.scopes import ScopeState, ScopeWorkflow

DONE = "done"


class AdHocSpec(SubProcessSpec):
    """Ad-hoc sub-process (BPMN 2.0.2, 13.3.5); in a sequential one the next is picked when the last is over."""

    is_ad_hoc = True
    completion: Rule | None = None

    def begin(self, token: Token) -> bool | None:
        """Open the scope; nothing in it starts by itself."""
        assert self.body is not None
        if not self._pickable():
            return True
        token.case.tell(FactKind.SUBPROCESS_ENTERED, token)
        token.case.tell(FactKind.DECISION_OPENED, token)
        begin_scope(token.case.open_scope(token, self.body), [])
        return None

    def _pickable(self) -> list[NodeSpec]:
        assert self.body is not None
        return [
            element
            for element in self.body.nodes
            if not element.incoming
            and not element.is_event_subprocess
            and not isinstance(element, BoundarySpec)
            and not element.node.is_for_compensation
        ]

    def wait(self, token: Token) -> Wait | None:
        """What can be picked now."""
        scope = token.case.subprocesses.get(token.id)
        if scope is None or self.is_held(token) or "closing" in scope.notes:
            return super().wait(token)
        if scope.keepers and not self.node.is_parallel_ad_hoc:
            return None
        options = [Option(element.name, element.label) for element in self._pickable()]
        if not options:  # entered by hand: it is over with what was begun there
            return super().wait(token)
        if self.completion is None:
            options.append(Option(DONE, "Done"))
        return self._wait(
            token,
            WaitKind.DECISION,
            choices=(
                Choice(self.name, self.bpmn_name, tuple(options), self.node.is_parallel_ad_hoc),
            ),
        )

    def check(self, names: list[str]) -> None:
        """Refuse what is picked beside that all is done: it would not begin. Raises EndsAll."""
        if DONE in names and len(names) > 1:
            raise EndsAll(name=self.label)

    def picked(self, token: Token, names: list[str]) -> None:
        """Start what was picked, or end it all."""
        scope = token.case.subprocesses[token.id]
        if DONE in names:
            self._close(token, scope)
            return
        for name in names:
            scope.spec.task_specs[name].receive(scope, None)

    def stays_open(self, scope: "ScopeState") -> bool:
        """Until it is closed, or a terminate event in it ended it; where nothing can be picked it is over by itself."""
        is_ended = "closing" in scope.notes or scope.notes.get("how") == "terminated"
        return not is_ended and bool(self._pickable())

    def check_completion(self, token: Token, scope: "ScopeWorkflow") -> bool:
        """After something inside was done: close when the completion condition holds."""
        if self.completion is None or not self.completion.holds(variables_of(token)):
            return False
        self._close(token, scope)
        return True

    def _close(self, token: Token, scope: "ScopeWorkflow") -> None:
        scope.notes["closing"] = 1
        if self.node.cancels_remaining:
            scope.empty()
        if scope.is_over:
            token.case.quiet.append(scope)
