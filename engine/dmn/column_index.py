"""The index of one column of a decision table: which rules a value matches, without trying each.

Sets of rules are the bits of an integer (bit 0 is rule 1), so joining columns is one `&`.
"""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from engine.dmn.cell_shapes import Shape, Span
from engine.feel import Value

MAX_BITS = 130_000_000
"""Rules times values or boundaries that one column may index (16 MB); beyond, cells are tried."""


class ColumnIndex:
    """Looks a value up in the cells of one column."""

    __slots__ = (
        "_any",
        "_flags",
        "_masks",
        "_negated",
        "_points",
        "_shaped",
        "_text_rest",
        "_texts",
        "_unshaped",
        "is_complete",
    )

    def __init__(self, shapes: Sequence[Shape | None]) -> None:
        self._any = self._negated = self._unshaped = self._shaped = 0
        self.is_complete = True
        """Whether every plain cell is indexed; a column with very many values is not."""
        self._texts: dict[str, int] = {}
        self._flags = {True: 0, False: 0}
        excluded: dict[str, int] = {}
        spans: list[tuple[int, Span]] = []
        for number, shape in enumerate(shapes):
            bit = 1 << number
            if shape is None:
                self._unshaped |= bit
            elif shape.is_any:
                self._any |= bit
            elif shape.is_negated:
                self._negated |= bit
                for text in shape.texts:
                    excluded[text] = excluded.get(text, 0) | bit
            else:
                self._shaped |= bit
                for text in shape.texts:
                    self._texts[text] = self._texts.get(text, 0) | bit
                for flag in shape.flags:
                    self._flags[flag] |= bit
                spans.extend((bit, span) for span in shape.spans)
        self._text_rest = self._any | self._negated
        if len(shapes) * (len(self._texts) + len(excluded)) > MAX_BITS:
            self.is_complete = False
            self._unshaped |= self._shaped | self._negated
            self._texts, excluded, self._text_rest = {}, {}, self._any
        for text in {*self._texts, *excluded}:
            kept = self._text_rest & ~excluded.get(text, 0)
            self._texts[text] = self._texts.get(text, 0) | kept
        self._points, self._masks = self._number_line(spans, len(shapes))

    def _number_line(
        self, spans: Sequence[tuple[int, Span]], rules: int
    ) -> tuple[list[Decimal], list[int]]:
        ends = {end for _, span in spans for end in (span.low, span.high) if end is not None}
        points = sorted(ends)
        if rules * (2 * len(points) + 1) > MAX_BITS:
            self.is_complete = False
            for bit, _ in spans:
                self._unshaped |= bit
            return [], [self._any]
        # Segment 2i+1 is the point i itself, 2i the open stretch before it, the last one after all.
        place = {point: 2 * number + 1 for number, point in enumerate(points)}
        toggles = [0] * (2 * len(points) + 2)
        for bit, span in spans:
            first = 0 if span.low is None else place[span.low] + (not span.low_included)
            last = 2 * len(points)
            if span.high is not None:
                last = place[span.high] - (not span.high_included)
            toggles[first] ^= bit
            toggles[last + 1] ^= bit
        masks, current = [], 0
        for toggle in toggles[:-1]:
            current ^= toggle
            masks.append(current | self._any)
        return points, masks

    def find(self, value: Value) -> tuple[int, int]:
        """The rules whose cell surely matches, and those whose cell must be tried."""
        if isinstance(value, str):
            return self._texts.get(value, self._text_rest), self._unshaped
        if isinstance(value, Decimal):
            return self._number(value), self._unshaped | self._negated
        if isinstance(value, bool):
            return self._flags[value] | self._any, self._unshaped | self._negated
        if value is None:
            return self._any, self._unshaped | self._negated
        # FEEL decides how lists, dates and the like compare with a text or a number.
        return self._any, self._unshaped | self._negated | self._shaped

    def _number(self, value: Decimal) -> int:
        points = self._points
        number = bisect_left(points, value)
        if number < len(points) and points[number] == value:
            return self._masks[2 * number + 1]
        return self._masks[2 * number]
