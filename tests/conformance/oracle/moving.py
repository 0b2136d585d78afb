"""A token taken elsewhere by hand, as our engine promises it, for the standard says nothing of this.

The nearest scope around the token that holds the place, or a sub-process around it, loses the whole activity that the
token is in. What is opened by hand is done once, whatever loop it has, and only the place in it begins.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.bpmn.model import Kind, Node
from tests.conformance.oracle import activities, adhoc, happenings
from tests.conformance.oracle.graph import Diagram, Drawing
from tests.conformance.oracle.places import Run, Work

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine


def move(machine: "Machine", work: Work, place: str) -> None:
    """Take what this work stands for to the element with this id, which is one that our engine offers."""
    process = machine.diagram.drawings[_asking(work).run.process_id]
    around = _leading(machine.diagram, process, place)
    work = _asking(work)
    while not any(work.run.drawing is drawing for drawing, _ in around):
        assert work.run.round is not None
        work = _asking(work.run.round.work)
    run = work.run
    depth = next(index for index, (drawing, _) in enumerate(around) if drawing is run.drawing)
    inner = run
    for _, owner in around[depth:]:
        if owner is not None:
            inner = _open(machine, inner, owner)
    machine.place(inner, inner.drawing.nodes[place])
    machine.remove(work)
    if (
        work.node.is_triggered_by_event
        and work.then is None
        and run.interrupted
        and not run.is_ad_hoc
    ):
        # as if nothing had interrupted it
        run.interrupted = False
        happenings.arm_handlers(machine, run)
    machine.check(run)


def _asking(work: Work) -> Work:
    """The event that throws, where this undoes something for it; from inside a called process that is undone, too."""
    while True:
        round_: Run | None = work.run
        while (
            round_ is not None
            and round_.round is not None
            and round_.process_id == work.run.process_id
        ):
            if round_.round.work.is_opened_again:
                return _asking(round_.round.work)
            round_ = round_.round.work.run
        if work.asked_by is None:
            return work
        work = work.asked_by


def _leading(diagram: Diagram, drawing: Drawing, place: str) -> list[tuple[Drawing, Node | None]]:
    """From the process inwards: each drawing, and the sub-process in it that leads to the place; empty: none does."""
    if place in drawing.nodes:
        return [(drawing, None)]
    for node in drawing.nodes.values():
        if node.body is not None and (inner := _leading(diagram, diagram.insides[node.id], place)):
            return [(drawing, node), *inner]
    return []


def _open(machine: "Machine", run: Run, owner: Node) -> Run:
    work = Work(run, replace(owner, loop=None))
    run.works.append(work)
    round_ = activities.entered(machine, work, 1)
    assert round_.inner is not None
    happenings.arm_handlers(machine, round_.inner)
    if owner.kind == Kind.AD_HOC_SUB_PROCESS and owner.is_parallel_ad_hoc:
        adhoc.offer(machine, round_)
    happenings.arm_boundaries(machine, work)
    return round_.inner
