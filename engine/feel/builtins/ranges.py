"""Relations between points and ranges (DMN 1.5 §10.3.4.9, table 78)."""

from collections.abc import Callable

from engine.feel.builtins.registry import builtin
from engine.feel.comparison import compare
from engine.feel.errors import NullResult
from engine.feel.values import Range, Value

# A range such as `(< 5)` has no start: it reaches back without end (DMN 1.5 §10.3.2.7).
_FIRST, _LAST = -1, 1


def _order(a: Value, b: Value, open_a: int = 0, open_b: int = 0) -> int:
    """Which of two ends comes first; `open_a` and `open_b` say where an end lies that is not there."""
    place_a, place_b = (open_a if a is None else 0), (open_b if b is None else 0)
    if place_a or place_b:
        return (place_a > place_b) - (place_a < place_b)
    result = compare(a, b)
    if result is None:
        raise NullResult("The two cannot be compared.")
    return result


def _starts_first(r: Range, s: Range) -> bool:
    """Whether r begins before s does."""
    order = _order(r.start, s.start, _FIRST, _FIRST)
    return order < 0 or (order == 0 and r.start_included and not s.start_included)


def _ends_last(r: Range, s: Range) -> bool:
    """Whether r ends after s does."""
    order = _order(r.end, s.end, _LAST, _LAST)
    return order > 0 or (order == 0 and r.end_included and not s.end_included)


def _same_start(r: Range, s: Range) -> bool:
    return _order(r.start, s.start, _FIRST, _FIRST) == 0 and r.start_included == s.start_included


def _same_end(r: Range, s: Range) -> bool:
    return _order(r.end, s.end, _LAST, _LAST) == 0 and r.end_included == s.end_included


def _before(r: Range, s: Range) -> bool:
    """Whether r is over when s begins."""
    order = _order(r.end, s.start, _LAST, _FIRST)
    return order < 0 or (order == 0 and not (r.end_included and s.start_included))


def _within(point: Value, r: Range) -> bool:
    low, high = _order(point, r.start, 0, _FIRST), _order(point, r.end, 0, _LAST)
    return (low > 0 or (low == 0 and r.start_included)) and (
        high < 0 or (high == 0 and r.end_included)
    )


def _point(value: Value) -> Range:
    return Range(value, value)


def _includes(r: Range, s: Range) -> bool:
    return not _starts_first(s, r) and not _ends_last(s, r)


def _overlaps(r: Range, s: Range) -> bool:
    return not _before(r, s) and not _before(s, r)


def _overlaps_before(r: Range, s: Range) -> bool:
    return _starts_first(r, s) and not _before(r, s) and not _ends_last(r, s)


def _meets(r: Range, s: Range) -> bool:
    return r.end_included and s.start_included and _order(r.end, s.start) == 0


def _starts(r: Range, s: Range) -> bool:
    return _same_start(r, s) and not _ends_last(r, s)


def _finishes(r: Range, s: Range) -> bool:
    return _same_end(r, s) and not _starts_first(r, s)


Relation = Callable[[Range, Range], bool]


def _register(name: str, kinds: str, relation: Relation) -> None:
    """One relation for the pairs of kinds: pp, pr, rp, rr (point and range)."""
    for pair in kinds.split():
        left, right = pair[0], pair[1]
        first = "point" if left == "p" else "range"
        second = "point" if right == "p" else "range"
        if left == right:
            first_name, second_name = first + "1", second + "2"
        else:
            first_name, second_name = first, second

        def implementation(a: Value, b: Value, relation: Relation = relation) -> Value:
            r = a if isinstance(a, Range) else _point(a)
            s = b if isinstance(b, Range) else _point(b)
            if r.is_negated or s.is_negated:
                raise NullResult("“Not equal” has no ends that could be compared.")
            return relation(r, s)

        builtin(name, f"{first_name}: {first}, {second_name}: {second}")(implementation)


def _swapped(relation: Relation) -> Relation:
    return lambda r, s: relation(s, r)


_register("before", "pp pr rp rr", _before)
_register("after", "pp pr rp rr", _swapped(_before))
_register("meets", "rr", _meets)
_register("met by", "rr", _swapped(_meets))
_register("overlaps", "rr", _overlaps)
_register("overlaps before", "rr", _overlaps_before)
_register("overlaps after", "rr", _swapped(_overlaps_before))
_register("finishes", "pr", lambda p, r: r.end_included and _order(p.start, r.end, 0, _LAST) == 0)
_register("finishes", "rr", _finishes)
_register(
    "finished by", "rp", lambda r, p: r.end_included and _order(p.start, r.end, 0, _LAST) == 0
)
_register("finished by", "rr", _swapped(_finishes))
_register("includes", "rp", lambda r, p: _within(p.start, r))
_register("includes", "rr", _includes)
_register("during", "pr", lambda p, r: _within(p.start, r))
_register("during", "rr", _swapped(_includes))
_register(
    "starts", "pr", lambda p, r: r.start_included and _order(p.start, r.start, 0, _FIRST) == 0
)
_register("starts", "rr", _starts)
_register(
    "started by", "rp", lambda r, p: r.start_included and _order(p.start, r.start, 0, _FIRST) == 0
)
_register("started by", "rr", _swapped(_starts))
_register("coincides", "pp", lambda p, q: _order(p.start, q.start) == 0)
_register("coincides", "rr", lambda r, s: _same_start(r, s) and _same_end(r, s))
