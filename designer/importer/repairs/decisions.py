"""Where rules are missing or cannot be read, a person decides."""

import re
from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Expression, Flow, Kind, Node

_CHOOSES = frozenset({Kind.EXCLUSIVE_GATEWAY, Kind.INCLUSIVE_GATEWAY, Kind.COMPLEX_GATEWAY})
_CODE = re.compile(r"[${}=<>&|;()\[\]]|==|\breturn\b")


@repair(
    Stage.CHOICES,
    "BPMN 2.0.2, 13.4: a gateway without conditions has no defined way on; a person knows it",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Conditions become FEEL; a gateway with missing or unreadable ones offers its flows as buttons."""
    for _, node in drawing.everything():
        flows = drawing.outgoing(node.id)
        if node.kind not in _CHOOSES or len(flows) < 2 or node.extension.is_decided_by_person:
            continue
        conditions = {flow.id: flow.condition for flow in flows if flow.condition is not None}
        texts = {name: feel_text(said, drawing) for name, said in conditions.items()}
        missing = [flow for flow in flows if flow.id not in conditions and flow.id != node.default]
        values = {"name": shown(node.name, node.id)}
        unread = [flow for flow in flows if flow.id in texts and texts[flow.id] is None]
        if not conditions:
            _ask(drawing, node, flows)
            sentence = "“{name}” has no conditions; a person chooses where to go."
            yield Change(node.id, node.line, sentence, values)
            continue
        if unread:
            said = conditions[unread[0].id]
            values["condition"] = shown(said.text, unread[0].id)
            _ask(drawing, node, flows)
            sentence = (
                "The condition “{condition}” at “{name}” cannot be worked out here; "
                "a person chooses where to go."
            )
            yield Change(node.id, node.line, sentence, values)
            continue
        if missing and node.kind is Kind.EXCLUSIVE_GATEWAY:
            if len(missing) == 1 and node.default is None:
                drawing.change(node, default=missing[0].id)
                values["flow"] = shown(missing[0].name, missing[0].id)
                sentence = (
                    "At “{name}” only “{flow}” has no condition; it is taken when no other is."
                )
                yield Change(node.id, node.line, sentence, values, is_decision=True)
            else:
                _ask(drawing, node, flows)
                sentence = (
                    "Some flows out of “{name}” have no condition; a person chooses where to go."
                )
                yield Change(node.id, node.line, sentence, values)
                continue
        yield from _translate(drawing, node, flows, texts)


def _ask(drawing: Drawing, node: Node, flows: list[Flow]) -> None:
    drawing.change(node, extension=replace(node.extension, is_decided_by_person=True))
    for flow in flows:
        if flow.condition is None:
            continue
        text = " ".join(flow.condition.text.split())
        # Prose (“if complete”) says more on a button than an empty one; code does not.
        name = flow.name or (text if len(text) <= 80 and not _CODE.search(text) else None)
        drawing.set_flow(replace(flow, condition=None, name=name))


def _translate(
    drawing: Drawing, node: Node, flows: list[Flow], texts: dict[str, str | None]
) -> Iterator[Change]:
    for flow in flows:
        text = texts.get(flow.id)
        if flow.condition is None or text is None:
            continue
        if (flow.condition.text, flow.condition.language) == (text, "feel"):
            continue
        drawing.set_flow(replace(flow, condition=Expression(text, "feel", flow.condition.line)))
        if (
            flow.condition.text.strip().removeprefix("=").strip() != text
        ):  # `=` only says that FEEL follows
            yield Change(
                flow.id,
                flow.line,
                "The condition “{condition}” at “{name}” reads “{feel}” in FEEL.",
                {
                    "condition": shown(flow.condition.text, flow.id),
                    "name": shown(node.name, node.id),
                    "feel": shown(text, flow.id),
                },
            )
