"""Compiles loop and multi-instance markers."""

from typing import TYPE_CHECKING

from engine.bpmn.model import Loop, Node
from engine.spiff.elements.rounds import RoundsSpec

if TYPE_CHECKING:
    from engine.spiff.compiling import _Compiler


def rounds_of(compiler: "_Compiler", loop: Loop, node: Node) -> RoundsSpec:
    """The compiled marker; expressions that are not FEEL become obstacles."""
    item = loop.output_item.strip().lstrip("=").strip() if loop.output_item else None
    return RoundsSpec(
        is_multi_instance=loop.is_multi_instance,
        is_sequential=loop.is_sequential or not loop.is_multi_instance,
        test_before=loop.test_before,
        condition=compiler.rule(loop.condition, node),
        maximum=loop.maximum,
        cardinality=compiler.rule(loop.cardinality, node),
        collection=compiler.rule(loop.collection, node),
        item=loop.item,
        output_collection=loop.output_collection,
        output_item=compiler.rule(item, node),
        output_name=item if item and item.isidentifier() else None,
        completion=compiler.rule(loop.completion, node),
    )
