"""What a simulation says, as frozen values. Durations are in seconds, money in the scenario's currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spread:
    """How amounts are spread; None where there are none."""

    count: int
    mean: float | None = None
    p50: float | None = None
    p85: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What happened at one task, in all cases of a replication."""

    element_id: str
    name: str
    count: int
    waiting: float  # mean until somebody began, residual delay included
    working: float  # mean of work
    cost: float  # mean

    @property
    def waited(self) -> float:
        """Waiting in all."""
        return self.count * self.waiting


@dataclass(frozen=True, slots=True)
class StaffOutcome:
    """How busy some persons were."""

    key: str
    name: str
    office: str
    count: int
    busy: float  # seconds of work in all
    utilisation: float  # share of their working hours that the cases ask for, 1 at most
    load: float  # the same without that limit: above 1 nobody can cope
    cost: float


@dataclass(frozen=True, slots=True)
class Step:
    """One stay of a case at an element, for the replay."""

    case: int
    element_id: str
    ready_at: float
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One replication. Seconds of `steps` count from the Monday 00:00 before the scenario's start."""

    seed: int
    cases: int  # completed, warm-up left aside
    unfinished: int  # that can never end: they wait for what does not come, or at a join
    cycle: Spread
    waiting: Spread
    working: Spread
    cost: Spread
    executions: int  # of tasks, warm-up included
    tasks: tuple[TaskOutcome, ...]
    staff: tuple[StaffOutcome, ...]
    visits: Mapping[str, int]  # per element
    is_overloaded: bool
    late: float | None = None  # share past the term; None: the scenario has no term
    silent: float | None = None  # share in which silence operated
    failed: int = 0
    stuck_at: tuple[str, ...] = ()
    durations: tuple[float, ...] = ()  # quantiles of the cycle time, in order
    steps: tuple[Step, ...] = ()
    first_third: float = 0.0  # mean cycle time of cases that arrived first …
    last_third: float = 0.0  # … and last


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its 95 % interval (t distribution)."""

    value: float
    low: float
    high: float
    count: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0

    def contains(self, value: float) -> bool:
        """Whether the value lies in the interval."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Results:
    """A scenario simulated again and again. `measures` are named as in `MEASURES`."""

    scenario: str
    outcomes: tuple[Outcome, ...]
    measures: Mapping[str, Estimate] = field(default_factory=dict)
    tasks: tuple[TaskOutcome, ...] = ()
    staff: tuple[StaffOutcome, ...] = ()
    bottleneck: str | None = None  # element with the most waiting in all
    is_overloaded: bool = False
    assumed: tuple[str, ...] = ()
    durations: tuple[float, ...] = ()  # quantiles of the cycle time over all replications
    visits: Mapping[str, float] = field(default_factory=dict)  # per case
    steps: tuple[Step, ...] = ()
    cases: int = 0  # of each replication
    unfinished: int = 0  # in all: cases that can never end
    # of each replication, so that another scenario can be compared with it later; None: it has no such measure
    samples: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()  # so that anybody can do it again


@dataclass(frozen=True, slots=True)
class Difference:
    """To-be less as-is, replication by replication."""

    measure: str
    before: Estimate
    after: Estimate
    change: Estimate
    share: float | None  # of the mean before


# Name → of one outcome. Durations in seconds, shares between 0 and 1.
MEASURES: tuple[str, ...] = (
    "cycle_mean", "cycle_p50", "cycle_p85", "cycle_p95",
    "waiting_mean", "waiting_p50", "waiting_p85", "waiting_p95",
    "working_mean", "working_p50", "working_p85", "working_p95",
    "cost_mean", "late", "silent", "utilisation", "executions_per_case",
)  # fmt: skip


def measure(outcome: Outcome, name: str) -> float | None:
    """One measure of one replication; None where it has none."""
    if name in {"late", "silent"}:
        value: float | None = getattr(outcome, name)
        return value
    if name == "utilisation":
        return max((one.utilisation for one in outcome.staff), default=None)
    if name == "executions_per_case":
        return sum(t.count for t in outcome.tasks) / outcome.cases if outcome.cases else None
    spread, _, part = name.partition("_")
    found: float | None = getattr(getattr(outcome, spread), part)
    return found
