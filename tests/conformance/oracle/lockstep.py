"""Our engine and the token interpreter on one model with the same choices, compared after every action."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from engine.bpmn.model import Kind, Model
from engine.spiff import Execution, Library, NotRunnable, Wait, compile_model
from engine.spiff.context import locals_of
from engine.spiff.facts import FactKind
from tests.conformance.oracle.case import Case
from tests.conformance.oracle.machine import MAX_STEPS, TooManySteps
from tests.conformance.oracle.places import Unsupported, Watch, told

BEGINNING = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
Key = tuple[str, str, str, str, tuple[str, ...], str]


@dataclass(slots=True)
class Outcome:
    """How far both went and whether they agreed; `verdict`: equal, different, refused, unsupported, runaway."""

    verdict: str
    actions: int = 0
    status: str = ""
    story: list[str] = field(default_factory=list)
    difference: str = ""


def key_of(wait: Wait, seen: dict[str, Any]) -> Key:
    """What a wait of our engine says, in the interpreter's words."""
    options: tuple[str, ...] = ()
    if wait.kind == "decision":
        options = tuple(sorted(option.id for option in wait.choices[0].options))
    due = wait.due_at.isoformat() if wait.due_at else ""
    name = (wait.message or "") if wait.kind in ("message", "signal") else ""
    return wait.kind.value, wait.element_id, due, name, options, told(seen)


class Pair:
    """Both on the same case."""

    beginning = BEGINNING
    zone: tzinfo = UTC

    def __init__(
        self, model: Model, process_id: str, dice: random.Random, most_steps: int = MAX_STEPS
    ) -> None:
        self.dice = dice
        self.is_endless = False  # the oracle ran on and on
        self.at = self.beginning
        self.compiled = compile_model(model, process_id)
        self.library = Library(self.compiled)
        self.library.zone = self.zone
        values = {name: dice.random() < 0.5 for name in "abc"}
        nodes = model.process(process_id).scope.nodes
        starts = [
            start.element_id
            for start in self.compiled.starts
            # a receive task or an event behind a gateway begins a case by what it waits for
            if nodes[start.element_id].kind == Kind.START_EVENT or start.kind is not None
        ]
        start = dice.choice(starts) if starts else None
        self.story = [f"start {start or ''} {values}"]
        self.machine = Case(model, process_id, values, most_steps)
        self.machine.zone = self.library.zone
        with self.endless():
            self.machine.start(self.at, start)
        self.ours = Execution.start(
            self.compiled, values, self.at, start_event=start, resolve=self.library
        )

    @contextmanager
    def endless(self) -> Iterator[None]:
        """What the oracle does inside may turn out to be without end."""
        try:
            yield
        except TooManySteps:
            self.is_endless = True

    @property
    def is_parked(self) -> bool:
        """Whether ours has noticed that its automatic steps do not end, and made an incident of it."""
        return any(
            fact.type == FactKind.INCIDENT_RAISED and fact.data.get("reason") == "livelock"
            for fact in self.ours.facts
        )

    def reload(self) -> None:
        """Save and load our case."""
        self.ours = Execution.load(self.ours.save(), self.library)
        self.machine.sent.clear()

    def waits(self) -> list[tuple[Key, Wait]]:
        """Our waits; instances of the same activity are told apart by the variables that only they see."""
        tokens = self.ours._case.tokens
        return [(key_of(w, locals_of(tokens[w.token])), w) for w in self.ours.waits()]

    def difference(self) -> str:
        """What one shows and the other does not; empty where they agree."""
        status = "stuck" if self.machine.is_stuck else self.machine.status
        found = []
        if status != self.ours.status:
            found.append(f"the oracle is {status}, ours {self.ours.status}")
        theirs = Counter(watch.key for watch in self.machine.watches.values())
        ours = Counter(key for key, _ in self.waits())
        if "running" in (status, self.ours.status) or not found:
            found += [f"only the oracle: {n} x {key}" for key, n in (theirs - ours).items()]
            found += [f"only ours: {n} x {key}" for key, n in (ours - theirs).items()]
        known = {name: self.machine.root.frame.values.get(name) for name in "abc"}
        sent = Counter(f.data["name"] for f in self.ours.facts if f.type == FactKind.MESSAGE_SENT)
        if sent != Counter(self.machine.sent):
            found.append(f"the oracle sent {self.machine.sent}, ours {dict(sent)}")
        if status != "failed" and known != {name: self.ours.variables.get(name) for name in "abc"}:
            found.append(f"the oracle has {known}, ours {self.ours.variables}")
        return "; ".join(found)

    def act(self) -> bool:
        """One action on both; False where nothing can be done."""
        watches = sorted(
            (w for w in self.machine.watches.values() if w.kind != "condition"),
            key=lambda w: (w.key, w.place or w.id),
        )
        if not watches:
            return False
        dice = self.dice
        # work is done more often than events happen
        watch = dice.choices(
            watches, [3 if w.kind in ("task", "decision", "service") else 1 for w in watches]
        )[0]
        twins = [w for w in watches if w.key == watch.key]
        matching = [wait for key, wait in self.waits() if key == watch.key]
        wait = matching[twins.index(watch)]
        self.at += timedelta(minutes=dice.choice((0, 1, 7, 45)))
        self.story.append(f"{watch.kind} {watch.element} #{twins.index(watch)}")
        getattr(self, f"_{watch.kind}")(watch, wait)
        return True

    def move(self) -> bool:
        """Somebody takes a token elsewhere, or corrects what the case knows; False where nothing can be moved."""
        dice = self.dice
        movable = [
            (wait, watch, places)
            for watch, wait in self._both()
            if watch.host is not None and (places := self.ours.places(wait.token))
        ]
        if not movable:
            return False
        self.at += timedelta(minutes=dice.choice((0, 1, 7, 45)))
        if dice.random() < 0.2:
            self.story.append("correct")
            values = self._values()
            self.ours.change(values, self.at)
            with self.endless():
                self.machine.correct(values, self.at)
            return True
        wait, watch, places = dice.choice(movable)
        place = dice.choice(places).id
        self.story.append(f"move {watch.kind} {watch.element} to {place}")
        self.ours.move(wait.token, place, self.at)
        assert watch.host is not None
        with self.endless():
            self.machine.move(watch.host, place, self.at)
        return True

    def _both(self) -> Iterator[tuple[Watch, Wait]]:
        """What both wait for, side by side."""
        ours: dict[Key, list[Wait]] = {}
        for key, wait in self.waits():
            ours.setdefault(key, []).append(wait)
        for watch in sorted(self.machine.watches.values(), key=lambda w: (w.key, w.place or w.id)):
            yield watch, ours[watch.key].pop(0)

    def _values(self) -> dict[str, Any]:
        dice = self.dice
        values = {name: dice.random() < 0.5 for name in "abc" if dice.random() < 0.4}
        self.story[-1] += f" {values}"
        return values

    def _task(self, watch: Watch, wait: Wait) -> None:
        picks = {}
        for choice in wait.choices:
            options = [option.id for option in choice.options]
            number = self.dice.randint(1, len(options)) if choice.is_multiple else 1
            picks[choice.element_id] = self.dice.sample(options, number)
            self.story[-1] += f" picks {picks}"
        answers = self._values()
        self.ours.complete(wait.token, answers, self.at, choices=picks)
        with self.endless():
            self.machine.complete(watch, answers, picks, self.at)

    def _decision(self, watch: Watch, wait: Wait) -> None:
        choice = wait.choices[0]
        options = [option.id for option in choice.options]
        number = self.dice.randint(1, len(options)) if choice.is_multiple else 1
        picked = self.dice.sample(options, number)
        if "done" in picked:
            picked = ["done"]  # what is picked beside it is refused
        self.story[-1] += f" {picked}"
        self.ours.complete(wait.token, {}, self.at, choices={choice.element_id: picked})
        with self.endless():
            self.machine.decide(watch, picked, self.at)

    def _service(self, watch: Watch, wait: Wait) -> None:
        if self.dice.random() < 0.3:
            code = self.dice.choice(("E1", "E2", "other"))
            self.story[-1] += f" fails with {code}"
            caught = self.ours.fail_service(wait.token, code, "it failed", self.at)
            with self.endless():
                if caught != self.machine.fail(watch, code, self.at):
                    self.story[-1] += f" (ours: caught {caught}, the oracle not so)"
            return
        values = self._values()
        self.ours.finish_service(wait.token, values, self.at)
        with self.endless():
            self.machine.happen(watch, self.at, values)

    def _timer(self, watch: Watch, wait: Wait) -> None:
        assert watch.due is not None
        self.at = max(self.at, watch.due)
        self.ours.fire_timer(wait.token, self.at)
        with self.endless():
            self.machine.happen(watch, self.at)

    def _message(self, watch: Watch, wait: Wait) -> None:
        self.ours.deliver(wait.message or "", {}, self.at, token=wait.token)
        with self.endless():
            self.machine.happen(watch, self.at)

    def _signal(self, watch: Watch, wait: Wait) -> None:
        # how many it reaches before the first takes others away is a matter of order
        number = self.ours.broadcast(wait.message or "", {}, self.at)
        with self.endless():
            if (number > 0) != (self.machine.broadcast(watch.name or "", self.at) > 0):
                self.story[-1] += f" (ours: {number} reached, the oracle not so)"


def compared(
    model: Model, process_id: str, seed: int, most: int = 16, moves: float = 0.0
) -> Outcome:
    """Run both until the end, a difference, or `most` actions, of which about so many of 1 are moves by hand.

    A model is a runaway when both find that it goes on without end; the oracle is more patient where ours does not.
    """
    outcome = _compared(model, process_id, seed, most, moves, MAX_STEPS)
    if outcome.verdict == "endless":
        outcome = _compared(model, process_id, seed, most, moves, 4 * MAX_STEPS)
    if outcome.verdict == "endless":
        outcome.verdict, outcome.difference = "different", "only the oracle goes on without end"
    return outcome


def _compared(
    model: Model, process_id: str, seed: int, most: int, moves: float, most_steps: int
) -> Outcome:
    dice = random.Random(seed * 7919 + 1)
    outcome = Outcome("equal")
    try:
        pair = Pair(model, process_id, dice, most_steps)
    except NotRunnable as refusal:
        return Outcome("refused", difference=str(refusal))
    except Unsupported as reason:
        return Outcome("unsupported", difference=str(reason))
    outcome.story = pair.story
    while True:
        if pair.is_endless:
            outcome.verdict = "runaway" if pair.is_parked else "endless"
            break
        outcome.difference = pair.difference()
        if outcome.difference or "not so)" in pair.story[-1]:
            outcome.verdict = "different"
            break
        if outcome.actions >= most or pair.machine.status != "running":
            break
        pair.reload()
        outcome.difference = pair.difference()
        if outcome.difference:
            outcome.difference = "after reload: " + outcome.difference
            outcome.verdict = "different"
            break
        try:
            is_moved = moves and dice.random() < moves and pair.move()
            if not is_moved and not pair.act():
                break
        except Unsupported as reason:
            outcome.verdict, outcome.difference = "unsupported", str(reason)
            break
        outcome.actions += 1
    outcome.status = pair.ours.status
    return outcome
