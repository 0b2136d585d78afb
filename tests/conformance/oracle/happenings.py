"""Events (§13.5): what is waited for, what is thrown, and who catches it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.bpmn.model import EventDefinition, EventKind, Kind, Node, TimerKind
from tests.conformance.oracle import compensation
from tests.conformance.oracle.clock import due_times
from tests.conformance.oracle.graph import interrupts, kinds
from tests.conformance.oracle.places import Frame, Round, Run, Unsupported, Watch, Work

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine

Happen = Callable[[dict[str, Any]], None]
WATCHED = {
    EventKind.TIMER: "timer",
    EventKind.MESSAGE: "message",
    EventKind.SIGNAL: "signal",
    EventKind.CONDITIONAL: "condition",
}
LISTENERS = (Kind.BOUNDARY_EVENT, Kind.START_EVENT)


def listen(
    machine: "Machine",
    run: Run,
    node: Node,
    host: Work | None,
    happen: Happen,
    keep: list[Watch],
    is_lasting: bool = False,
    frame: Frame | None = None,
) -> None:
    """Watch for the triggers of an event; `is_lasting`: it may happen again and again (not interrupting).

    `keep`: the watches of the host, else of the scope. `frame`: what it sees, where that is not the scope's.
    """
    frame = frame or run.frame
    events = [event for event in node.events if event.kind in WATCHED]
    is_all = node.is_parallel_multiple and len(node.events) > 1
    clocks = {id(e): _times(machine, frame, e) for e in events if e.kind == EventKind.TIMER}
    missing: list[EventDefinition] = []
    places: dict[int, int] = {}  # a timer that is set again stays where it was among those alike

    def arm(event: EventDefinition, was: bool = False) -> None:
        due = None
        if event.kind == EventKind.TIMER:
            due = next(clocks[id(event)], None)
            if due is None:
                return
        watch = machine.watch(WATCHED[event.kind], node.id, run, lambda p: happened(watch, p), host)
        watch.event = event
        watch.place = places.setdefault(id(event), watch.id)
        watch.frame = frame
        watch.due = due
        watch.was = was
        watch.is_listener = node.kind in LISTENERS
        if event.kind in (EventKind.MESSAGE, EventKind.SIGNAL):
            watch.name = machine.diagram.name_of(event) or node.name or node.id
        missing.append(event)
        if host is None:
            keep.append(watch)

    def drop(watch: Watch) -> None:
        machine.watches.pop(watch.id, None)
        keep.remove(watch)

    def happened(watch: Watch, payload: dict[str, Any]) -> None:
        event = watch.event
        assert event is not None
        if is_all:
            # §10.5.1: all of them have to happen and, where it does not interrupt, all of them once more
            drop(watch)
            missing.remove(event)
            if missing:
                return
            if is_lasting:
                arm_all_again()
        elif event.kind == EventKind.TIMER:
            drop(watch)
            if is_lasting:
                arm(event)
        happen(payload)

    def arm_all_again() -> None:
        places.clear()
        for event in events:
            arm(event, was=True)
        if len(missing) < len(events):
            # one of them does not come again, so that they never all will
            for watch in [w for w in keep if w.element == node.id]:
                drop(watch)

    for event in events:
        arm(event)


def _times(machine: "Machine", frame: Frame, event: EventDefinition) -> Iterator[datetime]:
    text = event.expression.text.strip() if event.expression else ""
    is_cycle = event.timer == TimerKind.CYCLE
    at = machine.at.astimezone(machine.zone)
    if next(due_times(text, at, is_cycle), None) is None:
        text = str(machine.value(frame, text)) if text else ""
        if next(due_times(text, at, is_cycle), None) is None:
            raise Unsupported("a timer without a time")
    return due_times(text, at, is_cycle)


# -- catching


def catch(machine: "Machine", run: Run, node: Node) -> None:
    """An intermediate event holds the token until it happens (§13.5.2)."""
    if not kinds(node) & set(WATCHED):
        if EventKind.LINK in kinds(node) or not node.events:
            machine.leave(run, node)
            return
        raise Unsupported(f"catching {sorted(kinds(node))}")
    work = Work(run, node)
    run.works.append(work)
    listen(machine, run, node, work, _go_on(machine, work, node), work.watches)


def race(machine: "Machine", run: Run, node: Node) -> None:
    """Table 13.5: the first of the events behind the gateway takes the token, the others are withdrawn."""
    work = Work(run, node)
    run.works.append(work)
    for flow in run.drawing.out(node):
        target = run.drawing.nodes[flow.target]
        if target.kind == Kind.RECEIVE_TASK:
            watch = machine.watch("message", target.id, run, _go_on(machine, work, target), work)
            root = machine.diagram.model.roots.get(target.message or "")
            watch.name = (root.name or root.id) if root else target.message or target.id
        elif kinds(target) & set(WATCHED):
            listen(machine, run, target, work, _go_on(machine, work, target), work.watches)
        else:
            raise Unsupported(f"{target.kind} behind an event gateway")


def _go_on(machine: "Machine", work: Work, node: Node) -> Happen:
    def happened(payload: dict[str, Any]) -> None:
        work.run.frame.put(payload)
        machine.remove(work)
        work.run.is_to_check |= work.run.is_ad_hoc and node.kind == Kind.RECEIVE_TASK
        machine.leave(work.run, node)
        machine.check(work.run)

    return happened


def arm_boundaries(machine: "Machine", work: Work) -> None:
    """The boundary events of an activity listen as long as it is at work (§13.5.3).

    What they see is open; our engine promises: what the activity sees, its input variables too.
    """
    if work.is_over:
        return
    frame = work.rounds[0].frame if work.node.loop is None else work.past
    for boundary in work.run.drawing.boundaries.get(work.node.id, ()):
        happen = _boundary(machine, work, boundary)
        lasting = not interrupts(boundary)
        listen(machine, work.run, boundary, work, happen, work.watches, lasting, frame)


def _boundary(machine: "Machine", work: Work, boundary: Node) -> Happen:
    def happened(payload: dict[str, Any]) -> None:
        fire_boundary(machine, work, boundary, payload)

    return happened


def fire_boundary(
    machine: "Machine", work: Work, boundary: Node, payload: dict[str, Any] | None = None
) -> None:
    """A token leaves the boundary event; where it interrupts, instead of the activity's.

    As with the start of an event sub-process, leaving it is a step: our engine promises first in, first out.
    """
    run = work.run
    run.frame.put(payload or {})
    machine.later(run, lambda: machine.leave(run, boundary))
    if interrupts(boundary):
        machine.remove(work)
    machine.check(run)


def arm_handlers(machine: "Machine", run: Run) -> None:
    """Event sub-processes listen as long as what is around them is at work (§13.5.4)."""
    for node in run.drawing.handlers:
        for start in _starts(run, node):
            happen = _handler(machine, run, node, start)
            listen(machine, run, start, None, happen, run.armed, not interrupts(start))


def _starts(run: Run, node: Node) -> list[Node]:
    inner = run.drawing.bodies[node.id]
    return [n for n in inner.nodes.values() if n.kind == Kind.START_EVENT]


def _handler(machine: "Machine", run: Run, node: Node, start: Node) -> Happen:
    def happened(payload: dict[str, Any]) -> None:
        start_handler(machine, run, node, start)

    return happened


def start_handler(machine: "Machine", run: Run, node: Node, start: Node) -> None:
    """An event sub-process begins; where it interrupts, everything else in the scope ends."""
    if interrupts(start):
        machine.clear(run)
        run.interrupted = True
        if run.is_ad_hoc and run.round is not None:
            # §13.5.4: the scope is over with its handler; nothing more is picked there
            run.is_closing = True
            if run.round.watch is not None:
                machine.watches.pop(run.round.watch.id, None)
    work = Work(run, node)
    run.works.append(work)
    round_ = Round(work, 1, run.frame)
    work.rounds.append(round_)
    round_.inner = Run(
        run.drawing.bodies[node.id], run.frame, round_, run.process_id, run.depth + 1
    )
    machine.begin(round_.inner, [start])


def look_at_conditions(machine: "Machine") -> bool:
    """A conditional event happens when its condition becomes true (§10.5.5); True where one did."""
    for watch in list(machine.watches.values()):
        if watch.kind != "condition" or watch.event is None or watch.event.expression is None:
            continue
        assert watch.frame is not None
        holds = machine.value(watch.frame, watch.event.expression.text) is True
        before, watch.was = watch.was, holds
        if holds and not before:
            watch.happen({})
            return True
    return False


# -- throwing


def throw_all(machine: "Machine", run: Run, node: Node) -> None:
    """A throwing event does all it says; the token goes on, or ends at an end event."""
    epoch = run.epoch
    last = (EventKind.COMPENSATION, EventKind.CANCEL, EventKind.TERMINATE, EventKind.ERROR)
    # §10.5.3: all that it says happens; what terminates takes away what the others would still do
    for event in sorted(node.events, key=lambda e: (e.kind in last, e.kind == EventKind.TERMINATE)):
        if machine.is_gone(run, epoch) or machine.status != "running":
            return
        name = machine.diagram.name_of(event)
        if event.kind == EventKind.SIGNAL:
            signal(machine, name or node.name or node.id)
        elif event.kind == EventKind.ESCALATION:
            throw(machine, run, EventKind.ESCALATION, name)
        elif event.kind == EventKind.ERROR:
            if not throw(machine, run, EventKind.ERROR, name):
                machine.clear(machine.root)
                machine.root.is_over = True
                machine.status = "failed"
            return
        elif event.kind == EventKind.TERMINATE:
            # §13.5.6: everything in the innermost scope ends, the token of the activity around it goes on
            machine.finish(run)
            return
        elif event.kind == EventKind.LINK and node.kind == Kind.INTERMEDIATE_THROW_EVENT:
            for target in run.drawing.link_targets(node):
                machine.place(run, target)
            return
        elif event.kind == EventKind.COMPENSATION:
            compensation.compensate(machine, run, node, event)
            if event.waits:
                return
        elif event.kind == EventKind.CANCEL:
            compensation.cancel(machine, run, node)
            return
        elif event.kind == EventKind.MESSAGE:
            machine.sent.append(name or node.name or node.id)
        else:
            raise Unsupported(f"throwing {event.kind}")
    if not machine.is_gone(run, epoch):
        machine.leave(run, node)


def signal(machine: "Machine", name: str) -> int:
    """Everyone who waits for a signal gets it (§10.5.4); how many it reached before others took them away."""
    reached = [w for w in machine.watches.values() if w.kind == "signal" and w.name == name]
    found = 0
    for watch in reached:
        if watch.id in machine.watches and machine.status == "running":
            found += 1
            watch.happen({})
    return found


def throw(
    machine: "Machine", run: Run, kind: EventKind, code: str | None, host: Work | None = None
) -> bool:
    """The innermost catcher around gets an error or escalation (§10.5.1); False: nobody catches it."""
    while True:
        if host is not None and not host.is_opened_again:
            boundaries = host.run.drawing.boundaries.get(host.node.id, [])
            boundary = catcher(machine, boundaries, kind, code)
            if boundary is not None:
                fire_boundary(machine, host, boundary)
                return True
        if not run.interrupted:
            # who throws is inside the scope whose handlers stand beside it; but nothing catches itself
            thrower = host.node if host is not None else None
            handlers = [n for n in run.drawing.handlers if n is not thrower]
            starts = {s.id: n for n in handlers for s in _starts(run, n)}
            inner = [run.drawing.bodies[n.id].nodes[s] for s, n in starts.items()]
            start = catcher(machine, inner, kind, code)
            if start is not None:
                start_handler(machine, run, starts[start.id], start)
                return True
        if run.round is None:
            return False
        host = run.round.work
        run = host.run


def catcher(
    machine: "Machine", nodes: list[Node], kind: EventKind, code: str | None
) -> Node | None:
    """The event that names the code, else one that catches all."""
    found = None
    for node in nodes:
        for event in node.events:
            if event.kind != kind:
                continue
            name = machine.diagram.name_of(event)
            if name is not None and name == code:
                return node
            if name is None and found is None:
                found = node
    return found
