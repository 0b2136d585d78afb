"""One case of a random model, simulated and walked by the token oracle with the same times and choices."""

import heapq
import random
from bisect import bisect
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from designer.simulation.distributions import fixed
from designer.simulation.replication import replicate
from designer.simulation.sampling import Stream
from designer.simulation.scenario import Arrivals, EventPlan, Scenario, TaskPlan
from engine.bpmn.model import EventDefinition, EventKind, Kind, Model, Node, Scope
from tests.conformance.oracle import Case, TooManySteps, Watch

START = datetime(2026, 1, 5, tzinfo=UTC)
MOST = 3000
WAITED = {EventKind.MESSAGE, EventKind.SIGNAL, EventKind.CONDITIONAL}
WORK = {Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.SERVICE_TASK}


def plain(scope: Scope) -> Scope:
    """The scope with persons who decide instead of rules, and without what depends on data."""
    nodes = {}
    for node in scope.nodes.values():
        loop = node.loop
        if loop is not None:
            loop = replace(loop, completion=None, condition=None, maximum=loop.maximum)
        kind = Kind.TASK if node.kind is Kind.SCRIPT_TASK else node.kind
        nodes[node.id] = replace(
            node,
            kind=kind,
            script=None,
            loop=loop,
            default=None,
            extension=replace(node.extension, is_decided_by_person=True),
            events=tuple(_event(node, event) for event in node.events if _is_kept(node, event)),
            body=plain(node.body) if node.body is not None else None,
        )
    flows = {flow.id: replace(flow, condition=None) for flow in scope.flows.values()}
    return Scope(nodes, flows)


def _is_kept(node: Node, event: EventDefinition) -> bool:
    is_throwing = node.kind in {Kind.END_EVENT, Kind.INTERMEDIATE_THROW_EVENT}
    return not (is_throwing and event.kind in WAITED)


def _event(node: Node, event: EventDefinition) -> EventDefinition:
    return replace(event, kind=EventKind.MESSAGE) if event.kind in WAITED else event


class Story:
    """Times and choices of everything in a model, by seed."""

    def __init__(self, model: Model, seed: int) -> None:
        self.model = replace(
            model,
            processes=tuple(replace(p, scope=plain(p.scope)) for p in model.processes),
        )
        self.seed = seed
        dice = random.Random(seed)
        self.seconds: dict[str, float] = {}
        self.nodes: dict[str, Node] = {}
        self.shares: dict[str, dict[str, float]] = {}
        self.listening: set[str] = set()  # boundary events and handlers that happen
        for process in self.model.processes:
            for _, node in process.scope.everything():
                self.nodes[node.id] = node
                self.seconds[node.id] = float(dice.randrange(60, 90_000))
                is_listener = node.kind in {Kind.BOUNDARY_EVENT, Kind.START_EVENT}
                if is_listener and dice.random() < 0.5:
                    self.listening.add(node.id)
                is_gateway = node.kind in {Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY}
                if is_gateway and len(node.outgoing) > 1:
                    self.shares[node.id] = {f: dice.uniform(0.2, 0.8) for f in node.outgoing}

    def scenario(self) -> Scenario:
        """What the simulator is told."""
        events, tasks = {}, {}
        for node in self.nodes.values():
            plan = EventPlan(fixed(self.seconds[node.id]), 1.0)
            if node.kind in WORK:
                tasks[node.id] = TaskPlan(duration=fixed(self.seconds[node.id]))
            elif any(event.kind in WAITED for event in node.events):
                is_listener = node.kind in {Kind.BOUNDARY_EVENT, Kind.START_EVENT}
                if not is_listener or node.id in self.listening:
                    events[node.id] = plan
            elif node.kind is Kind.RECEIVE_TASK:
                events[node.id] = plan
        return Scenario(
            start_at=START,
            arrivals=Arrivals(at=(0.0,)),
            tasks=tasks,
            events=events,
            gateways=self.shares,
        )

    def simulated(self) -> tuple[Counter[str], float | None]:
        """How often each node was visited, and seconds until the case ended (None: never)."""
        main = self.model.process("main")
        outcome = replicate(self.model, main, self.scenario(), cases=1, seed=self.seed, traced=1)
        visits = Counter({task.element_id: task.count for task in outcome.tasks})
        return visits, outcome.durations[0] if outcome.durations else None

    def walked(self) -> tuple[Counter[str], float | None]:
        """The same by the oracle."""
        machine = Case(self.model, "main", {})
        visits: Counter[str] = Counter()
        choices: Counter[str] = Counter()
        seen: set[int] = set()
        due: list[tuple[datetime, int, Watch]] = []
        now = START
        machine.start(START)
        for _ in range(MOST):
            if machine.status != "running":
                return +visits, (now - START).total_seconds()
            decision = next((w for w in machine.watches.values() if w.kind == "decision"), None)
            if decision is not None:
                machine.decide(decision, self._choice(decision, choices), now)
                continue
            for watch in list(machine.watches.values()):
                if watch.id in seen:
                    continue
                seen.add(watch.id)
                at = self._due(watch, now, visits)
                if at is not None:
                    heapq.heappush(due, (at, watch.id, watch))
            while due and due[0][1] not in machine.watches:
                heapq.heappop(due)
            if not due:
                return +visits, None
            now, _, watch = heapq.heappop(due)
            machine.happen(watch, now)
        raise TooManySteps

    def _due(self, watch: Watch, now: datetime, visits: Counter[str]) -> datetime | None:
        node = self.nodes[watch.element]
        visits[node.id] += node.kind in WORK and watch.kind in ("task", "service")
        if watch.due is not None:
            return watch.due
        if watch.is_listener and node.id not in self.listening:
            return None
        return now + timedelta(seconds=self.seconds[node.id])

    def _choice(self, watch: Watch, choices: Counter[str]) -> list[str]:
        shares = self.shares[watch.element]
        visit = choices[watch.element]
        choices[watch.element] += 1
        if watch.is_multiple:
            taken = [f for f in shares if self._roll(watch, f"way {f}", visit) < shares[f]]
            if taken:
                return taken
        ends = list(accumulate(shares.values()))
        ends = [end / ends[-1] for end in ends[:-1]]
        return [list(shares)[bisect(ends, self._roll(watch, "way", visit))]]

    def _roll(self, watch: Watch, purpose: str, visit: int) -> float:
        stream = Stream(f"{self.seed}/{watch.element}/{purpose}", None)
        return stream.at(0, visit)
