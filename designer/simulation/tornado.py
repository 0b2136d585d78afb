"""Which assumption moves the result most: each is changed a little, alone, on the same luck."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from designer.simulation.experiments import simulate
from designer.simulation.outcomes import Estimate, Results
from designer.simulation.refusals import N_
from designer.simulation.scenario import Scenario, TaskPlan
from engine.bpmn.model import Model

SHARE = 0.2
REPLICATIONS = 8
MOST = 40  # assumptions looked at


@dataclass(frozen=True, slots=True)
class Swing:
    """What the measure becomes when one assumption is less, or more. `what` is a template, `about` its value."""

    what: str
    about: str
    low: float
    high: float
    base: float
    is_assumed: bool = False  # nobody measured it

    @property
    def width(self) -> float:
        """How far apart both are."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Knob:
    """An assumption with the two scenarios in which it is less, and more."""

    what: str
    about: str
    less: Scenario
    more: Scenario
    is_assumed: bool = False


def swings(
    model: Model,
    process_id: str,
    scenario: Scenario,
    *,
    measure: str = "cycle_mean",
    cases: int = 500,
    replications: int = REPLICATIONS,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
    check: Callable[[], None] | None = None,
) -> tuple[Swing, ...]:
    """Every assumption by the width of its swing, the widest first. `progress`: so many done of so many."""
    names = {
        node.id: node.name or node.id for _, node in model.process(process_id).scope.everything()
    }

    def run(one: Scenario) -> float:
        results = simulate(
            model, process_id, one, cases=cases, replications=replications, seed=seed, check=check
        )
        return _value(results, measure)

    base = run(scenario)
    found = list(knobs(scenario, names))[:MOST]
    swung = []
    for place, knob in enumerate(found):
        swung.append(
            Swing(knob.what, knob.about, run(knob.less), run(knob.more), base, knob.is_assumed)
        )
        if progress is not None:
            progress(place + 1, len(found))
    return tuple(sorted(swung, key=lambda swing: -swing.width))


def knobs(scenario: Scenario, names: dict[str, str]) -> Iterator[Knob]:
    """Assumptions: each by a fifth less and more, staff by one person."""
    every = scenario.arrivals.every
    if every is not None:
        yield Knob(
            N_("Cases arriving ±20 %"),
            "",
            replace(
                scenario, arrivals=replace(scenario.arrivals, every=every.scaled(1 / (1 - SHARE)))
            ),
            replace(
                scenario, arrivals=replace(scenario.arrivals, every=every.scaled(1 / (1 + SHARE)))
            ),
        )
    for key, staff in scenario.staff.items():
        yield Knob(
            N_("One person less or more: {about}"),
            staff.name or key,
            _with_staff(scenario, key, max(1, staff.count - 1)),
            _with_staff(scenario, key, staff.count + 1),
        )
    for name, plan in scenario.tasks.items():
        if plan.by or plan.duration is not None:
            yield Knob(
                N_("Duration ±20 %: {about}"),
                names.get(name, name),
                _with_task(scenario, name, _stretched(plan, 1 - SHARE)),
                _with_task(scenario, name, _stretched(plan, 1 + SHARE)),
                f"tasks.{name}.duration" in scenario.assumed,
            )
        if _is_delayed(plan):
            yield Knob(
                N_("Delay ±20 %: {about}"),
                names.get(name, name),
                _with_task(scenario, name, _delayed(plan, 1 - SHARE)),
                _with_task(scenario, name, _delayed(plan, 1 + SHARE)),
                f"tasks.{name}.delay" in scenario.assumed,
            )
    for name, shares in scenario.gateways.items():
        if len(shares) == 2 and all(shares.values()):
            first = next(iter(shares))
            yield Knob(
                N_("First way ±20 %: {about}"),
                names.get(name, name),
                _with_share(scenario, name, first, 1 - SHARE),
                _with_share(scenario, name, first, 1 + SHARE),
                f"gateways.{name}" in scenario.assumed,
            )


def _value(results: Results, measure: str) -> float:
    found: Estimate | None = results.measures.get(measure)
    return found.value if found is not None else 0.0


def _with_staff(scenario: Scenario, key: str, count: int) -> Scenario:
    return replace(
        scenario, staff={**scenario.staff, key: replace(scenario.staff[key], count=count)}
    )


def _with_task(scenario: Scenario, name: str, plan: TaskPlan) -> Scenario:
    return replace(scenario, tasks={**scenario.tasks, name: plan})


def _with_share(scenario: Scenario, name: str, flow: str, factor: float) -> Scenario:
    shares = dict(scenario.gateways[name])
    whole = sum(shares.values())
    share = min(0.99, shares[flow] / whole * factor)
    other = next(one for one in shares if one != flow)
    return replace(scenario, gateways={**scenario.gateways, name: {flow: share, other: 1 - share}})


def _stretched(plan: TaskPlan, factor: float) -> TaskPlan:
    return replace(
        plan,
        by=tuple(replace(one, duration=one.duration.scaled(factor)) for one in plan.by),
        duration=plan.duration.scaled(factor) if plan.duration is not None else None,
    )


def _is_delayed(plan: TaskPlan) -> bool:
    return any(one.mean() > 0 for one in (*plan.delays, *([plan.delay] if plan.delay else [])))


def _delayed(plan: TaskPlan, factor: float) -> TaskPlan:
    return replace(
        plan,
        delay=plan.delay.scaled(factor) if plan.delay is not None else None,
        delays=tuple(one.scaled(factor) for one in plan.delays),
    )
