"""Which assumption moves the result most: each is changed a little, alone, on the same luck."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from designer.simulation.experiments import simulate
from designer.simulation.outcomes import Estimate, Results
from designer.simulation.scenario import Scenario, TaskPlan
from engine.bpmn.model import Model
from engine.errors import N_

SHARE = 0.2
REPLICATIONS = 8
MOST = 40  # assumptions looked at
_STAFF = N_("One person less or more: {about}")


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
    """An assumption with the two scenarios in which it is less, and more. `key`: of the element or the staff."""

    what: str
    about: str
    less: Scenario
    more: Scenario
    is_assumed: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A process with the scenario that it is simulated in."""

    model: Model
    process_id: str
    scenario: Scenario

    def knobs(self) -> dict[tuple[str, str], Knob]:
        """Its assumptions, by what they are and of what."""
        scope = self.model.process(self.process_id).scope
        names = {node.id: node.name or node.id for _, node in scope.everything()}
        return {(knob.what, knob.key): knob for knob in knobs(self.scenario, names)}


def swings(
    model: Model,
    process_id: str,
    scenario: Scenario,
    *,
    measure: str = "cycle_mean",
    cases: int = 500,
    replications: int = REPLICATIONS,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
    check: Callable[[], None] | None = None,
) -> tuple[Swing, ...]:
    """Every assumption by the width of its swing, the widest first. `progress`: which share is done."""
    one = Simulated(model, process_id, scenario)

    def run(changed: Scenario) -> float:
        return _run(replace(one, scenario=changed), measure, cases, replications, seed, check)

    base = run(scenario)

    def changed(other: Scenario) -> float:
        # Of who works alone there is nobody less: then it is as it was, and needs no simulating.
        return base if other == scenario else run(other)

    found = list(one.knobs().values())[:MOST]
    swung = []
    for place, knob in enumerate(found):
        swung.append(
            Swing(
                knob.what,
                knob.about,
                changed(knob.less),
                changed(knob.more),
                base,
                knob.is_assumed,
            )
        )
        if progress is not None:
            progress((place + 1) / len(found))
    return tuple(sorted(swung, key=lambda swing: -swing.width))


def change_swings(
    before: Simulated,
    after: Simulated,
    around: float,
    *,
    measure: str = "cycle_mean",
    cases: int = 300,
    replications: int = 3,
    most: int = 12,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
    check: Callable[[], None] | None = None,
) -> tuple[Swing, ...]:
    """What after less before becomes when an assumption is less, or more, on every side that makes it.

    This is what a verdict rests on: an assumption that both sides share moves both, and may well leave the difference
    as it is. `around`: the change as it was simulated at length, in the measure's unit; a few replications on common
    random numbers tell well by how much an assumption moves it, and one tells which are worth more. At most `most`, the
    widest first.
    """
    knobs = _shared(before.knobs(), after.knobs())[:MOST]
    sides = (before, after)

    def measured(knob: _Shared, way: str, count: int, cases: int) -> float:
        was, will_be = (
            _run(
                one if own is None else replace(one, scenario=getattr(own, way)),
                measure,
                cases,
                count,
                seed,
                check,
            )
            for one, own in zip(sides, knob.both, strict=True)
        )
        return will_be - was

    def swung(found: Sequence[_Shared], count: int, cases: int) -> list[tuple[_Shared, Swing]]:
        was, will_be = (_run(one, measure, cases, count, seed, check) for one in sides)
        told = []
        for place, knob in enumerate(found):
            if progress is not None:
                progress((0.5 if count > 1 else 0.0) + place / len(found) / 2)
            low, high = (
                around + measured(knob, way, count, cases) - (will_be - was)
                for way in ("less", "more")
            )
            told.append((knob, Swing(knob.what, knob.about, low, high, around, knob.is_assumed)))
        return sorted(told, key=lambda one: -one[1].width)

    coarse = swung(knobs, 1, max(50, cases // 3))[:most]
    fine = swung([knob for knob, _ in coarse], replications, cases)
    return tuple(swing for _, swing in fine)


@dataclass(frozen=True, slots=True)
class _Shared:
    """An assumption of one side or of both."""

    both: tuple[Knob | None, Knob | None]
    what: str
    about: str
    is_assumed: bool


def _shared(
    before: Mapping[tuple[str, str], Knob], after: Mapping[tuple[str, str], Knob]
) -> list[_Shared]:
    """The assumptions of both sides, those about staff last."""
    found = []
    for key in sorted(dict.fromkeys([*after, *before]), key=lambda key: key[0] == _STAFF):
        both = before.get(key), after.get(key)
        one = both[1] or both[0]
        if one is not None:
            is_assumed = any(knob is not None and knob.is_assumed for knob in both)
            found.append(_Shared(both, one.what, one.about, is_assumed))
    return found


def _run(
    one: Simulated,
    measure: str,
    cases: int,
    replications: int,
    seed: int,
    check: Callable[[], None] | None,
) -> float:
    results = simulate(
        one.model,
        one.process_id,
        one.scenario,
        cases=cases,
        replications=replications,
        seed=seed,
        check=check,
    )
    return _value(results, measure)


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
    for name, plan in scenario.tasks.items():
        if plan.by or plan.duration is not None:
            yield Knob(
                N_("Duration ±20 %: {about}"),
                names.get(name, name),
                _with_task(scenario, name, _stretched(plan, 1 - SHARE)),
                _with_task(scenario, name, _stretched(plan, 1 + SHARE)),
                f"tasks.{name}.duration" in scenario.assumed,
                name,
            )
        if _is_delayed(plan):
            yield Knob(
                N_("Delay ±20 %: {about}"),
                names.get(name, name),
                _with_task(scenario, name, _delayed(plan, 1 - SHARE)),
                _with_task(scenario, name, _delayed(plan, 1 + SHARE)),
                f"tasks.{name}.delay" in scenario.assumed,
                name,
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
                name,
            )
    # Last, since a log may name a hundred persons, each a staff of one.
    for key, staff in scenario.staff.items():
        yield Knob(
            _STAFF,
            staff.name or key,
            _with_staff(scenario, key, max(1, staff.count - 1)),
            _with_staff(scenario, key, staff.count + 1),
            key=key,
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
