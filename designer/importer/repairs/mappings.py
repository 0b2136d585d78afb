"""Variable mappings are in FEEL."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Expression, Mapping


@repair(
    Stage.AUTOMATION, "Nothing but FEEL is evaluated; variables of one case share one name space"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A mapping in another language is translated, or left out when it cannot be."""
    for _, node in drawing.everything():
        before = node.extension
        extension = replace(
            before,
            inputs=_feel(before.inputs, drawing),
            outputs=_feel(before.outputs, drawing),
            correlation=_feel(before.correlation, drawing),
        )
        if extension != before:
            drawing.change(node, extension=extension)
            if _size(extension.inputs, extension.outputs) < _size(before.inputs, before.outputs):
                yield Change(
                    node.id,
                    node.line,
                    "Some values passed to or from “{name}” cannot be worked out here; left out.",
                    {"name": shown(node.name, node.id)},
                )
    for root in list(drawing.roots.values()):
        correlation = _feel(root.correlation, drawing)
        if correlation != root.correlation:
            drawing.roots[root.id] = replace(root, correlation=correlation)


def _feel(mappings: tuple[Mapping, ...], drawing: Drawing) -> tuple[Mapping, ...]:
    found = []
    for mapping in mappings:
        text = feel_text(mapping.source, drawing)
        if text is not None and mapping.target:
            found.append(Mapping(Expression(text, "feel", mapping.source.line), mapping.target))
    return tuple(found)


def _size(*groups: tuple[Mapping, ...]) -> int:
    return sum(map(len, groups))
