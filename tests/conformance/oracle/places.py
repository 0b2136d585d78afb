"""Where tokens are: scopes that run, work in nodes, rounds of an activity, and watches for what may happen."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.bpmn.model import EventDefinition, Node
from tests.conformance.oracle.graph import Drawing


class Unsupported(Exception):
    """The diagram has something that this interpreter does not speak about."""


def told(seen: dict[str, Any]) -> str:
    """By which instances of one activity are told apart: their number and the answers that only they see."""
    return " ".join(f"{k}={seen[k]}" for k in ("loopCounter", "a", "b", "c") if k in seen)


@dataclass(slots=True, eq=False)
class Frame:
    """Variables of a case or of one round."""

    values: dict[str, Any]
    outer: "Frame | None" = None
    own: frozenset[str] = frozenset()  # names that never leave the round
    is_past: bool = (
        False  # what was seen when an activity completed: what is written goes on to today's data
    )
    is_input: bool = False  # input variables of one task: what the task yields goes further out

    def all(self) -> dict[str, Any]:
        """Every variable that is seen from here."""
        if self.outer is None:
            return self.values
        return {**self.outer.all(), **self.values}

    def locals(self) -> dict[str, Any]:
        """Variables of rounds that are seen from here, without those of the process."""
        return {} if self.outer is None else {**self.outer.locals(), **self.values}

    def answer(self, values: dict[str, Any]) -> None:
        """What a person says stays in the innermost round."""
        if self.is_transparent and self.outer is not None:
            self.values.update({name: v for name, v in values.items() if name in self.values})
            self.outer.answer(values)
        else:
            self.values.update(values)

    @property
    def is_transparent(self) -> bool:
        """Whether what is written here goes further out as well."""
        return self.is_input or self.is_past

    def put(self, values: dict[str, Any]) -> None:
        """Assign: to the frame that has the name, else to this one."""
        for name, value in values.items():
            frame: Frame | None = self
            while frame is not None and (frame.is_transparent or name not in frame.values):
                if name in frame.values:
                    frame.values[name] = value
                frame = frame.outer
            (frame or self.home()).values[name] = value

    def home(self) -> "Frame":
        """The round or process that a task with input variables belongs to."""
        return self.outer.home() if self.is_transparent and self.outer is not None else self

    def kept(self) -> dict[str, Any]:
        """What the round leaves to what is around it."""
        return {name: value for name, value in self.values.items() if name not in self.own}


@dataclass(slots=True, eq=False)
class Done:
    """An activity completed that something can undo (§13.5.5): itself, or all that was done inside."""

    names: frozenset[str]  # of the activity and those around it
    handler: Node  # of a called process without handler of its own: the call activity
    seen: dict[str, Any]  # the data when it completed
    inside: "list[Done]" = field(default_factory=list)  # for an event sub-process that undoes
    called: "Run | None" = None  # the called process as it was when it ended
    home: "Run | None" = None  # whose it is, while it is about to be undone


@dataclass(slots=True, eq=False)
class Run:
    """A process or sub-process that runs: a multiset of tokens on flows and in nodes."""

    drawing: Drawing
    frame: Frame
    round: "Round | None"  # of the activity whose inside this is
    process_id: str
    depth: int = 0
    epoch: int = 0  # grows when all tokens are taken out
    moving: int = 0  # tokens on their way to a node
    standing: Counter[str] = field(default_factory=Counter)  # tokens on flows before joins
    # complex gateways that wait for the rest: the flows that started them
    resets: dict[str, set[str]] = field(default_factory=dict)
    works: "list[Work]" = field(default_factory=list)
    armed: "list[Watch]" = field(default_factory=list)  # event sub-processes that may start
    interrupted: bool = False  # by one of its event sub-processes
    is_ad_hoc: bool = False  # a person says what is done and when it is over
    is_closing: bool = False
    is_to_check: bool = False  # an activity inside has ended: perhaps that is enough
    is_over: bool = False
    done: "list[Done]" = field(default_factory=list)  # what may be undone


@dataclass(slots=True, eq=False)
class Work:
    """A token in a node."""

    run: Run
    node: Node
    picks: dict[str, list[str]] = field(default_factory=dict)
    rounds: "list[Round]" = field(default_factory=list)
    past: Frame | None = None  # of a compensation handler: what its activity saw
    inside: list[Done] = field(default_factory=list)  # of one that is an event sub-process
    undoable: list[Done] = field(default_factory=list)  # what its instances did
    begun: int = 0
    finished: int = 0
    total: int | None = None  # of a multi-instance activity
    items: list[Any] | None = None
    kept: dict[str, Any] = field(default_factory=dict)  # of parallel instances that are done
    watches: "list[Watch]" = field(default_factory=list)
    is_over: bool = False
    asked_by: "Work | None" = None  # of what undoes: the event that throws
    undoing: "list[Work]" = field(default_factory=list)  # what undoes for it
    left: list[Done] = field(default_factory=list)  # of what undoes: not begun so far
    undoes: Done | None = None  # of a call that is opened again
    is_opened_again: bool = False  # a call that is over: only what it did is undone
    goes_on: bool = True  # False: it undoes while its event has gone on already
    then: Callable[[], None] | None = None  # instead of leaving over the outgoing flows


@dataclass(slots=True, eq=False)
class Round:
    """One performance of an activity."""

    work: Work
    number: int
    frame: Frame
    inner: Run | None = None
    watch: "Watch | None" = None
    place: int = 0  # of the watches of an ad-hoc sub-process
    is_over: bool = False
    given: dict[str, Any] = field(
        default_factory=dict
    )  # by a service, where its outputs are mapped


@dataclass(slots=True, eq=False)
class Watch:
    """Something that may happen to a token; the kinds are task, decision, service and those of events."""

    id: int
    kind: str
    element: str
    run: Run
    happen: Callable[[dict[str, Any]], None]
    host: Work | None = None
    due: datetime | None = None
    name: str | None = None
    options: tuple[str, ...] = ()
    is_multiple: bool = False
    event: EventDefinition | None = None
    frame: Frame | None = None
    was: bool = False  # what a condition said when it was looked at last
    choose: Callable[[list[str]], None] | None = None
    round: Round | None = None
    place: int = 0  # among those alike, where it is asked again and again; 0: as it came
    is_listener: bool = False  # of a boundary event or event sub-process: no token of its own

    @property
    def key(self) -> tuple[str, str, str, str, tuple[str, ...], str]:
        """What our engine has to show for this watch as well."""
        inner = told(self.frame.locals() if self.frame else {})
        due = self.due.isoformat() if self.due else ""
        return self.kind, self.element, due, self.name or "", tuple(sorted(self.options)), inner
