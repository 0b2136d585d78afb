"""Conditional events have a condition in FEEL; others are told by a person."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.by_hand import waits_for_person
from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import EventKind, Expression, Kind, Node


@repair(
    Stage.EVENTS, "BPMN 2.0.2, 10.5.5: a conditional event has a condition that can be evaluated"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A condition that is missing or no FEEL is watched by a person."""
    for _, drawn in drawing.everything():
        for event in drawn.events:
            node = drawing.nodes[drawn.id]
            if event.kind is not EventKind.CONDITIONAL or event not in node.events:
                continue
            values = {"name": shown(node.name, node.id)}
            if _begins_cases(drawing, node):
                waits_for_person(drawing, node, event, "")
                sentence = (
                    "“{name}” begins when a condition holds, but before there is a case there is nothing to look "
                    "at; a person begins it."
                )
                yield Change(node.id, node.line, sentence, values, is_decision=True)
                continue
            text = feel_text(event.expression, drawing) if event.expression is not None else None
            if text is None:
                waits_for_person(drawing, node, event, "Wait until this is the case, then go on.")
                yield Change(
                    node.id,
                    node.line,
                    "“{name}” waits for a condition that cannot be worked out here; a person tells.",
                    values,
                )
            elif event.expression is not None and (
                event.expression.text,
                event.expression.language,
            ) != (text, "feel"):
                expression = Expression(text, "feel", event.expression.line)
                events = tuple(
                    replace(item, expression=expression) if item is event else item
                    for item in node.events
                )
                drawing.change(node, events=events)
                if event.expression.text != text:
                    sentence = "The condition of “{name}” was translated to FEEL."
                    yield Change(node.id, node.line, sentence, values)


def _begins_cases(drawing: Drawing, node: Node) -> bool:
    owner = drawing.nodes.get(drawing.home[node.id])
    return node.kind is Kind.START_EVENT and not (owner is not None and owner.is_triggered_by_event)
