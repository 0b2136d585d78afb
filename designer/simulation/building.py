"""From a diagram and a scenario to places that move tokens: built anew for every replication."""

from dataclasses import replace
from typing import Any

from designer.simulation.activities import Activity, Boundary, Handler, Terminator, Thrower
from designer.simulation.batching import Gathering, Parting
from designer.simulation.booking import Task
from designer.simulation.flows import Flows
from designer.simulation.refusals import CannotSimulate, Gap
from designer.simulation.sampling import Stream
from designer.simulation.scenario import BatchKind, Scenario, TaskPlan
from designer.simulation.staffing import Staffing
from designer.simulation.timing import Timing, following_of
from designer.simulation.tokens import EndEvent, Machine, Net, Place
from designer.simulation.waits import Catch, Race, RacingCatch, Wait, by_chance
from engine import feel
from engine.bpmn.model import EventDefinition, EventKind, Kind, Model, Node, Process, Scope
from engine.errors import N_

TASKS = frozenset({
    Kind.TASK, Kind.USER_TASK, Kind.MANUAL_TASK, Kind.SCRIPT_TASK, Kind.SERVICE_TASK,
    Kind.SEND_TASK, Kind.BUSINESS_RULE_TASK,
})  # fmt: skip
MACHINES = frozenset({Kind.SCRIPT_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK, Kind.BUSINESS_RULE_TASK})
INSIDES = frozenset({Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.CALL_ACTIVITY})
MOST_DEEP = 20
WAITED = frozenset({EventKind.TIMER, EventKind.MESSAGE, EventKind.SIGNAL, EventKind.CONDITIONAL})
THROWN = frozenset({EventKind.ERROR, EventKind.ESCALATION})


class Built:
    """A machine ready to run, with what is counted in it."""

    def __init__(self, machine: Machine, root: Net, staffing: Staffing) -> None:
        self.machine = machine
        self.root = root
        self.staffing = staffing
        self.tasks: dict[str, list[Task]] = {}
        self.gatherings: dict[str, list[Gathering]] = {}
        self.places: dict[str, list[Place | Boundary]] = {}


def build(model: Model, process: Process, scenario: Scenario, seed: str) -> Built:
    """Places for one replication. Raises CannotSimulate with everything that is missing."""
    builder = Builder(model, scenario, seed, _is_cutting(model, process, scenario))
    root = builder.net(process.scope, process.id, 0)
    if not root.starts:
        builder.gap(N_("The process has nothing to start with."))
    if builder.gaps:
        raise CannotSimulate(tuple(builder.gaps))
    builder.built.root = root
    for tasks in builder.built.tasks.values():
        for task in tasks:
            task.connected()
    return builder.built


class Builder:
    """Builds one process; collects gaps instead of stopping at the first."""

    def __init__(self, model: Model, scenario: Scenario, seed: str, is_cutting: bool) -> None:
        self.model = model
        self.scenario = scenario
        self.seed = seed
        self.gaps: list[Gap] = []
        self.machine = Machine(is_cutting)
        self.timing = Timing(scenario)
        self.staffing = Staffing(scenario, self.machine, self.timing, seed)
        self.built = Built(self.machine, Net(self.machine, ""), self.staffing)
        self.is_again = False  # inside of what is done several times
        self.circling: set[str] = set()  # nodes from which a way leads back to them
        self.stops = scenario.deadline.stops if scenario.deadline else frozenset()
        self.deciding = scenario.deadline.decided_by if scenario.deadline else frozenset()

    def gap(self, sentence: str, node: Node | None = None, **values: object) -> None:
        """Note what is missing."""
        if node is not None:
            values |= {"name": node.name or node.id, "id": node.id}
        gap = Gap(sentence, values)
        if gap not in self.gaps:
            self.gaps.append(gap)

    def stream(self, element_id: str, purpose: str, distribution: Any = None) -> Stream:
        """Random numbers of an element."""
        return Stream(f"{self.seed}/{element_id}/{purpose}", distribution)

    # -- scopes

    def net(self, scope: Scope, name: str, depth: int) -> Net:
        """A process or sub-process."""
        net = Net(self.machine, name)
        flows = Flows(self, net, scope)
        self.circling |= flows.circling()
        for node in scope.nodes.values():
            if node.is_triggered_by_event or node.is_for_compensation:
                continue
            if node.kind is Kind.BOUNDARY_EVENT:
                continue
            flows.places[node.id] = self._place(flows, node, depth)
        for node in scope.nodes.values():
            if node.is_triggered_by_event:
                self._handler(net, flows, node, depth)
        flows.connect()
        net.starts = self._starts(scope, flows, is_root=depth == 0)
        return net

    def _starts(self, scope: Scope, flows: Flows, *, is_root: bool) -> list[Place]:
        nodes = [node for node in scope.nodes.values() if node.id in flows.places]
        starts = [node for node in nodes if node.kind is Kind.START_EVENT]
        if is_root and self.scenario.start_event:
            found = [node for node in starts if node.id == self.scenario.start_event]
            if not found:
                sentence = N_("The scenario begins with “{id}”, which is no start event.")
                self.gap(sentence, id=self.scenario.start_event)
            return [flows.places[node.id] for node in found]
        plain = [node for node in starts if not node.events] or starts
        beginnings = plain[:1] or [
            node
            for node in nodes
            if not node.incoming
            and not (node.kind is Kind.INTERMEDIATE_CATCH_EVENT and _kinds(node) & {EventKind.LINK})
        ]
        return [flows.entry(node) for node in beginnings]

    # -- nodes

    def _place(self, flows: Flows, node: Node, depth: int) -> Place:
        place = self._made(flows, node, depth)
        self.built.places.setdefault(node.id, []).append(place)
        return place

    def _made(self, flows: Flows, node: Node, depth: int) -> Place:
        kind = node.kind
        if kind in TASKS or kind in INSIDES or kind is Kind.RECEIVE_TASK:
            if flows.is_behind_race(node):
                return RacingCatch(node.id, self._wait(node), is_stopping=node.id in self.stops)
            return self._activity(flows, node, depth)
        if kind in {Kind.EXCLUSIVE_GATEWAY, Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY}:
            return flows.gateway(node)
        if kind is Kind.EVENT_BASED_GATEWAY:
            return Race(node.id)
        if kind is Kind.INTERMEDIATE_CATCH_EVENT:
            if not _kinds(node) & WAITED:
                return Place(node.id)
            form = RacingCatch if flows.is_behind_race(node) else Catch
            return form(node.id, self._wait(node), is_stopping=node.id in self.stops)
        if kind in {Kind.INTERMEDIATE_THROW_EVENT, Kind.END_EVENT}:
            return self._throwing(flows, node)
        if kind is Kind.START_EVENT:
            return Place(node.id)
        self.gap(N_("“{name}” is of a kind that cannot be simulated ({kind})."), node, kind=kind)
        return Place(node.id)

    def _throwing(self, flows: Flows, node: Node) -> Place:
        for event in node.events:
            if event.kind is EventKind.TERMINATE:
                return Terminator(node.id)
            if event.kind in THROWN:
                return Thrower(node.id, str(event.kind), self._code(event))
            if event.kind in {EventKind.CANCEL, EventKind.COMPENSATION}:
                self.gap(
                    N_(
                        "“{name}” undoes what was done: cancelling and compensation are not simulated."
                    ),
                    node,
                )
        return EndEvent(node.id) if node.kind is Kind.END_EVENT else Place(node.id)

    def _code(self, event: EventDefinition) -> str | None:
        root = self.model.roots.get(event.reference or "")
        return (root.code or root.name or root.id) if root is not None else event.reference

    def _wait(self, node: Node) -> Wait:
        """When the event happens: as the scenario says, else as the drawing does."""
        plan = self.scenario.events.get(node.id)
        if plan is not None:
            after = self.stream(node.id, "after", plan.after) if plan.after is not None else None
            return by_chance(after, plan.probability, self.stream(node.id, "luck"))
        wait = self.timing.wait(node)
        if wait is None:
            self.gap(N_("Say when “{name}” happens (events, {id})."), node)
            return lambda case, visit, at: 0.0
        return wait

    # -- activities

    def _activity(self, flows: Flows, node: Node, depth: int) -> Place:
        borders = [b for b in flows.borders(node) if _kinds(b) & (WAITED | THROWN)]
        called = self._called(node)
        if node.body is None and called is None and node.loop is None and not borders:
            return self._task(node)
        if depth > MOST_DEEP:
            self.gap(N_("“{name}” calls itself without end."), node)
            return Place(node.id)
        was_again = self.is_again
        is_called_often = called is not None  # perhaps from several places
        self.is_again = was_again or node.loop is not None or is_called_often
        self.is_again |= node.id in self.circling
        if node.body is not None:
            body = self.net(node.body, node.id, depth + 1)
        elif called is not None:
            body = self.net(called.scope, node.id, depth + 1)
        else:
            body = Net(self.machine, node.id)
            body.starts = [self._task(node)]
        self.is_again = was_again
        activity = Activity(node.id, self.machine, body)
        self._rounds(activity, node)
        for border in borders:
            self._boundary(flows, activity, border)
        return activity

    def _called(self, node: Node) -> Process | None:
        if node.kind is not Kind.CALL_ACTIVITY:
            return None
        found = [p for p in self.model.processes if p.id == node.called_element]
        return found[0] if found else None

    def _task(self, node: Node) -> Place:
        if node.kind is Kind.RECEIVE_TASK:
            return Catch(node.id, self._wait(node), is_stopping=node.id in self.stops)
        plan = self.scenario.tasks.get(node.id)
        if plan is None:
            if node.kind not in MACHINES:
                self.gap(N_("Say who does “{name}” and how long it takes (tasks, {id})."), node)
            plan = TaskPlan()
        if plan.batch is not None and plan.batch.factor != 1.0:
            plan = _scaled(plan, plan.batch.factor)
        task = self.staffing.task(node, plan, self.gap)
        task.is_repeated = self.is_again or node.id in self.circling
        task.is_stopping = node.id in self.stops
        self.built.tasks.setdefault(node.id, []).append(task)
        return task if plan.batch is None else self._gathered(node, plan, task)

    def _gathered(self, node: Node, plan: TaskPlan, task: Task) -> Place:
        assert plan.batch is not None
        gathering = Gathering(node.id, self.machine, plan.batch, task)
        self.built.gatherings.setdefault(node.id, []).append(gathering)
        if plan.batch.kind is BatchKind.TOGETHER:
            if self.machine.is_cutting:
                self.gap(
                    N_(
                        "Cases cannot be worked on together at “{name}”: its work may be cut short."
                    ),
                    node,
                )
            gathering.last = task.onward = Parting(gathering)
        return gathering

    def _rounds(self, activity: Activity, node: Node) -> None:
        loop = node.loop
        if loop is None:
            return
        if loop.is_multi_instance:
            activity.is_sequential = loop.is_sequential
            said = self.scenario.instances.get(node.id)
            if said is not None:
                activity.instances = self.stream(node.id, "instances", said)
                return
            number = _number_of(loop.cardinality.text if loop.cardinality else loop.collection)
            if number is None or loop.completion is not None:
                self.gap(N_("Say how many times “{name}” is done (instances, {id})."), node)
            activity.instances = number or 0
            return
        activity.maximum = loop.maximum
        activity.is_tested_before = loop.test_before
        again = self.scenario.again.get(node.id)
        if again is None and loop.condition is None and loop.maximum is not None:
            again = 1.0
        if again is None:
            self.gap(N_("Say how often “{name}” is done once more (again, {id})."), node)
            again = 0.0
        activity.again = again
        activity.again_stream = self.stream(node.id, "again")

    def _boundary(self, flows: Flows, activity: Activity, node: Node) -> None:
        kinds = _kinds(node)
        codes = self._codes(node)
        plan = self.scenario.events.get(node.id)
        wait: Wait | None = None
        is_thrown = EventKind.ERROR in kinds
        if kinds & WAITED and (plan is not None or EventKind.TIMER in kinds):
            wait = self._wait(node)
        boundary = Boundary(
            activity,
            wait,
            is_interrupting=node.is_interrupting or is_thrown,
            codes=codes,
            following=None if plan is not None else following_of(node, self.timing),
        )
        if is_thrown and plan is not None:
            activity.failing = plan.probability
            activity.failing_luck = self.stream(node.id, "luck")
        activity.boundaries.append(boundary)
        flows.boundaries[node.id] = boundary
        self.built.places.setdefault(node.id, []).append(boundary)

    def _codes(self, node: Node) -> frozenset[str | None]:
        return frozenset(
            f"{event.kind}:{self._code(event) or ''}"
            for event in node.events
            if event.kind in THROWN
        )

    def _handler(self, net: Net, flows: Flows, node: Node, depth: int) -> None:
        assert node.body is not None
        start = next((n for n in node.body.nodes.values() if n.kind is Kind.START_EVENT), None)
        if start is None:
            return
        plan = self.scenario.events.get(start.id)
        kinds = _kinds(start)
        wait: Wait | None = None
        if kinds & WAITED and (plan is not None or EventKind.TIMER in kinds):
            wait = self._wait(start)
        was_again, self.is_again = self.is_again, True
        activity = Activity(node.id, self.machine, self.net(node.body, node.id, depth + 1))
        self.is_again = was_again
        self.built.places.setdefault(node.id, []).append(activity)
        net.on_begin.append(
            Handler(
                activity,
                wait,
                is_interrupting=start.is_interrupting or EventKind.ERROR in kinds,
                codes=self._codes(start),
                following=None if plan is not None else following_of(start, self.timing),
            )
        )


def _kinds(node: Node) -> set[EventKind]:
    return {event.kind for event in node.events}


def _number_of(text: str | None) -> int | None:
    """How many instances a text names without any data: a number, or a list of values."""
    if not text:
        return None
    try:
        value = feel.to_json(feel.evaluate(text.strip().removeprefix("="), {}))
    except feel.FeelSyntaxError:
        return None
    if isinstance(value, list):
        return len(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _scaled(plan: TaskPlan, factor: float) -> TaskPlan:
    return replace(
        plan,
        by=tuple(replace(one, duration=one.duration.scaled(factor)) for one in plan.by),
        duration=plan.duration.scaled(factor) if plan.duration is not None else None,
    )


def _is_cutting(model: Model, process: Process, scenario: Scenario) -> bool:
    """Whether work may be cut short, or some cases are more urgent: then staff is by queue."""
    if scenario.priorities or any(plan.priority for plan in scenario.tasks.values()):
        return True
    is_parallel = is_ending = False
    scopes = [p.scope for p in model.processes]
    for scope in scopes:
        for _, node in scope.everything():
            kinds = _kinds(node)
            is_listener = node.kind is Kind.BOUNDARY_EVENT or node.kind is Kind.START_EVENT
            if is_listener and kinds & WAITED and node.attached_to is not None:
                if node.is_interrupting and _may_happen(node, scenario):
                    return True
                is_parallel |= not node.is_interrupting
            if node.is_triggered_by_event:
                return True
            is_parallel |= node.loop is not None and not node.loop.is_sequential
            choosing = node.kind in {Kind.EXCLUSIVE_GATEWAY, Kind.EVENT_BASED_GATEWAY}
            is_parallel |= len(node.outgoing) > 1 and not choosing
            is_parallel |= node.kind is Kind.BOUNDARY_EVENT and not node.is_interrupting
            is_ending |= EventKind.TERMINATE in kinds or EventKind.ERROR in kinds
            is_ending |= EventKind.ESCALATION in kinds
    return is_parallel and is_ending


def _may_happen(node: Node, scenario: Scenario) -> bool:
    plan = scenario.events.get(node.id)
    if plan is not None:
        return plan.probability > 0
    return any(event.kind is EventKind.TIMER for event in node.events)
