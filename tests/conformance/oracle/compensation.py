"""Compensation and cancelled transactions (§13.5.5, §13.3.4): what was done is undone, the last first."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.bpmn.model import EventDefinition, EventKind, Kind, Node
from tests.conformance.oracle import activities, happenings
from tests.conformance.oracle.places import Done, Frame, Round, Run, Unsupported, Work

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine


def compensate(machine: "Machine", run: Run, node: Node, event: EventDefinition) -> None:
    """What is completed is undone in reverse order; the throwing event waits for it, unless it says otherwise.

    It sees what was done in its own scope and, in an event sub-process, in the scope around that.
    """
    sources = [run]
    while (round_ := sources[0].round) is not None and round_.work.node.is_triggered_by_event:
        sources.insert(0, round_.work.run)
    entries = []
    for source in sources:
        taken = [e for e in source.done if event.reference is None or event.reference in e.names]
        source.done[:] = [e for e in source.done if e not in taken]
        entries += [replace(e, home=source) for e in taken]

    def over() -> None:
        if event.waits and any(other.kind == EventKind.TERMINATE for other in node.events):
            machine.finish(run)
        elif event.waits:
            machine.leave(run, node)
            machine.check(run)

    if entries or event.waits:
        _undo(machine, run, node, entries, over, event.waits)


def _undo(
    machine: "Machine",
    run: Run,
    node: Node,
    entries: list[Done],
    over: Callable[[], None],
    waits: bool = True,
) -> None:
    waiting = Work(run, node, goes_on=waits, left=entries)
    run.works.append(waiting)

    def following() -> None:
        if waiting.is_over:
            return
        if entries:
            _begin_handler(machine, run, entries.pop(), waiting, following)
            return
        machine.remove(waiting)
        over()
        machine.check(run)

    following()


def give_back(work: Work) -> None:
    """What undoes is taken away: what it has not begun is still done (Figure 13.2: Completed, not Compensated)."""
    homes: list[Run] = []
    for done in _left(work):
        if done.home is not None and done.home not in homes:
            homes.append(done.home)
            back = [replace(d, home=None) for d in _left(work) if d.home is done.home]
            done.home.done[:0] = back


def _left(work: Work) -> list[Done]:
    """What is not begun, and the rest of a called process that is being undone."""
    found = list(work.left)
    for call in work.undoing:
        if call.undoes is None or call.is_over:
            continue
        again = call.rounds[0].inner
        assert again is not None
        rest = [done for other in again.works for done in _left(other)]
        if rest:
            found.append(replace(call.undoes, seen=dict(again.frame.values), inside=rest))
    return found


def _begin_handler(
    machine: "Machine", run: Run, done: Done, asked_by: Work, then: Callable[[], None]
) -> None:
    past = Frame(dict(done.seen), run.frame, is_past=True)

    if done.called is not None:
        _undo_called(machine, run, done, done.called, asked_by, then)
        return

    def begin() -> None:
        if asked_by.is_over:
            return
        if done.handler.is_triggered_by_event:
            _perform_inside(machine, run, done, past, asked_by, then)
        else:
            activities.begin(machine, run, done.handler, {}, past, then, asked_by)

    machine.later(run, begin)


def _perform_inside(
    machine: "Machine",
    run: Run,
    done: Done,
    past: Frame,
    asked_by: Work,
    then: Callable[[], None],
) -> None:
    """An event sub-process that undoes what is around it; it can undo what was done there."""
    work = Work(run, done.handler, past=past, then=then, asked_by=asked_by)
    asked_by.undoing.append(work)
    run.works.append(work)
    round_ = Round(work, 1, past)
    work.rounds.append(round_)
    drawing = machine.diagram.insides[done.handler.id]
    round_.inner = Run(drawing, past, round_, run.process_id, run.depth + 1, done=done.inside)
    starts = [n for n in drawing.nodes.values() if n.kind == Kind.START_EVENT]
    machine.begin(round_.inner, starts)


def _undo_called(
    machine: "Machine",
    run: Run,
    done: Done,
    was: Run,
    asked_by: Work,
    then: Callable[[], None],
) -> None:
    """The called process, as it ended, is open again while what was done there is undone.

    Of what the handlers change there, the caller gets what it would have got of the process.
    """
    node = done.handler
    work = Work(run, node, then=then, is_opened_again=True, asked_by=asked_by, undoes=done)
    asked_by.undoing.append(work)
    run.works.append(work)
    round_ = Round(work, 1, run.frame)
    work.rounds.append(round_)
    values = dict(done.seen)
    again = Run(was.drawing, Frame(values), round_, was.process_id, run.depth + 1, interrupted=True)
    round_.inner = again

    def over() -> None:
        again.is_over = True
        is_all = node.extension.is_all_out or not node.extension.outputs
        given = (
            {n: v for n, v in values.items() if n not in done.seen or done.seen[n] != v}
            if is_all
            else {}
        )
        for mapping in node.extension.outputs:
            now = machine.value(again.frame, mapping.source.text)
            if now != machine.value(Frame(done.seen), mapping.source.text):
                given[mapping.target] = now
        run.frame.put(given)
        machine.remove(work)
        then()

    _undo(machine, again, node, list(done.inside), over)


def cancel(machine: "Machine", run: Run, node: Node) -> None:
    """A transaction is given up: what it did is undone, then its cancel boundary goes on (§13.3.4)."""
    if run.round is None:
        raise Unsupported("a cancel outside of a transaction")
    host = run.round.work
    boundaries = host.run.drawing.boundaries.get(host.node.id, [])
    boundary = happenings.catcher(machine, boundaries, EventKind.CANCEL, None)
    if boundary is None:
        raise Unsupported("a cancel without boundary")
    machine.clear(run)
    entries = [replace(done, home=run) for done in run.done]
    run.done.clear()
    _undo(machine, run, node, entries, lambda: happenings.fire_boundary(machine, host, boundary))
