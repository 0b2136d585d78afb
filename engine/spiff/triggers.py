"""Compiles event definitions: references resolved, timer texts and conditions read."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.bpmn.model import EventDefinition, EventKind, Node, TimerKind
from engine.spiff import timers
from engine.spiff.messages import message_name, message_targets
from engine.spiff.rules import Rule
from engine.spiff.trigger import WAITING_KINDS, Trigger

if TYPE_CHECKING:
    from engine.spiff.compiling import _Compiler

# to see whether a timer's text is a literal
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def trigger_of(compiler: "_Compiler", definition: EventDefinition, node: Node) -> Trigger:
    """The compiled definition; obstacles go to the compiler."""
    kind = definition.kind
    root = compiler.model.roots.get(definition.reference or "")
    name = (root and (root.name or root.id)) or definition.reference or node.name or node.id
    code = None
    if kind in (EventKind.ERROR, EventKind.ESCALATION) and definition.reference:
        code = (root and (root.code or root.name)) or definition.reference
    if kind == EventKind.TIMER:
        return _timer(compiler, definition, node)
    rule = None
    if kind == EventKind.CONDITIONAL:
        rule = compiler.rule(definition.expression, node)
        if definition.expression is None:
            compiler.obstacle("a conditional event has no condition", node)
    correlation: list[tuple[str, Rule]] = []
    targets: tuple[str, ...] = ()
    if kind == EventKind.MESSAGE:
        name = message_name(compiler.model, node, definition.reference)
        targets = message_targets(compiler.model, node)
    if kind == EventKind.LINK:
        # both ends of a link agree on its name
        name = definition.reference or node.name or node.id
    if kind == EventKind.MESSAGE:
        for mapping in node.extension.correlation or (root.correlation if root else ()):
            source = compiler.rule(mapping.source, node)
            if source is not None:
                correlation.append((mapping.target, source))
    return Trigger(
        kind,
        name=name,
        code=code,
        reference=definition.reference,
        waits=definition.waits,
        rule=rule,
        correlation=tuple(correlation),
        targets=targets,
    )


def message_of(compiler: "_Compiler", node: Node) -> Trigger:
    """The message of a send or receive task."""
    return trigger_of(compiler, EventDefinition(EventKind.MESSAGE, reference=node.message), node)


def check_waiting(compiler: "_Compiler", node: Node) -> None:
    """What cannot be waited for together: an error is caught when it is thrown, not kept until others have happened."""
    kinds = {event.kind for event in node.events}
    if len(node.events) < 2:
        return
    if EventKind.COMPENSATION in kinds:
        compiler.obstacle("what undoes an activity waits for nothing else", node)
    elif node.is_parallel_multiple and kinds - WAITING_KINDS:
        compiler.obstacle(
            "an event that waits for several things together waits for nothing that is thrown", node
        )


def _timer(compiler: "_Compiler", definition: EventDefinition, node: Node) -> Trigger:
    text = definition.expression.text.strip() if definition.expression else ""
    kind = definition.timer or TimerKind.DURATION
    if not text:
        compiler.obstacle("a timer does not say when", node, definition.line)
        return Trigger(EventKind.TIMER, node.name, timer=kind)
    rule = None
    if timers.schedule(kind, text, SOME_DAY) is None:
        rule = compiler.rule(definition.expression, node)
    return Trigger(EventKind.TIMER, node.name, timer=kind, text=text, rule=rule)
