"""The scenario that a log proposes, tested on cases it was not fitted on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from designer.simulation.calibration import (
    TOLERANCE,
    Calibration,
    Measured,
    calibrated,
    measured_of,
    spread,
)
from designer.simulation.distributions import Distribution, fixed
from designer.simulation.experiments import simulate
from designer.simulation.fitting.branches import readied
from designer.simulation.fitting.branching import shares
from designer.simulation.fitting.delays import FINE, Delays, Waiting
from designer.simulation.fitting.drift import RARE, Drift, drifts
from designer.simulation.fitting.families import Chosen, chosen, empirical
from designer.simulation.fitting.hours import hours_of
from designer.simulation.fitting.kinds import CaseKind, kinds
from designer.simulation.fitting.work import (
    StillRunning,
    Trace,
    WorkItem,
    since,
    traces,
    with_starts,
)
from designer.simulation.outcomes import Results
from designer.simulation.refusals import Gap
from designer.simulation.scenario import Arrivals, Performance, Scenario, Staff, TaskPlan
from designer.simulation.timing import Timing
from engine.bpmn.model import Kind, Model
from engine.errors import N_, Refusal

FEWEST_CASES = 20
SKILLED = 0.02  # who did at least so much of a task may do it
WORK = frozenset({
    Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.SERVICE_TASK, Kind.SCRIPT_TASK, Kind.SEND_TASK,
    Kind.BUSINESS_RULE_TASK,
})  # fmt: skip

BRANCHING = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY})


class TooFewCases(Refusal):
    """The log is too small."""

    sentence = "A scenario is fitted on at least {needed} completed cases; there are {count}."


@dataclass(frozen=True, slots=True)
class Fit:
    """A proposed scenario, fitted on all cases, and `whole`: how it meets them, which is the calibration gate.

    `training`, `test`: a second scenario, fitted on the one half only, on that half and on the other: whether what was
    learnt from some cases holds for others.
    """

    scenario: Scenario
    whole: Calibration
    training: Calibration
    test: Calibration
    drift: tuple[Drift, ...]
    durations: Mapping[str, Chosen]  # by element: work
    arrivals: Chosen
    notes: tuple[Gap, ...]
    cases: int


def fitted(
    model: Model,
    process_id: str,
    work: Iterable[WorkItem],
    *,
    running: Iterable[StillRunning] = (),
    ids: Mapping[str, str] | None = None,
    is_by_turns: bool = False,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
    check: Callable[[], None] | None = None,
) -> Fit:
    """Fit on all cases; and on those that arrived in the first half, tested on the others with their own arrivals.

    `is_by_turns`: halves of every second case instead, which tells a poor fit from an office that has changed.
    `ids`: activity → element id; by default activities are ids or names of the diagram's. Only completed cases belong
    in `work`; `running` are the others, which both halves are measured with. `progress`
    gets the share that is done, `check` is called now and then and may raise to stop. Raises TooFewCases.
    """
    found = traces(work)
    if len(found) < FEWEST_CASES:
        raise TooFewCases(needed=FEWEST_CASES, count=len(found))
    found, unknown = with_starts(found)
    scope = model.process(process_id).scope
    names = ids or {
        said: node.id
        for _, node in scope.everything()
        if node.kind in WORK
        for said in (node.name, node.id)
        if said
    }
    found = readied(found, names, scope)
    half = len(found) // 2
    first, second = (found[::2], found[1::2]) if is_by_turns else (found[:half], found[half:])
    still = since(found, running)
    open_first, open_second = _divided(still, None if is_by_turns else second[0])
    notes = []
    total = sum(len(trace.items) for trace in found)
    if unknown:
        notes.append(
            Gap(
                N_(
                    "Of {count} of {total} pieces of work the log does not say when they began: it is estimated."
                ),
                {"count": unknown, "total": total},
            )
        )
    strange = {item.activity for trace in found for item in trace.items} - names.keys()
    if strange:
        notes.append(
            Gap(
                N_("The diagram has no task called {names}."),
                {"names": ", ".join(sorted(strange)[:5])},
            )
        )
    if still:
        notes.append(
            Gap(
                N_(
                    "{count} cases have not ended yet: they count as longer than they have run so far."
                ),
                {"count": len(still)},
            )
        )
    measured = _measured(first, open_first), _measured(second, open_second)
    apart = None if is_by_turns else _halves_apart(*measured)
    if apart is not None:
        notes.append(apart)
    open_all = [one.so_far for one in still]
    done = progress or (lambda _share: None)
    whole = _Fitting(found, names, open_all).fit(
        model, process_id, seed, check, lambda share: done(0.55 * share)
    )
    part = _Fitting(first, names, open_first).fit(
        model, process_id, seed, check, lambda share: done(0.55 + 0.3 * share)
    )
    done(0.85)
    everything = _measured(found, open_all)

    def tested(one: _Fitted, cases: Sequence[Trace], measured: Measured) -> Calibration:
        results = one.results if cases is one.cases else None
        if results is None:
            results = simulate(
                model,
                process_id,
                _arriving(one.scenario, cases),
                cases=len(cases),
                replications=FINE,
                seed=seed,
                check=check,
            )
        return calibrated(results, measured)

    return Fit(
        whole.scenario,
        tested(whole, found, everything),
        tested(part, first, measured[0]),
        tested(part, second, measured[1]),
        tuple(drifts(first, second)),
        whole.durations,
        whole.arrivals,
        tuple(notes),
        len(found),
    )


def _divided(
    still: Sequence[StillRunning], boundary: Trace | None
) -> tuple[list[float], list[float]]:
    """Seconds that cases of the one half have run and of the other; by turns where there is no `boundary`."""
    seconds = [one.so_far for one in still]
    if boundary is None:
        return seconds[::2], seconds[1::2]
    early = sum(one.arrived_at < boundary.arrived_at for one in still)
    return seconds[:early], seconds[early:]


def _measured(found: Sequence[Trace], running: Sequence[float]) -> Measured:
    measured = measured_of([trace.cycle for trace in found], running)
    assert measured is not None  # neither half of enough cases is empty
    return measured


def _halves_apart(first: Measured, second: Measured) -> Gap | None:
    """A remark where the halves differ by more than the gate allows: then nothing fitted on one can meet the other."""
    pairs = ((first.p50, second.p50), (first.p85, second.p85))
    if all(abs(was - now) <= TOLERANCE * now for was, now in pairs):
        return None
    (half, half_now), (most, most_now) = ([f"{one / 3600:.1f}" for one in pair] for pair in pairs)
    return Gap(
        N_(
            "The halves of the log differ themselves: half of the cases took {half} h, then {half_now} h; "
            "85 of 100 took {most} h, then {most_now} h. The office has changed meanwhile, and no scenario "
            "fitted on the one half can meet the other."
        ),
        {"half": half, "half_now": half_now, "most": most, "most_now": most_now},
    )


def _arriving(scenario: Scenario, found: Sequence[Trace]) -> Scenario:
    """The scenario with the arrivals that there were."""
    start = found[0].arrived_at
    at = tuple((trace.arrived_at - start).total_seconds() for trace in found)
    return replace(scenario, start_at=start, arrivals=Arrivals(at=at))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A scenario out of `cases`, with the criterion behind its durations and arrivals; `results`: how it met them."""

    scenario: Scenario
    cases: Sequence[Trace]
    results: Results | None
    durations: Mapping[str, Chosen]
    arrivals: Chosen


class _Fitting:
    """What the cases of a log, or of a part of it, say; `running`: seconds that those have run which have not ended."""

    def __init__(
        self, found: Sequence[Trace], names: Mapping[str, str], running: Sequence[float]
    ) -> None:
        self.found = found
        self.cycles = [trace.cycle for trace in found]
        self.expected = spread(self.cycles, running)
        self.names = names
        self.chosen: dict[str, Chosen] = {}
        self.works: dict[str, list[WorkItem]] = {}
        for trace in found:
            for item in trace.items:
                element = names.get(item.activity)
                if element is not None:
                    self.works.setdefault(element, []).append(item)
        # Everybody's hours are the office's: who is away at night works no nights, however late one item was closed.
        self.hours = hours_of(
            at
            for items in self.works.values()
            for item in items
            for at in (item.started_at, item.ended_at)
            if at is not None
        )
        self.timing = Timing(
            Scenario(start_at=found[0].arrived_at, calendars={"office": self.hours})
        )

    def fit(
        self,
        model: Model,
        process_id: str,
        seed: int,
        check: Callable[[], None] | None,
        progress: Callable[[float], None],
    ) -> _Fitted:
        """The scenario with its residual delays, which are found with the arrivals that there were."""
        every = self.arrivals()
        plain = self.scenario(model, process_id, every.distribution)
        found, waiting = self.waiting()
        plain = replace(plain, paces=tuple(kind.share for kind in found))
        arriving = _arriving(plain, self.found)
        delayed = Delays(
            model, process_id, arriving, waiting, found, self.expected, seed, check, progress
        ).fitted()
        scenario = replace(delayed.scenario, arrivals=plain.arrivals)
        return _Fitted(scenario, self.found, delayed.results, self.chosen, every)

    def arrivals(self) -> Chosen:
        """The time between two arrivals, in hours in which cases arrive."""
        moments = [trace.arrived_at for trace in self.found]
        calendar = Timing(
            Scenario(start_at=moments[0], calendars={"arrivals": hours_of(moments)})
        ).calendar("arrivals")
        assert calendar is not None
        seconds = [self.timing.seconds(moment) for moment in moments]
        pairs = pairwise(seconds)
        return chosen([calendar.worked(one, other) for one, other in pairs])

    def scenario(self, model: Model, process_id: str, every: Distribution) -> Scenario:
        """Everything but the delays."""
        scope = model.process(process_id).scope
        assumed: set[str] = set()
        tasks: dict[str, TaskPlan] = {}
        persons: dict[str, None] = {}
        for _, node in scope.everything():
            if node.kind not in WORK:
                continue
            items = self.works.get(node.id, [])
            duration, by = self._work(node.id, items), self._skilled(items)
            if len(items) < RARE:
                assumed.add(f"tasks.{node.id}.duration")
            persons |= dict.fromkeys(by)
            tasks[node.id] = TaskPlan(
                by=tuple(Performance(person, duration) for person in by),
                duration=None if by else duration,
            )
        seen = shares(scope, self.found, self.names)
        unseen = {
            node.id: dict.fromkeys(node.outgoing, 1.0)
            for _, node in scope.everything()
            if node.kind in BRANCHING and len(node.outgoing) > 1 and node.id not in seen
        }
        assumed |= {f"gateways.{name}" for name in unseen}
        return Scenario(
            start_at=self.found[0].arrived_at,
            arrivals=Arrivals(every, "arrivals"),
            calendars={
                "office": self.hours,
                "arrivals": hours_of(trace.arrived_at for trace in self.found),
            },
            staff={
                # Who a log only numbers is called P1, P2, …: a long number helps nobody, and no name is needed.
                person: Staff(person, f"P{place}" if person.isdigit() else "", calendar="office")
                for place, person in enumerate(persons, start=1)
            },
            tasks=tasks,
            gateways=seen | unseen,
            assumed=frozenset(assumed),
        )

    def _work(self, element: str, items: Sequence[WorkItem]) -> Distribution:
        if not items:
            return fixed(0.0)
        calendar = self.timing.calendar("office")
        assert calendar is not None
        samples = []
        for item in items:
            start, end = self._seconds(item.started_at), self._seconds(item.ended_at)
            samples.append(calendar.worked(start, end))
        self.chosen[element] = chosen(samples)
        return self.chosen[element].distribution

    def waiting(self) -> tuple[list[CaseKind], dict[str, Waiting]]:
        """The kinds of cases, none where all are of one, and what was waited before each element by each kind."""
        waits: list[dict[str, list[float]]] = [{} for _ in self.found]
        for trace, own in zip(self.found, waits, strict=True):
            for item in trace.items:
                element = self.names.get(item.activity)
                if element is not None:
                    wait = max(0.0, self._seconds(item.started_at) - self._seconds(item.enabled_at))
                    own.setdefault(element, []).append(wait)
        found = kinds(self.cycles, self.expected, [_longest(own) for own in waits])
        if len(found) == 1:
            found = []
        told = {}
        for element in dict.fromkeys(name for own in waits for name in own):
            whole = _gathered(waits, element, range(len(waits)))
            assert whole is not None  # some case waited for it
            # Who never came there took another way; had they come, they would have been as quick as others.
            by_kind = (
                _gathered(waits, element, kind.cases)
                or _gathered(waits, element, _of_band(found, kind.band))
                or whole
                for kind in found
            )
            told[element] = Waiting(whole, tuple(by_kind))
        return found, told

    def _seconds(self, moment: datetime | None) -> float:
        assert moment is not None
        return self.timing.seconds(moment)

    def _skilled(self, items: Sequence[WorkItem]) -> list[str]:
        counts: dict[str, int] = {}
        for item in items:
            if item.resource:
                counts[item.resource] = counts.get(item.resource, 0) + 1
        return [one for one, count in counts.items() if count >= SKILLED * len(items)]


def _longest(waits: Mapping[str, Sequence[float]]) -> str:
    """The element before which most was waited; none where nothing was."""
    most = max(waits, key=lambda name: sum(waits[name]), default="")
    return most if most and sum(waits[most]) > 0 else ""


def _of_band(found: Sequence[CaseKind], band: int) -> list[int]:
    return [place for kind in found if kind.band == band for place in kind.cases]


def _gathered(
    waits: Sequence[Mapping[str, Sequence[float]]], element: str, cases: Iterable[int]
) -> Distribution | None:
    found = sorted(wait for place in cases for wait in waits[place].get(element, ()))
    return empirical(found) if found else None
