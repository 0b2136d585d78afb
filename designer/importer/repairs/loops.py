"""Loops and multi-instance markers say how often, in FEEL, or a person says it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Expression, Extension, FormField, Kind, Loop, Node
from engine.routing.said import bare

_BARE = re.compile(r"\s*[\w.]+\s*")


@repair(
    Stage.EVENTS, "BPMN 2.0.2, 10.3.8: the number of instances is an expression or a collection"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Expressions become FEEL; a number that is not said is asked before the activity starts."""
    for scope, node in drawing.everything():
        if node.loop is None:
            continue
        values = {"name": shown(node.name, node.id)}
        loop = _translated(drawing, node.loop)
        if loop != node.loop:
            lost, read = _changes(node.loop, loop)
            node = drawing.change(node, loop=loop)
            for text, feel in read:
                sentence = "How often “{name}” is done: “{text}” reads “{feel}” in FEEL."
                yield Change(node.id, node.line, sentence, values | {"text": text, "feel": feel})
            for text in lost:
                sentence = "How often “{name}” is done: “{text}” cannot be worked out here and was left out."
                yield Change(
                    node.id, node.line, sentence, values | {"text": text}, is_decision=True
                )
        if loop.tells:
            loop = replace(loop, tells=False)
            node = drawing.change(node, loop=loop)
            sentence = (
                "“{name}” is to throw an event when its instances are done; that is not done here. "
                "Draw the event behind it, or inside a sub-process that is done several times."
            )
            yield Change(node.id, node.line, sentence, values, is_decision=True)
        if loop.is_multi_instance and loop.cardinality is None and loop.collection is None:
            yield _ask(drawing, scope, node, loop)


def _translated(drawing: Drawing, loop: Loop) -> Loop:
    def feel(said: Expression | None) -> Expression | None:
        if said is None:
            return None
        if _BARE.fullmatch(said.text):  # no prose here: a number, or the variable that has it
            said = replace(said, language="feel")
        text = feel_text(said, drawing)
        return None if text is None else Expression(text, "feel", said.line)

    def name(said: str | None) -> str | None:
        return None if said is None else feel_text(Expression(said, _language(said)), drawing)

    output = name(loop.output_item)
    return replace(
        loop,
        condition=feel(loop.condition),
        cardinality=feel(loop.cardinality),
        completion=feel(loop.completion),
        collection=name(loop.collection),
        output_item=output,
        output_collection=None if output is None else loop.output_collection,
    )


def _changes(before: Loop, after: Loop) -> tuple[list[str], list[tuple[str, str]]]:
    """What of a loop was lost, and what reads otherwise in FEEL, as (before, after)."""
    lost: list[str] = []
    read: list[tuple[str, str]] = []
    for part in ("cardinality", "collection", "condition", "completion", "output_item"):
        one, other = _said(getattr(before, part)), _said(getattr(after, part))
        if one and other is None:
            lost.append(shown(bare(one), one))
        elif one and other and bare(one) != other:
            read.append((shown(bare(one), one), shown(other, other)))
    return lost, read


def _said(part: Expression | str | None) -> str | None:
    return part.text if isinstance(part, Expression) else part


def _language(text: str) -> str | None:
    return None if text.startswith(("${", "#{")) else "feel"


def _ask(drawing: Drawing, scope: str, node: Node, loop: Loop) -> Change:
    values = {"name": shown(node.name, node.id)}
    flows = drawing.incoming(node.id)
    is_waited_for = any(
        drawing.nodes[flow.source].kind is Kind.EVENT_BASED_GATEWAY for flow in flows
    )
    if not flows or is_waited_for:
        drawing.change(node, loop=replace(loop, cardinality=Expression("1", "feel")))
        sentence = "“{name}” is done several times, but the drawing does not say how often; once."
        return Change(node.id, node.line, sentence, values, is_decision=True)
    variable = re.sub(r"\W", "_", f"{node.id}_count")
    question = Node(
        drawing.new_id(f"{node.id}_count"),
        Kind.USER_TASK,
        name=f"{shown(node.name, node.id)}: ×?",
        line=node.line,
        extension=Extension(
            form_fields=(FormField(variable, "×", "long", is_required=True),),
            note="How many times is the next task to be done? The drawing does not say.",
        ),
    )
    drawing.add_node(scope, question)
    drawing.join_lane(question.id, node.id)
    for flow in flows:
        drawing.set_flow(replace(flow, target=question.id))
    drawing.connect(scope, question.id, node.id)
    drawing.change(node, loop=replace(loop, cardinality=Expression(variable, "feel")))
    sentence = (
        "“{name}” is done several times; how often is asked before, as the drawing does not say."
    )
    return Change(node.id, node.line, sentence, values, is_decision=True)
