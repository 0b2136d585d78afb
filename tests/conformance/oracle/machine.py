"""Moves tokens by BPMN 2.0.2, chapter 13."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

from engine import feel
from engine.bpmn.model import Flow, Kind, Model, Node
from tests.conformance.oracle import (
    activities,
    adhoc,
    compensation,
    complex_gateway,
    happenings,
    inclusive_join,
)
from tests.conformance.oracle.graph import ACTIVITIES, Diagram, Drawing
from tests.conformance.oracle.places import Frame, Round, Run, Unsupported, Watch, Work

GATEWAYS = (
    Kind.EXCLUSIVE_GATEWAY,
    Kind.INCLUSIVE_GATEWAY,
    Kind.PARALLEL_GATEWAY,
    Kind.COMPLEX_GATEWAY,
)
MAX_STEPS = 3000
MERGES_IN_A_ROW = 4


class TooManySteps(Exception):
    """Tokens multiply or run in a circle without end."""


class Machine:
    """The tokens of one case. Time comes only from `at`."""

    def __init__(
        self,
        model: Model,
        process_id: str,
        variables: dict[str, Any],
        most_steps: int = MAX_STEPS,
    ) -> None:
        self.most_steps = most_steps  # by themselves, after one command; so many tokens by a sixth
        self.diagram = Diagram(model)
        self.status = "running"
        self.watches: dict[int, Watch] = {}
        self.queue: deque[tuple[Run, int, Callable[[], None]]] = deque()
        self.numbers = 0
        self.steps = 0
        self.sent: list[str] = []  # names of messages
        self.at: datetime
        self.zone: tzinfo = UTC  # whose days timers count
        drawing = self.diagram.drawings[process_id]
        self.root = Run(drawing, Frame(dict(variables)), None, process_id)

    # -- tokens

    def begin(self, run: Run, nodes: list[Node]) -> None:
        """Start what is inside a process or sub-process; its event handlers listen from here on."""
        happenings.arm_handlers(self, run)
        for node in nodes:
            self.place(run, node)
        self.check(run)

    def place(self, run: Run, node: Node, flow: str | None = None, **picks: list[str]) -> None:
        """Put a token on its way to a node."""
        self.later(run, lambda: self.enter(run, node, flow, picks))

    def later(self, run: Run, step: Callable[[], None]) -> None:
        """Something that happens by itself, after all that is to happen before."""
        run.moving += 1
        self.queue.append((run, run.epoch, step))

    def pass_on(
        self, run: Run, flows: list[Flow], picks: dict[str, list[str]] | None = None
    ) -> None:
        """One token on each of these flows.

        The order of steps is open in the standard; our engine promises first in, first out, where passing
        an exclusive gateway with one way on is no step (up to four in a row).
        """
        for flow in flows:
            target = run.drawing.nodes[flow.target]
            for _ in range(MERGES_IN_A_ROW):
                if target.kind != Kind.EXCLUSIVE_GATEWAY or len(target.outgoing) != 1:
                    break
                following = run.drawing.flows[target.outgoing[0]]
                if following.condition is not None:
                    break
                flow, target = following, run.drawing.nodes[following.target]
            chosen = (picks or {}).get(target.id)
            self.place(run, target, flow.id, **({target.id: chosen} if chosen else {}))

    def leave(self, run: Run, node: Node, picks: dict[str, list[str]] | None = None) -> None:
        """A token leaves an activity or event over all its flows that have no condition or one that holds (§13.3.1)."""
        flows = run.drawing.out(node)
        taken = [
            flow
            for flow in flows
            if flow.id != node.default
            and (flow.condition is None or self.holds(run, flow.condition.text))
        ]
        taken = self.with_default(run, node, taken)
        if not taken and flows:
            self.ask(run, node, flows, is_multiple=True, picks=picks)
            return
        self.pass_on(run, taken, picks)

    def settle(self) -> None:
        """Move everything that can move by itself; inclusive joins last, for they depend on all others."""
        self.steps = 0
        while self.status == "running":
            if self.queue:
                self._move()
            elif not (
                inclusive_join.fire(self)
                or happenings.look_at_conditions(self)
                or adhoc.ended(self)
                or adhoc.offered_again(self)
            ):
                return

    def _move(self) -> None:
        self.steps += 1
        if self.steps > self.most_steps or len(self.queue) > self.most_steps // 6:
            raise TooManySteps
        run, epoch, step = self.queue.popleft()
        if self.is_gone(run, epoch):
            return
        step()
        if not self.is_gone(run, epoch):
            run.moving -= 1
            self.check(run)

    def is_gone(self, run: Run, epoch: int) -> bool:
        """A token that was in hand has been taken away meanwhile."""
        return run.is_over or run.epoch != epoch

    def enter(self, run: Run, node: Node, flow: str | None, picks: dict[str, list[str]]) -> None:
        """A token arrives."""
        if node.kind in ACTIVITIES:
            activities.begin(self, run, node, picks)
        elif node.kind in GATEWAYS:
            self._gateway(run, node, flow, picks)
        elif node.kind == Kind.EVENT_BASED_GATEWAY:
            happenings.race(self, run, node)
        elif node.kind == Kind.INTERMEDIATE_CATCH_EVENT:
            happenings.catch(self, run, node)
        elif node.kind in (Kind.INTERMEDIATE_THROW_EVENT, Kind.END_EVENT):
            happenings.throw_all(self, run, node)
        elif node.kind == Kind.START_EVENT:
            self.leave(run, node)
        else:
            raise Unsupported(node.kind)

    def _gateway(self, run: Run, node: Node, flow: str | None, picks: dict[str, list[str]]) -> None:
        if node.kind == Kind.EXCLUSIVE_GATEWAY or len(node.incoming) < 2 or flow is None:
            self.split(run, node, picks)
            return
        run.standing[flow] += 1
        if node.kind == Kind.PARALLEL_GATEWAY and all(run.standing[f] for f in node.incoming):
            self.consume(run, node)
        if node.kind == Kind.COMPLEX_GATEWAY:
            complex_gateway.arrived(self, run, node)

    def consume(self, run: Run, node: Node) -> None:
        """A join takes one token from each incoming flow that has one (Tables 13.1 and 13.4)."""
        self.take(run, list(node.incoming))
        self.split(run, node, {})
        self.check(run)

    def take(self, run: Run, flows: list[str]) -> None:
        """One token from each of these flows that has one."""
        for flow in flows:
            if run.standing[flow]:
                run.standing[flow] -= 1
                if not run.standing[flow]:
                    del run.standing[flow]

    def split(self, run: Run, node: Node, picks: dict[str, list[str]], **more: Any) -> None:
        """Tables 13.1 (parallel), 13.2 (exclusive), 13.4 (inclusive); `more`: what conditions read besides."""
        flows = run.drawing.out(node)
        if node.kind == Kind.PARALLEL_GATEWAY or (len(flows) < 2 and not _is_ruled(flows)):
            self.pass_on(run, flows)
            return
        is_multiple = node.kind != Kind.EXCLUSIVE_GATEWAY
        if node.id in picks:
            self.pass_on(run, [flow for flow in flows if flow.id in picks[node.id]])
            return
        ruled = [f for f in flows if f.condition is not None and f.id != node.default]
        if node.extension.is_decided_by_person or not ruled:
            self.ask(run, node, flows, is_multiple=is_multiple)
            return
        # without a condition: always, where several may be taken
        taken = [
            flow
            for flow in flows
            if flow.id != node.default
            and (self.holds(run, flow.condition.text, **more) if flow.condition else is_multiple)
        ]
        taken = self.with_default(run, node, taken)
        if not taken:
            # the standard: an exception; our engine promises that a person decides
            self.ask(run, node, flows, is_multiple=is_multiple)
            return
        self.pass_on(run, taken if is_multiple else taken[:1])

    def with_default(self, run: Run, node: Node, taken: list[Flow]) -> list[Flow]:
        """The default flow is taken when no condition holds (§8.4.13)."""
        if node.default is None or any(flow.condition is not None for flow in taken):
            return taken
        return [*taken, run.drawing.flows[node.default]]

    def ask(
        self,
        run: Run,
        node: Node,
        flows: list[Flow],
        *,
        is_multiple: bool,
        picks: dict[str, list[str]] | None = None,
    ) -> None:
        """A person decides; the token waits in the node."""
        work = Work(run, node)
        run.works.append(work)

        def chosen(options: list[str]) -> None:
            self.remove(work)
            self.pass_on(run, [flow for flow in flows if flow.id in options], picks)
            self.check(run)

        watch = self.watch("decision", node.id, run, lambda payload: None, work)
        watch.options = tuple(flow.id for flow in flows)
        watch.is_multiple = is_multiple
        watch.choose = chosen

    # -- scopes

    def runs(self) -> list[Run]:
        """Every process and sub-process that runs, outermost first."""
        found = []
        pending = [] if self.root.is_over else [self.root]
        while pending:
            run = pending.pop(0)
            found.append(run)
            for work in run.works:
                pending += [r.inner for r in work.rounds if r.inner and not r.inner.is_over]
        return found

    def check(self, run: Run) -> None:
        """A scope without any token is complete (§13.3.4)."""
        if run.is_over or run.moving or run.works or run.standing or run.resets:
            return
        if run.is_ad_hoc and not run.is_closing:
            assert run.round is not None
            adhoc.offer(self, run.round)
        else:
            self.finish(run)

    def finish(self, run: Run) -> None:
        """A process or sub-process has ended."""
        self.clear(run)
        run.is_over = True
        if run.round is None:
            self.status = "completed"
        elif run.round.work.node.is_triggered_by_event:
            work = run.round.work
            self.remove(work)
            if work.then is not None:
                work.then()
            self.check(work.run)
        else:
            activities.finish_round(self, run.round)

    def clear(self, run: Run) -> None:
        """Take every token out of a scope; nothing inside listens any more."""
        run.epoch += 1
        run.moving = 0
        run.standing.clear()
        run.resets.clear()
        for watch in run.armed:
            self.watches.pop(watch.id, None)
        run.armed.clear()
        for work in list(run.works):
            self.remove(work)

    def remove(self, work: Work) -> None:
        """A token leaves its node or is taken away, with all inside."""
        if not work.is_over:
            compensation.give_back(work)
            # what finished instances left behind is not lost
            (work.past or work.run.frame).put(work.kept)
        work.is_over = True
        if work in work.run.works:
            work.run.works.remove(work)
        for watch in work.watches:
            self.watches.pop(watch.id, None)
        for other in [*work.undoing]:
            if not other.is_over:
                self.remove(other)
        for round_ in work.rounds:
            self.drop(round_)

    def drop(self, round_: Round) -> None:
        """End one performance of an activity."""
        round_.is_over = True
        if round_.watch is not None:
            self.watches.pop(round_.watch.id, None)
        if round_.inner is not None and not round_.inner.is_over:
            self.clear(round_.inner)
            round_.inner.is_over = True

    # -- looking

    def watch(
        self,
        kind: str,
        element: str,
        run: Run,
        happen: Callable[[dict[str, Any]], None],
        host: Work | None,
    ) -> Watch:
        """Something that may happen from now on."""
        self.numbers += 1
        watch = Watch(self.numbers, kind, element, run, happen, host, frame=run.frame)
        self.watches[watch.id] = watch
        if host is not None:
            host.watches.append(watch)
        return watch

    def holds(self, run: Run, text: str, **more: Any) -> bool:
        """Whether a condition holds; null is no."""
        return self.value(run.frame, text, **more) is True

    def value(self, frame: Frame, text: str, **more: Any) -> Any:
        """The value of an expression."""
        context = {**frame.all(), **more}
        return feel.to_json(feel.evaluate(text.strip().removeprefix("="), context))

    @property
    def is_stuck(self) -> bool:
        """Tokens stand at joins, and no token waits for anything; listeners around them do not count."""
        return (
            self.status == "running"
            and all(watch.is_listener for watch in self.watches.values())
            and any(run.standing for run in self.runs())
        )

    def drawing_of(self, process_id: str) -> Drawing | None:
        """A process of the same file."""
        return self.diagram.drawings.get(process_id)


def _is_ruled(flows: list[Flow]) -> bool:
    return any(flow.condition is not None for flow in flows)
