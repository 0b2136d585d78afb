"""List functions (DMN 1.5 §10.3.4.4)."""

from collections.abc import Callable
from decimal import Decimal

from engine.feel.builtins.registry import builtin
from engine.feel.calls import invoke
from engine.feel.comparison import equal
from engine.feel.errors import LimitReached, NullResult
from engine.feel.limits import MAX_VALUE_DEPTH, Run, check_size
from engine.feel.numbers import as_integer
from engine.feel.values import Value


def _same(run: Run, a: Value, b: Value) -> bool:
    return equal(a, b, run) is True


@builtin("list contains", "list: list, element: any", needs_run=True)
def list_contains(run: Run, items: list[Value], element: Value) -> Value:
    """Whether the element is among them."""
    check_size(run, len(items))
    return any(_same(run, item, element) for item in items)


@builtin("sublist", "list: list, start position: number, length?: number|null")
def sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    """From a 1-based place (negative: from the end), for a length or to the end."""
    first = _place(items, start)
    if length is None:
        return items[first:]
    size = _whole(length)
    if size < 1 or first + size > len(items):
        raise NullResult("The list has no {size} elements from there on.", size=size)
    return items[first : first + size]


@builtin("append", "list: list, *item: any", needs_run=True)
def append(run: Run, items: list[Value], added: list[Value]) -> Value:
    """The list with the items after it."""
    check_size(run, len(items) + len(added))
    return [*items, *added]


@builtin("concatenate", "*list: list", needs_run=True)
def concatenate(run: Run, lists: list[list[Value]]) -> Value:
    """One list after the other."""
    check_size(run, sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any", needs_run=True)
def insert_before(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    """The list with the item at the place."""
    place = _place(items, position)
    check_size(run, len(items) + 1)
    return [*items[:place], item, *items[place:]]


@builtin("remove", "list: list, position: number", needs_run=True)
def remove(run: Run, items: list[Value], position: Decimal) -> Value:
    """The list without the element at the place."""
    place = _place(items, position)
    check_size(run, len(items))
    return items[:place] + items[place + 1 :]


@builtin("list replace", "list: list, position: number, newItem: any", needs_run=True)
def list_replace(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    """The list with another element at the place."""
    place = _place(items, position)
    check_size(run, len(items))
    return [*items[:place], item, *items[place + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any", needs_run=True)
def list_replace_matching(run: Run, items: list[Value], match: Value, item: Value) -> Value:
    """The list with another element wherever `match(element, new item)` is true."""
    check_size(run, len(items))
    result: list[Value] = []
    for old in items:
        answer = invoke(run, match, [old, item])
        if not isinstance(answer, bool):
            raise NullResult("The match function must answer true or false.")
        result.append(item if answer else old)
    return result


@builtin("reverse", "list: list", needs_run=True)
def reverse(run: Run, items: list[Value]) -> Value:
    """The other way round."""
    check_size(run, len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any", needs_run=True)
def index_of(run: Run, items: list[Value], match: Value) -> Value:
    """The places, from 1, where the element is."""
    check_size(run, len(items))
    return [Decimal(place) for place, item in enumerate(items, 1) if _same(run, item, match)]


@builtin("union", "*list: list", needs_run=True)
def union(run: Run, lists: list[list[Value]]) -> Value:
    """All elements of the lists, each once."""
    return _distinct(run, [item for items in lists for item in items])


@builtin("distinct values", "list: list", needs_run=True)
def distinct_values(run: Run, items: list[Value]) -> Value:
    """Each element once, in the order of their first appearance."""
    return _distinct(run, items)


def _distinct(run: Run, items: list[Value]) -> list[Value]:
    check_size(run, len(items))
    result: list[Value] = []
    others: list[Value] = []
    seen: set[object] = set()
    for item in items:
        if item is None or isinstance(item, bool | str | Decimal):
            key = (type(item), item)
            if key in seen:
                continue
            seen.add(key)
        else:
            run.charge(1 + len(others))
            if any(_same(run, item, other) for other in others):
                continue
            others.append(item)
        result.append(item)
    return result


@builtin("flatten", "list: list", needs_run=True)
def flatten(run: Run, items: list[Value]) -> Value:
    """The elements of all lists inside, in one list."""
    result: list[Value] = []
    _flatten(run, items, result.append, 0)
    return result


def _flatten(run: Run, items: list[Value], keep: Callable[[Value], None], depth: int) -> None:
    if depth > MAX_VALUE_DEPTH:
        raise LimitReached("Lists are nested too deeply.")
    for item in items:
        run.charge()
        if isinstance(item, list):
            _flatten(run, item, keep, depth + 1)
        else:
            keep(item)


def _whole(number: Decimal) -> int:
    whole = as_integer(number)
    if whole is None:
        raise NullResult("A whole number is needed.")
    return whole


def _place(items: list[Value], position: Decimal) -> int:
    """The index from 0 of a place from 1, or from the end when negative."""
    place = _whole(position)
    if place == 0 or abs(place) > len(items):
        raise NullResult(
            "The list has {count} elements, so there is no number {place}.",
            count=len(items), place=place,
        )  # fmt: skip
    return place - 1 if place > 0 else len(items) + place
