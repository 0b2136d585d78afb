"""Complex gateways (§13.4.5): they start when their condition holds, then wait for the rest, and start anew."""

from typing import TYPE_CHECKING

from engine.bpmn.model import Kind, Node
from tests.conformance.oracle.places import Run

if TYPE_CHECKING:
    from tests.conformance.oracle.machine import Machine


def is_activated(node: Node) -> bool:
    """Whether it has a condition to start; one without joins like an inclusive gateway."""
    return node.kind == Kind.COMPLEX_GATEWAY and node.completion is not None


def arrived(machine: "Machine", run: Run, node: Node) -> None:
    """A token stands before it: while it waits for its start, the condition is looked at each time."""
    if node.completion is None or node.id in run.resets:
        return
    flows = {flow for flow in node.incoming if run.standing[flow]}
    count = sum(run.standing[flow] for flow in flows)
    if not flows or not machine.holds(
        run, node.completion.text, activationCount=count, waitingForStart=True
    ):
        return
    machine.take(run, list(flows))
    if set(node.incoming) - flows:
        run.resets[node.id] = flows
    machine.split(run, node, {}, waitingForStart=True)


def reset(machine: "Machine", run: Run, node: Node) -> None:
    """No token is expected any more on the flows that did not start it: those that came are taken.

    Flows whose condition asks for this phase get a token; our engine promises that the others get none.
    """
    started = run.resets.pop(node.id)
    machine.take(run, [flow for flow in node.incoming if flow not in started])
    flows = [
        flow
        for flow in run.drawing.out(node)
        if flow.condition is not None
        and "waitingForStart" in flow.condition.text
        and machine.holds(run, flow.condition.text, waitingForStart=False)
    ]
    machine.pass_on(run, flows)
    arrived(machine, run, node)
    machine.check(run)
