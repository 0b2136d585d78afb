"""One case as a person, the clock and the world move it on: every command ends when nothing moves by itself."""

from datetime import datetime
from typing import Any

from engine.bpmn.model import EventKind, Kind
from tests.conformance.oracle import activities, happenings, moving
from tests.conformance.oracle.machine import Machine
from tests.conformance.oracle.places import Frame, Watch, Work


class Case(Machine):
    """The commands. Time comes only from `at`."""

    def start(self, at: datetime, event: str | None = None) -> None:
        """Begin with the start event named, else with all beginnings of the process (§13.2)."""
        self.at = at
        nodes = self.root.drawing.nodes
        outputs = nodes[event].extension.outputs if event else ()
        if event and outputs and nodes[event].kind != Kind.RECEIVE_TASK:
            # §10.5.1: of what came with it the process has what its data output associations take
            came = self.root.frame
            taken = {one.target: self.value(came, one.source.text) for one in outputs}
            self.root.frame = Frame(taken)
        if event and nodes[event].kind != Kind.START_EVENT:
            # a receive task, or an event behind a gateway: what it waits for has happened (§10.6.6)
            happenings.arm_handlers(self, self.root)
            self.leave(self.root, nodes[event])
            self.check(self.root)
        else:
            self.begin(self.root, [nodes[event]] if event else self.root.drawing.beginnings())
        self.settle()

    def happen(self, watch: Watch, at: datetime, payload: dict[str, Any] | None = None) -> None:
        """What a watch waits for happens: a task is done, a timer due, a message comes."""
        self.at = at
        watch.happen(payload or {})
        self.settle()

    def decide(self, watch: Watch, options: list[str], at: datetime) -> None:
        """A person chooses how to go on."""
        self.at = at
        assert watch.choose is not None
        watch.choose(options)
        self.settle()

    def complete(
        self,
        watch: Watch,
        answers: dict[str, Any],
        picks: dict[str, list[str]],
        at: datetime,
    ) -> None:
        """A task is done, and with it how to go on at the gateway behind it may be chosen."""
        self.at = at
        assert watch.host is not None
        watch.host.picks = picks
        activities.answer(watch, answers)
        watch.happen({})
        self.settle()

    def broadcast(self, name: str, at: datetime) -> int:
        """A signal from outside reaches everyone who waits for it."""
        self.at = at
        found = happenings.signal(self, name)
        self.settle()
        return found

    def move(self, work: Work, place: str, at: datetime) -> None:
        """Somebody takes a token to another element."""
        self.at = at
        moving.move(self, work, place)
        self.settle()

    def correct(self, values: dict[str, Any], at: datetime) -> None:
        """Somebody corrects what the case knows."""
        self.at = at
        self.root.frame.values.update(values)
        self.settle()

    def fail(self, watch: Watch, code: str | None, at: datetime) -> bool:
        """The performance of an activity fails with an error; False: nothing catches it."""
        self.at = at
        assert watch.host is not None
        found = happenings.throw(self, watch.run, EventKind.ERROR, code, watch.host)
        self.settle()
        return found
