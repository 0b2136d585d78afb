"""Compiles how tokens go on: links, and gateways with who decides them."""

from typing import TYPE_CHECKING

from engine.bpmn.model import EventKind
from engine.spiff.elements.events import BoundarySpec, CatchSpec, EndSpec, StartSpec, ThrowSpec
from engine.spiff.elements.gateways import (
    ComplexSpec,
    EventGatewaySpec,
    ExclusiveSpec,
    InclusiveSpec,
    ParallelSpec,
)
from engine.spiff.elements.node import NodeSpec, ScopeSpec
from engine.spiff.elements.tasks import PersonTaskSpec

if TYPE_CHECKING:
    from engine.spiff.compiling import _Compiler


def compile_link(compiler: "_Compiler", spec: ScopeSpec, element: CatchSpec | ThrowSpec) -> None:
    """Both ends of a link know each other; obstacles go to the compiler."""
    for trigger in element.triggers:
        if trigger.kind != EventKind.LINK:
            continue
        others = [
            other
            for other in spec.nodes
            if isinstance(other, CatchSpec if isinstance(element, ThrowSpec) else ThrowSpec)
            and any(
                definition.kind == EventKind.LINK
                and (definition.reference or other.node.name) == trigger.name
                for definition in other.node.events
            )
        ]
        if isinstance(element, CatchSpec):
            element.thrown_by = tuple(others)
        elif len(others) == 1:
            element.target = others[0]
        else:
            compiler.obstacle(
                "the link “{name}” needs exactly one place to go on",
                element.node,
                name=trigger.name or "",
            )


def compile_gateway(compiler: "_Compiler", element: NodeSpec) -> None:
    """What a gateway asks for, who decides it, and whether a task asks in its place."""
    node = element.node
    has_choice = isinstance(element, (ExclusiveSpec, InclusiveSpec)) and len(element.flows) > 1
    if isinstance(element, ComplexSpec):
        element.activation = compiler.rule(node.completion, node)
    if isinstance(element, (ParallelSpec, EventGatewaySpec)):
        # neither looks at conditions
        element.has_conditions = False
        element.default = None
    elif has_choice and (node.extension.is_decided_by_person or not element.has_conditions):
        element.is_decided_by_person = True
    if isinstance(element, ExclusiveSpec) and not element.has_conditions:
        element.is_merge = len(element.flows) == 1
    if isinstance(element, EventGatewaySpec):
        for flow in element.flows:
            if not getattr(flow.target, "triggers", ()):
                compiler.obstacle(
                    "an event-based gateway leads to something that waits for no event",
                    flow.target.node,
                )
    if isinstance(element, (EndSpec, BoundarySpec, StartSpec)):
        return
    if element.is_decided_by_person and (len(element.incoming) == 1 or element.is_exclusive):
        for flow in element.incoming:
            task = flow.source
            if (
                type(task) is PersonTaskSpec
                and len(task.flows) == 1
                and task.rounds is None
                and task.node.loop is None
            ):
                task.decides = element
