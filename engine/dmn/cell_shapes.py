"""Recognises the plain cells of decision tables, so that they need not be evaluated one by one.

Most cells are a dash, some texts, a yes/no or a number span. Their meaning is known without FEEL;
everything else has no shape here and is left to the unary tests of the language. Used by the index
of a table and by the search for overlaps and gaps.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MAX_NUMBER = 34
"""Digits of a FEEL number (decimal128); a longer literal is left to FEEL, which rounds it."""


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers between two ends; an end of None is open to infinity."""

    low: Decimal | None
    low_included: bool
    high: Decimal | None
    high_included: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The values a cell accepts: all, these texts, yes/no values and number spans, or not these.

    A negated shape holds texts only, and speaks about text values only.
    """

    is_any: bool = False
    is_negated: bool = False
    texts: frozenset[str] = frozenset()
    flags: frozenset[bool] = frozenset()
    spans: tuple[Span, ...] = ()


ANYTHING = Shape(is_any=True)

_NUMBER = r"-?(?:\d{1,34}(?:\.\d{1,34})?|\.\d{1,34})"
_STRING = r'"[^"\\]*"'
_PART = re.compile(
    rf"\s*(?:(?P<text>{_STRING})"
    r"|(?P<flag>true|false)(?!\w)"
    rf"|(?P<open>[\[\(\]])\s*(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})\s*(?P<close>[\]\)\[])"
    rf"|(?P<compare><=|>=|<|>|=)?\s*(?P<number>{_NUMBER})"
    r")\s*(?:,|$)"
)
_TEXTS = re.compile(rf"\s*{_STRING}\s*(?:,\s*{_STRING}\s*)*")
_NOT = re.compile(r"\s*not\s*\((?P<inner>.*)\)\s*", re.DOTALL)
_CONSTANT = re.compile(rf"(?P<text>{_STRING})|(?P<flag>true|false)|(?P<number>{_NUMBER})")


def shape_of(text: str | None) -> Shape | None:
    """The shape of an input cell; None when only FEEL can tell."""
    if text is None or text.strip() in ("", "-"):
        return ANYTHING
    negated = _NOT.fullmatch(text)
    if negated is None:
        return _positive(text)
    inner = _positive(negated["inner"])
    if inner is None or inner.flags or inner.spans:
        return None
    return Shape(is_negated=True, texts=inner.texts)


def texts_of(text: str | None) -> tuple[str, ...]:
    """The texts of a cell that lists nothing but texts, in its order; none where it says anything else."""
    if text is None or not _TEXTS.fullmatch(text):
        return ()
    return tuple(each[1:-1] for each in re.findall(_STRING, text))


def constant_of(text: str | None) -> str | bool | Decimal | None:
    """The value of a plain literal in an output cell; None when only FEEL can tell."""
    match = _CONSTANT.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    if match["text"] is not None:
        return match["text"][1:-1]
    if match["flag"] is not None:
        return match["flag"] == "true"
    return _number(match["number"])


def _positive(text: str) -> Shape | None:
    texts: set[str] = set()
    flags: set[bool] = set()
    spans: list[Span] = []
    position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or (part.end() == len(text) and text.rstrip().endswith(",")):
            return None
        position = part.end()
        if part["text"] is not None:
            texts.add(part["text"][1:-1])
        elif part["flag"] is not None:
            flags.add(part["flag"] == "true")
        else:
            span = _span(part)
            if span is None:
                return None
            spans.append(span)
    return Shape(texts=frozenset(texts), flags=frozenset(flags), spans=merged(spans))


def _span(part: re.Match[str]) -> Span | None:
    if part["open"] is not None:
        low, high = _number(part["low"]), _number(part["high"])
        if low is None or high is None or low > high:
            return None
        return Span(low, part["open"] == "[", high, part["close"] == "]")
    number = _number(part["number"])
    if number is None:
        return None
    match part["compare"]:
        case "<" | "<=" as compare:
            return Span(None, False, number, compare == "<=")
        case ">" | ">=" as compare:
            return Span(number, compare == ">=", None, False)
    return Span(number, True, number, True)


def _number(text: str) -> Decimal | None:
    number = Decimal(text)
    return number if len(number.as_tuple().digits) <= MAX_NUMBER else None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same numbers as spans that neither touch nor overlap, from low to high."""
    result: list[Span] = []
    for span in sorted(spans, key=_start):
        is_point = span.low is not None and span.low == span.high
        if is_point and not (span.low_included and span.high_included):
            continue  # (5..5] holds nothing
        if result and _touch(result[-1], span):
            result[-1] = _joined(result[-1], span)
        else:
            result.append(span)
    return tuple(result)


def _start(span: Span) -> tuple[bool, Decimal, bool]:
    return (span.low is not None, span.low or Decimal(0), not span.low_included)


def _touch(first: Span, second: Span) -> bool:
    if first.high is None or second.low is None:
        return True
    if first.high == second.low:
        return first.high_included or second.low_included
    return first.high > second.low


def _joined(first: Span, second: Span) -> Span:
    if first.high is None or second.high is None:
        return Span(first.low, first.low_included, None, False)
    if first.high == second.high:
        included = first.high_included or second.high_included
        return Span(first.low, first.low_included, first.high, included)
    longer = first if first.high > second.high else second
    return Span(first.low, first.low_included, longer.high, longer.high_included)
