"""What the layout part of a file (BPMN DI) draws, and where."""

from collections.abc import Iterator
from math import isfinite

from engine.bpmn.document import Element
from engine.bpmn.model import Bounds


def drawn_ids(root: Element) -> frozenset[str]:
    """The ids of all elements that have a shape or an edge."""
    found = {_element(item) for item in _drawn(root)}
    return frozenset(name for name in found if name)


def drawn_bounds(root: Element) -> tuple[Bounds, ...]:
    """The rectangles of all shapes."""
    found: list[Bounds] = []
    for item in _drawn(root):
        for child in item.children:
            if child.name != "Bounds" or item.name != "BPMNShape":
                continue
            numbers = [_number(child.get(name)) for name in ("x", "y", "width", "height")]
            x, y, width, height = numbers
            if None not in numbers:
                found.append(Bounds(_element(item), x or 0, y or 0, width or 0, height or 0))
            break
    return tuple(found)


def _drawn(root: Element) -> Iterator[Element]:
    for diagram in root.children:
        if diagram.name == "BPMNDiagram":
            for element in diagram.every():
                if element.name in {"BPMNShape", "BPMNEdge"}:
                    yield element


def _element(item: Element) -> str:
    return (item.get("bpmnElement") or "").rpartition(":")[2]


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if isfinite(number) and abs(number) < 1e7 else None
