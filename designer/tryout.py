"""Rehearse a procedure in memory: walk it to its end, choosing at random where a person would."""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from designer.importer import Imported, import_model
from designer.rehearsal import answers_for, distances, first_values
from designer.table_values import read_by_tables
from engine.bpmn import read
from engine.decisions import decided_by
from engine.dmn import Model as DecisionModel
from engine.errors import Refusal
from engine.spiff import (
    Choice,
    Compiled,
    Execution,
    Fact,
    FactKind,
    Library,
    NotRunnable,
    Outcome,
    Wait,
    WaitKind,
    compile_model,
)

MAX_PUSHES = 3
MAX_DAYS = 60  # looks at a condition that reads the clock, one a day or more
MAX_LOOKS = 100_000  # waits looked at in all: drawings that multiply tokens cost more at every step
BEGINNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the way: where, by which table and rules of it (from 1), with what result as JSON."""

    element: str
    decision: str
    rules: tuple[int, ...]
    result: Any


@dataclass(frozen=True, slots=True)
class Tried:
    """How a rehearsal went. `visited` are ids of nodes and flows in the order they were passed.

    outcome: completed, waiting (for something nobody can give), stuck, failed, refused;
    `released`: joins that waited in vain and were freed, as an operator would. `coverage`: the share of the
    process's nodes that were visited, 0 to 1. `decided`: what decision tables said, in order.
    """

    process: str
    outcome: str
    steps: int
    visited: tuple[str, ...]
    message: str | None = None
    released: tuple[str, ...] = ()
    coverage: float = 0.0
    decided: tuple[Decided, ...] = ()


def try_file(
    data: bytes, seed: int = 0, max_steps: int = 500, published: Collection[str] = ()
) -> Tried:
    """Import a file and run it once; never raises, whatever the bytes are.

    A call activity to a `published` process is passed by: what it does is rehearsed on its own.
    """
    try:
        imported = import_model(read(data), published)
    except Refusal as refusal:
        return Tried("", "refused", 0, (), refusal.message())
    return try_model(imported, seed, max_steps)


def try_model(
    imported: Imported,
    seed: int = 0,
    max_steps: int = 500,
    decisions: Sequence[DecisionModel] = (),
) -> Tried:
    """Run the imported model once, by its own decision tables; the same seed gives the same walk."""
    process = imported.process_id
    try:
        compiled = compile_model(imported.model, process)
    except NotRunnable as refusal:
        return Tried(process, "refused", 0, (), refusal.message())
    rehearsal = _Rehearsal(compiled, random.Random(seed), tuple(decisions))
    tried = _walked(rehearsal, process, max_steps)
    nodes = {node.id for _, node in imported.model.process(process).scope.everything()}
    share = len(nodes & set(tried.visited)) / len(nodes) if nodes else 0.0
    return replace(tried, coverage=round(share, 3), decided=rehearsal.decided)


def _walked(rehearsal: "_Rehearsal", process: str, max_steps: int) -> Tried:
    try:
        return rehearsal.run(max_steps)
    except Refusal as refusal:
        path = rehearsal.path
        return Tried(process, "failed", rehearsal.steps, path, refusal.message(), rehearsal.freed)


class _House(Library):
    """The versions in memory, with the decision tables of the draft."""

    def __init__(self, compiled: Compiled, models: tuple[DecisionModel, ...]) -> None:
        super().__init__(compiled)
        self.models = models

    def decide(self, decision: str, context: dict[str, Any], caller: Compiled) -> Outcome:
        """What the draft's own tables say."""
        return decided_by(self.models, decision, context)


def _decided(fact: Fact) -> Decided:
    said = fact.data
    fired: list[dict[str, Any]] = said.get("fired") or [{}]
    rules = tuple(fired[-1].get("rules", ()))
    return Decided(fact.element_id or "", said["decision"], rules, said["result"])


@dataclass
class _Rehearsal:
    """One walk through one process."""

    compiled: Compiled
    dice: random.Random
    decisions: tuple[DecisionModel, ...] = ()
    at: datetime = BEGINNING
    steps: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    released: list[str] = field(default_factory=list)
    execution: Execution | None = None
    is_hurrying: bool = False
    looks: int = 0
    vain: set[str] = field(default_factory=set)  # conditions that the clock does not make true

    @property
    def path(self) -> tuple[str, ...]:
        return () if self.execution is None else tuple(self.execution.path)

    @property
    def decided(self) -> tuple[Decided, ...]:
        facts = [] if self.execution is None else self.execution.facts
        return tuple(_decided(fact) for fact in facts if fact.type == FactKind.DECISION_MADE)

    @property
    def freed(self) -> tuple[str, ...]:
        return tuple(self.released)

    def run(self, max_steps: int) -> Tried:
        start = self.dice.choice(self.compiled.starts).element_id if self.compiled.starts else None
        execution = self.execution = Execution.start(
            self.compiled,
            first_values(self.compiled.model),
            self.at,
            start_event=start,
            resolve=_House(self.compiled, self.decisions),
        )
        self.far = distances(self.compiled.model)
        self.read = read_by_tables(self.decisions)
        while self.steps < max_steps:
            if execution.status in ("completed", "failed", "cancelled"):
                return self._over(execution)
            self.is_hurrying = self.steps > max_steps // 3
            self.steps += 1
            if execution.status == "stuck" and self._release(execution):
                continue
            if not self._move_on(execution):
                return self._waiting(execution)
            if self.looks > MAX_LOOKS:
                many = len(execution.waits())
                return self._tried(
                    "waiting", f"The case multiplies: it waits for {many} things at once."
                )
        if execution.status in ("completed", "failed", "cancelled"):
            return self._over(execution)
        message = f"The case had not ended after {max_steps} steps."
        return self._tried("waiting", message)

    def _over(self, execution: Execution) -> Tried:
        if execution.status == "failed":
            # An error end event that nothing catches is drawn as an end, and is one.
            return self._tried("completed", "The case ended with an error that nothing catches.")
        return self._tried("completed", None)

    def _waiting(self, execution: Execution) -> Tried:
        places = ", ".join(execution.positions[:5])
        if execution.status == "stuck":
            return self._tried("stuck", f"Nothing can move any more at {places}.")
        return self._tried("waiting", f"The case waits at {places} for what nobody here can give.")

    def _tried(self, outcome: str, message: str | None) -> Tried:
        process = self.compiled.process_id
        return Tried(process, outcome, self.steps, self.path, message, self.freed)

    def _release(self, execution: Execution) -> bool:
        """Free the first join that waits in vain."""
        for fact in reversed(execution.facts):
            if fact.type != "stuck":
                continue
            for join in fact.data.get("joins", ()):
                try:
                    execution.release(str(join["element_id"]), self.at)
                except Refusal:
                    continue
                self.released.append(str(join["element_id"]))
                return True
        return False

    def _move_on(self, execution: Execution) -> bool:
        waits = execution.waits()
        self.looks += len(waits)
        order = sorted(waits, key=self._weight)
        for wait in order:
            if self._act(execution, wait):
                self.seen[wait.element_id] += 1
                return True
        return False

    def _weight(self, wait: Wait) -> tuple[int, float]:
        """What was seen least comes first; near the limit, whatever is no side branch."""
        is_side = int(self.is_hurrying and wait.host is not None)
        return is_side, self.seen[wait.element_id] + self.dice.random()

    def _act(self, execution: Execution, wait: Wait) -> bool:
        kind = wait.kind
        if kind in (WaitKind.TASK, WaitKind.DECISION):
            picked = {choice.element_id: self._pick(choice) for choice in wait.choices}
            answers = answers_for(self.compiled.model, wait.element_id, self.dice)
            answers |= {name: self.dice.choice(said) for name, said in self.read.items()}
            execution.complete(wait.token, answers, self.at, choices=picked)
            return True
        if kind is WaitKind.TIMER and wait.due_at is not None:
            self.at = max(self.at, wait.due_at)
            return execution.fire_timer(wait.token, self.at)
        if kind is WaitKind.CONDITION and self._wait_for_day(execution, wait):
            return True
        if kind is WaitKind.MESSAGE:
            return execution.deliver(wait.message or "", {}, self.at, token=wait.token)
        if kind is WaitKind.SIGNAL:
            return execution.broadcast(wait.message or "", {}, self.at) > 0
        if kind is WaitKind.SERVICE:
            execution.finish_service(wait.token, {}, self.at)
            return True
        if kind is WaitKind.INCIDENT and not self.seen[wait.element_id]:
            execution.release(wait.token, self.at)
            return True
        return wait.host is None and self._push(execution, wait)

    def _wait_for_day(self, execution: Execution, wait: Wait) -> bool:
        """Let the clock come to a condition that reads it; False where it does not hold within a month or two."""
        if wait.element_id in self.vain:
            return False
        due = wait.due_at
        for _ in range(MAX_DAYS):
            if due is None:
                break
            self.at = max(self.at, due)
            if execution.check_conditions(self.at) is not None:
                return True
            due = next((w.due_at for w in execution.waits() if w.token == wait.token), None)
        self.vain.add(wait.element_id)
        return False

    def _push(self, execution: Execution, wait: Wait) -> bool:
        """Move a token that waits for data nobody has to what follows, as an operator would.

        Not for ever: an automatic loop without an end comes back to the same incident each time.
        """
        if self.seen[wait.element_id] > MAX_PUSHES:
            return False
        spec = self.compiled.elements.get(wait.element_id)
        for flow in [] if spec is None else spec.flows:
            try:
                execution.move(wait.token, flow.target.name, self.at)
            except Refusal:
                continue
            return True
        return False

    def _pick(self, choice: Choice) -> list[str]:
        """The option taken least so far; near the limit, the one nearest to an end."""
        options = [option.id for option in choice.options]
        if self.is_hurrying:
            options.sort(key=lambda name: (self.far.get(name, 0), self.seen[name]))
            # Even the short way may be a loop: now and then take another.
            chosen = options[0] if self.dice.random() < 0.8 else self.dice.choice(options)
        else:
            chosen = min(options, key=lambda name: self.seen[name] + self.dice.random())
        self.seen[chosen] += 1
        return [chosen]
