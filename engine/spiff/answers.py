"""The questions a case answers: where it stands, what it waits for, what it knows and what happened. Nothing moves."""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.context import base_of, locals_around
from engine.spiff.facts import Fact, Local, Wait
from engine.spiff.refusals import NotWaiting
from engine.spiff.scopes import CaseWorkflow


class Answers:
    """A case in memory, asked."""

    def __init__(self, case: CaseWorkflow) -> None:
        self._case = case

    def waits(self) -> list[Wait]:
        """Everything the case waits for, the longest waiting first."""
        found = []
        is_parked = False
        for token in self._case.tokens.values():
            if token._state == TaskState.READY:
                continue
            wait = token.task_spec.wait(token)
            if wait is None:
                continue
            if "park" in token.internal_data:
                # one incident for all that was parked: releasing it releases all
                if is_parked:
                    continue
                is_parked = True
            found.append(wait)
        return found

    @property
    def facts(self) -> list[Fact]:
        """What happened since start or load, in order."""
        return self._case.facts

    @property
    def path(self) -> list[str]:
        """Ids of the elements and flows passed since start or load, in order."""
        return self._case.path

    @property
    def status(self) -> str:
        """running, stuck, completed, failed or cancelled."""
        return self._case.status

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the case (not those of called processes). Not to be written to."""
        return self._case.variables or {}

    def locals(self, around: int | str | None = None) -> list[Local]:
        """Variables that are not the case's, by the token that has them, the oldest first; see `locals_around`."""
        return locals_around(self._case, around)

    @property
    def hash(self) -> str:
        """The version the case runs."""
        assert self._case.compiled is not None
        return self._case.compiled.hash

    @property
    def positions(self) -> list[str]:
        """Ids of the elements where tokens live, joins with waiting tokens included."""
        found: dict[str, None] = {}
        for token in self._case.tokens.values():
            found[token.task_spec.name] = None
        for scope in self._case.scopes():
            found.update(dict.fromkeys(scope.joins))
        return list(found)

    def variables_at(self, token: int) -> dict[str, Any]:
        """The variables of the process a token is in."""
        found = self._case.tokens.get(token)
        if found is None:
            raise NotWaiting(token=token)
        return base_of(found)
