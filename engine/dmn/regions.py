"""Cuts what an input column may be into regions that no cell of the column divides further.

Every value of a region matches the same rules, so one example of each region is enough to look
for overlaps and gaps.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from engine.dmn.cell_shapes import ANYTHING, Shape, Span, shape_of
from engine.dmn.column_index import ColumnIndex
from engine.feel import Date, Value

SOME_DAY = date(2026, 1, 1).toordinal()
"""The example where a column is a date and no cell names one."""

_DATE = re.compile(r'(?:date\(\s*|@)"(\d{4})-(\d\d)-(\d\d)"\s*\)?')


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a column: an example value, the part in FEEL, and the rules (bits) it matches."""

    example: Value
    text: str
    rules: int
    span: Span | None = None
    is_date: bool = False


def joined(regions: Sequence[Region]) -> Region:
    """Neighbours of one column as one region, where that can be written as one test."""
    first, last = regions[0], regions[-1]
    if len(regions) == 1:
        return first
    if first.span is not None and last.span is not None:
        span = Span(
            first.span.low, first.span.low_included, last.span.high, last.span.high_included
        )
        return replace(first, text=_span_text(span, first.is_date), span=span)
    if all(region.text.startswith('"') for region in regions):
        return replace(first, text=", ".join(region.text for region in regions))
    return first


def regions_of(
    cells: Sequence[str | None], type_ref: str | None, allowed: str | None
) -> list[Region]:
    """The regions of a column with these cells, from rule 1 on; `allowed` are its input values.

    A cell that only FEEL can tell counts as matching everything: nothing is claimed about it.
    None at all when the column has too many values to look at.
    """
    is_date = type_ref == "date" or any(cell and _DATE.search(cell) for cell in cells)
    shapes = [_shape(cell, is_date) or ANYTHING for cell in cells]
    within = _shape(allowed, is_date) if allowed is not None else None
    if within is not None and within.is_any:
        within = None
    index = ColumnIndex(shapes)
    if not index.is_complete:
        return []
    regions: list[Region] = []
    kinds = (*shapes, within) if within is not None else shapes
    if type_ref == "boolean" or any(shape.flags for shape in kinds):
        regions += [Region(flag, str(flag).lower(), index.find(flag)[0]) for flag in (True, False)]
    if type_ref == "string" or any(shape.texts for shape in kinds):
        regions += _text_regions(shapes, within, index)
    if type_ref in ("number", "date") or any(shape.spans for shape in kinds):
        regions += _number_regions(shapes, within, index, is_date)
    return regions or [Region(None, "-", _bits(shape.is_any for shape in shapes))]


def blank_region(cells: Sequence[str | None]) -> Region:
    """The blank answer (null) as a region: dashes and negations match it."""
    shapes = [shape_of(cell) or ANYTHING for cell in cells]
    return Region(None, "null", _bits(shape.is_any or shape.is_negated for shape in shapes))


def is_plain(cell: str | None) -> bool:
    """Whether the meaning of a cell is known without evaluating it."""
    return _shape(cell, cell is not None and _DATE.search(cell) is not None) is not None


def _shape(cell: str | None, is_date: bool) -> Shape | None:
    plain = shape_of(cell)
    if cell is None or not is_date:
        return plain
    if plain is not None and plain.spans:
        return None  # a number among days
    try:
        return shape_of(_DATE.sub(_ordinal, cell))
    except ValueError:  # no such day
        return None


def _ordinal(match: re.Match[str]) -> str:
    return str(date(int(match[1]), int(match[2]), int(match[3])).toordinal())


def _bits(matches: Iterable[bool]) -> int:
    mask = 0
    for number, is_match in enumerate(matches):
        mask |= is_match << number
    return mask


def _text_regions(
    shapes: Sequence[Shape], within: Shape | None, index: ColumnIndex
) -> list[Region]:
    def region(text: str) -> Region:
        return Region(text, f'"{text}"', index.find(text)[0])

    if within is not None and within.texts and not within.is_negated:
        return [region(text) for text in sorted(within.texts)]
    texts = sorted({text for shape in shapes for text in shape.texts})
    other = "other"
    while other in texts:
        other += "…"
    listed = ", ".join(f'"{text}"' for text in texts)
    rest = Region(other, f"not({listed})" if texts else "-", index.find(other)[0])
    return [*map(region, texts), rest]


def _number_regions(
    shapes: Sequence[Shape], within: Shape | None, index: ColumnIndex, is_date: bool
) -> list[Region]:
    limits = within.spans if within is not None else ()
    spans = [span for shape in shapes for span in shape.spans]
    ends = {end for span in (*spans, *limits) for end in (span.low, span.high) if end is not None}
    points = sorted(ends)
    regions = []
    for low, high in _stretches(points):
        value = _example(low, high, is_date)
        if value is None or (limits and not any(_holds(span, value) for span in limits)):
            continue
        rules, _ = index.find(value)
        example = _as_date(value) if is_date else value
        if example is not None:
            is_point = low == high and low is not None
            span = Span(low, is_point, high, is_point)
            regions.append(Region(example, _span_text(span, is_date), rules, span, is_date))
    return regions


def _stretches(
    points: Sequence[Decimal],
) -> Iterator[tuple[Decimal | None, Decimal | None]]:
    # Every point by itself (low is high), and the open stretches before, between and after them.
    before: Decimal | None = None
    for point in points:
        yield before, point
        yield point, point
        before = point
    yield before, None


def _example(low: Decimal | None, high: Decimal | None, is_date: bool) -> Decimal | None:
    if low is None:
        return Decimal(SOME_DAY if is_date else 0) if high is None else _whole(high - 1, high)
    if high is None:
        return (low + 1).to_integral_value(ROUND_FLOOR)
    if low == high:
        return low
    whole = (low + 1).to_integral_value(ROUND_FLOOR)
    if whole < high:
        return whole
    return None if is_date else (low + high) / 2


def _whole(value: Decimal, below: Decimal) -> Decimal:
    whole = value.to_integral_value(ROUND_FLOOR)
    return whole if whole < below else value


def _holds(span: Span, value: Decimal) -> bool:
    if span.low is not None and (value < span.low or (value == span.low and not span.low_included)):
        return False
    if span.high is None or value < span.high:
        return True
    return value == span.high and span.high_included


def _as_date(value: Decimal) -> Value:
    ordinal = int(value)
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    day = date.fromordinal(ordinal)
    return Date(day.year, day.month, day.day)


def _span_text(span: Span, is_date: bool) -> str:
    low = _end(span.low, is_date) if span.low is not None else None
    high = _end(span.high, is_date) if span.high is not None else None
    if low is None:
        return "-" if high is None else f"{'<=' if span.high_included else '<'} {high}"
    if high is None:
        return f"{'>=' if span.low_included else '>'} {low}"
    if low == high:
        return low
    return f"{'[' if span.low_included else '('}{low}..{high}{']' if span.high_included else ')'}"


def _end(value: Decimal, is_date: bool) -> str:
    return f'date("{date.fromordinal(int(value)).isoformat()}")' if is_date else f"{value:f}"
