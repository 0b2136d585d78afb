"""What a file draws, as plain numbers: a rectangle per shape, a line per edge; for pictures made without a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from engine.bpmn.document import Element, open_document

MOST = 5_000  # shapes and edges of one picture
_FURTHEST = 1e6  # pixels


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle in pixels. An opened sub-process `is_expanded`; an `is_upright` pool has its name on top."""

    element: str
    x: float
    y: float
    width: float
    height: float
    is_expanded: bool = True
    is_upright: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A line through points in pixels."""

    element: str
    points: tuple[tuple[float, float], ...]


def drawing(data: bytes) -> tuple[tuple[Shape, ...], tuple[Edge, ...]]:
    """The shapes and edges of the file's first diagram, in document order. Raises UnreadableDiagram."""
    shapes: list[Shape] = []
    edges: list[Edge] = []
    for item in _drawn(open_document(data).root):
        element = (item.get("bpmnElement") or "").rpartition(":")[2]
        if not element or len(shapes) + len(edges) >= MOST:
            continue
        if item.name == "BPMNShape":
            shapes += _shape(item, element)
        else:
            points = tuple(_points(item))
            if len(points) > 1:
                edges.append(Edge(element, points))
    return tuple(shapes), tuple(edges)


def _drawn(root: Element) -> Iterator[Element]:
    for element in root.every():
        if element.name == "BPMNDiagram":
            for one in element.every():
                if one.name in {"BPMNShape", "BPMNEdge"}:
                    yield one
            return


def _shape(item: Element, element: str) -> list[Shape]:
    for child in item.children:
        if child.name == "Bounds":
            numbers = [_number(child.get(name)) for name in ("x", "y", "width", "height")]
            if None in numbers:
                return []
            x, y, width, height = (number or 0.0 for number in numbers)
            return [
                Shape(
                    element,
                    x,
                    y,
                    max(0.0, width),
                    max(0.0, height),
                    item.get("isExpanded") != "false",
                    item.get("isHorizontal") == "false",
                )
            ]
    return []


def _points(item: Element) -> Iterator[tuple[float, float]]:
    for child in item.children:
        if child.name == "waypoint":
            x, y = _number(child.get("x")), _number(child.get("y"))
            if x is not None and y is not None:
                yield x, y


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return round(number, 1) if isfinite(number) and abs(number) < _FURTHEST else None
