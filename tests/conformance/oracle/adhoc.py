"""Ad-hoc sub-processes (§13.3.5): a person says which of the activities is done next, and when it is enough."""

from typing import TYPE_CHECKING

from engine.bpmn.model import Kind, Node
from tests.conformance.oracle.places import Round, Run

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine


def offer(machine: "Machine", round_: Round) -> None:
    """Let a person choose among the activities that nothing leads to."""
    run, node = round_.inner, round_.work.node
    assert run is not None
    if round_.watch is not None:
        return
    if not any(_can_be_picked(inner) for inner in run.drawing.nodes.values()):
        _close(machine, round_, run)
        return
    watch = machine.watch("decision", node.id, round_.work.run, lambda payload: None, round_.work)
    options = [inner.id for inner in run.drawing.nodes.values() if _can_be_picked(inner)]
    watch.options = (*options, *(() if node.completion else ("done",)))
    watch.frame = round_.frame
    watch.is_multiple = node.is_parallel_ad_hoc
    round_.watch = watch
    round_.place = watch.place = round_.place or watch.id

    def chosen(names: list[str]) -> None:
        if "done" in names:
            _close(machine, round_, run)
            return
        if not node.is_parallel_ad_hoc:
            machine.watches.pop(watch.id, None)
            round_.watch = None
        for name in names:
            machine.place(run, run.drawing.nodes[name])

    watch.choose = chosen


def _can_be_picked(node: Node) -> bool:
    return (
        not node.incoming
        and node.kind != Kind.BOUNDARY_EVENT
        and not node.is_triggered_by_event
        and not node.is_for_compensation
    )


def _close(machine: "Machine", round_: Round, run: Run) -> None:
    run.is_closing = True
    if round_.watch is not None:
        machine.watches.pop(round_.watch.id, None)
    if round_.work.node.cancels_remaining:
        machine.finish(run)
    else:
        machine.check(run)


def ended(machine: "Machine") -> bool:
    """End those whose completion condition holds after something inside was done."""
    for run in machine.runs():
        if not run.is_to_check:
            continue
        run.is_to_check = False
        assert run.round is not None
        completion = run.round.work.node.completion
        if completion is not None and machine.holds(run, completion.text):
            _close(machine, run.round, run)
            return True
    return False


def offered_again(machine: "Machine") -> bool:
    """Where nothing works and tokens stand at joins for good, what is picked next may bring the others."""
    for run in machine.runs():
        if not run.is_ad_hoc or run.is_closing or run.moving or run.works:
            continue
        assert run.round is not None
        if run.round.watch is None:
            offer(machine, run.round)
            return True
    return False
