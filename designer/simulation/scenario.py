"""A scenario: everything a simulation assumes that the diagram does not say. Durations are in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from designer.simulation.distributions import Choices, Distribution
from engine.sheet import Term


class Rule(StrEnum):
    """Who gets a task that several may do."""

    EARLIEST_START = "earliest_start"  # who can begin first, working hours considered
    EARLIEST_FREE = (
        "earliest_free"  # who is free first, even where the working day is over (Prosimos)
    )


class Outside(StrEnum):
    """What becomes of an arrival outside of the calendar of arrivals."""

    COUNTED = "counted"  # time between arrivals passes only in opening hours
    MOVED = "moved"  # it passes always; who comes too late comes at the next opening (Prosimos)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How cases arrive: by a distribution of the time between two, or at given seconds after the start."""

    every: Distribution | None = None
    calendar: str = ""  # key of a calendar; empty: always
    outside: Outside = Outside.COUNTED
    at: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """So many persons are away from one day to another (not included)."""

    since: date
    until: date
    count: int = 1


@dataclass(frozen=True, slots=True)
class Staff:
    """Persons who are alike: one calendar, one cost, the same skills."""

    key: str
    name: str = ""
    office: str = ""
    count: int = 1
    calendar: str = ""
    cost_per_hour: float = 0.0
    absences: tuple[Absence, ...] = ()
    absence_share: float = 0.0  # of their weeks in which each of them is away, drawn by lot


@dataclass(frozen=True, slots=True)
class Performance:
    """That these persons do a task, and how long it takes them."""

    staff: str
    duration: Distribution


class BatchKind(StrEnum):
    """How cases that were gathered are worked on."""

    TOGETHER = "together"  # as one piece of work
    ONE_BY_ONE = "one_by_one"  # let through at once, each for itself


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases are gathered before a task until there are `size`, or until the first has waited for `longest`."""

    size: int
    longest: float = float("inf")
    kind: BatchKind = BatchKind.TOGETHER
    factor: float = 1.0  # on the duration of a gathered case, or of the longest of them


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """How a task is done. Without `by` it takes its time and nobody's."""

    by: tuple[Performance, ...] = ()
    duration: Distribution | None = None
    delay: Distribution | None = (
        None  # residual: waiting that is not for busy staff, before each time
    )
    delays: tuple[Distribution, ...] = ()  # … one for each of the scenario's paces, instead
    cost: float = 0.0  # each time, besides staff
    priority: int = 0  # added to the case's: less is more urgent
    batch: Batch | None = None
    sets: tuple[tuple[str, "Source"], ...] = ()  # case data after each time


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value of the case data comes from: exactly one of the three."""

    choices: Choices | None = None
    distribution: Distribution | None = None
    feel: str = ""


@dataclass(frozen=True, slots=True)
class EventPlan:
    """When something outside happens, counted from when it is first waited for, and how likely it does at all.

    For an error boundary event only `probability` counts: how often its activity ends so.
    """

    after: Distribution | None = None
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Priority:
    """Cases for which the FEEL rule over their data holds have this level; less is more urgent, else 100."""

    when: str
    level: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """The procedure's term, and whether silence favours the applicant when it is missed."""

    term: Term
    is_positive: bool = False
    grace: int = 5  # business days to notify; silence operates the day after
    stops: frozenset[str] = frozenset()  # elements during which the clock stands still
    decided_by: frozenset[str] = (
        frozenset()
    )  # the first of these done ends it; none of them: the end of the case


@dataclass(frozen=True, slots=True)
class Scenario:
    """One set of assumptions. Keys of `tasks`, `events`, `gateways`, `instances`, `again` are element ids."""

    name: str = ""
    start_at: datetime = datetime(2026, 1, 5, tzinfo=UTC)  # aware; its wall clock is the office's
    start_event: str = ""
    arrivals: Arrivals = Arrivals()
    calendars: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    staff: Mapping[str, Staff] = field(default_factory=dict)
    rule: Rule = Rule.EARLIEST_START
    tasks: Mapping[str, TaskPlan] = field(default_factory=dict)
    # flow id → share (exclusive) or probability of each (inclusive); empty: by the diagram's FEEL rules
    gateways: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    # flow id → FEEL over the case's data, instead of the diagram's own rule
    rules: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, EventPlan] = field(default_factory=dict)
    instances: Mapping[str, Distribution] = field(
        default_factory=dict
    )  # of multi-instance activities
    again: Mapping[str, float] = field(
        default_factory=dict
    )  # probability of another round of a loop
    paces: tuple[float, ...] = ()  # shares of cases that are brisk, slower, … at every delay
    data: tuple[tuple[str, Source], ...] = ()  # of each case, drawn when it arrives
    priorities: tuple[Priority, ...] = ()
    deadline: Deadline | None = None
    currency: str = "PEN"
    assumed: frozenset[str] = frozenset()  # “tasks.review.duration”: nobody measured it
