"""Closures for what binds names: filters, for, some, every and functions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from engine.errors import N_
from engine.feel.dates import Date, date_of_epoch_day
from engine.feel.errors import LimitReached, NullResult
from engine.feel.frame import Code, Frame
from engine.feel.kinds import kind_of
from engine.feel.limits import MAX_LIST, check_size
from engine.feel.numbers import as_integer
from engine.feel.syntax import Filter, FunctionNode, Iteration
from engine.feel.values import FeelFunction, Range, Value

_NO_ANSWER = N_("After “satisfies” there must be a yes or no; this is {kind}.")

Domain = tuple[str, Code, Code | None]


def filter_code(node: Filter, source: Code, condition: Code) -> Code:
    """source[condition]: by place when the condition is a number, else those where it is true."""
    position = node.position

    def run(frame: Frame) -> Value:
        value = source(frame)
        if value is None:
            frame.run.note(position, "There is no list to filter.")
            return None
        items = value if isinstance(value, list) else [value]
        frame.run.charge()
        # Is it a place? Numbers do not depend on the element, so the first one decides.
        first = condition(_with_item(frame, items[0]) if items else frame)
        if isinstance(first, Decimal):
            return _at_place(frame, items, condition(frame) if items else first, position)
        kept = [items[0]] if items and first is True else []
        for item in items[1:]:
            frame.run.charge()
            if condition(_with_item(frame, item)) is True:
                kept.append(item)
        return kept

    return run


def _with_item(frame: Frame, item: Value) -> Frame:
    if isinstance(item, Mapping):
        return frame.inner({"item": item, **item})
    return frame.inner({"item": item})


def _at_place(frame: Frame, items: list[Value], place: Value, position: int) -> Value:
    index = as_integer(place)
    if index is None or index == 0 or abs(index) > len(items):
        frame.run.note(
            position, "The list has {count} elements, so there is no number {place}.",
            count=len(items), place=place,
        )  # fmt: skip
        return None
    return items[index - 1] if index > 0 else items[index]


def iteration_code(node: Iteration, domains: Sequence[Domain], body: Code) -> Code:
    """for, some and every, over one or several domains; the last one turns fastest."""
    if node.word == "for":
        return _for_code(node, domains, body)
    decisive = node.word == "some"

    def run(frame: Frame) -> Value:
        is_unknown = False
        try:
            for inner in _bindings(frame, domains, 0):
                frame.run.charge()
                value = body(inner)
                if value is decisive:
                    return decisive
                if value is not (not decisive):
                    if value is not None and not is_unknown:
                        frame.run.note(node.position, _NO_ANSWER, kind=kind_of(value))
                    is_unknown = True
        except NullResult as reason:
            frame.run.note(node.position, reason.sentence, **reason.values)
            return None
        return None if is_unknown else not decisive

    return run


def _for_code(node: Iteration, domains: Sequence[Domain], body: Code) -> Code:
    uses_partial = node.uses_partial

    def run(frame: Frame) -> Value:
        result: list[Value] = []
        try:
            for inner in _bindings(frame, domains, 0):
                frame.run.charge(1 + len(result) // 8 if uses_partial else 1)
                if uses_partial:
                    inner.local["partial"] = list(result)
                result.append(body(inner))
                if len(result) > MAX_LIST:
                    check_size(frame.run, len(result))
        except NullResult as reason:
            frame.run.note(node.position, reason.sentence, **reason.values)
            return None
        return result

    return run


def _bindings(frame: Frame, domains: Sequence[Domain], index: int) -> Iterator[Frame]:
    """A frame for every combination; later domains may use the names of earlier ones."""
    name, start, end = domains[index]
    is_last = index == len(domains) - 1
    for value in _elements(start(frame), end(frame) if end else None, end is not None):
        frame.run.charge()
        inner = frame.inner({name: value})
        if is_last:
            yield inner
        else:
            yield from _bindings(inner, domains, index + 1)


def _elements(start: Value, end: Value, is_span: bool) -> Iterable[Value]:
    """What is iterated over; raises NullResult when it is neither list nor range."""
    if is_span:
        return _span(start, end)
    if isinstance(start, list):
        return start
    if isinstance(start, Range):
        return _range_elements(start)
    if start is None:
        raise NullResult("There is no list to go through.")
    return [start]


def _range_elements(range_: Range) -> Iterable[Value]:
    if range_.start is None or range_.end is None or range_.is_equality:
        raise NullResult("A range without an end cannot be gone through.")
    elements = _span(range_.start, range_.end)
    inside = list(elements)
    if not range_.start_included:
        inside = inside[1:]
    return inside if range_.end_included else inside[:-1]


def _span(start: Value, end: Value) -> Iterable[Value]:
    """From start to end, both included, upwards or downwards: whole numbers or days."""
    if isinstance(start, Date) and isinstance(end, Date):
        first, last = start.epoch_day, end.epoch_day
        return (day for day in map(date_of_epoch_day, _counted(first, last)) if day is not None)
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        low, high = as_integer(start), as_integer(end)
        if low is not None and high is not None:
            return map(Decimal, _counted(low, high))
    raise NullResult("The ends of the iteration must be whole numbers or dates.")


def _counted(first: int, last: int) -> range:
    size = abs(last - first) + 1
    if size > MAX_LIST:
        raise LimitReached("A range has {size} elements; {limit} are allowed.",
                           size=size, limit=MAX_LIST)  # fmt: skip
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def function_code(node: FunctionNode, body: Code | None) -> Code:
    """A function value that remembers the names around it; external ones answer null."""
    parameters, types = tuple(node.parameters), tuple(node.types)
    frames = node.height + 4

    def run(frame: Frame) -> Value:
        def answer(arguments: Sequence[Value]) -> Value:
            if body is None:
                raise NullResult("External functions are not run here.")
            return body(frame.inner(dict(zip(parameters, arguments, strict=True))))

        return FeelFunction(parameters, answer, types, frames=frames, is_closure=True)

    return run
