"""Functions that make one value of a list: count, min, sum, median … (DMN 1.5 §10.3.4.4)."""

from decimal import Decimal, DecimalException
from functools import cmp_to_key

from engine.feel.builtins.registry import builtin
from engine.feel.calls import invoke
from engine.feel.comparison import compare
from engine.feel.errors import NullResult
from engine.feel.limits import Run, check_size
from engine.feel.numbers import CONTEXT
from engine.feel.values import Value


@builtin("count", "list: list")
def count(items: list[Value]) -> Value:
    """How many elements."""
    return Decimal(len(items))


def _extreme(items: list[Value], sign: int) -> Value:
    if not items:
        raise NullResult("The list is empty.")
    best = items[0]
    for item in items:
        order = compare(item, best)
        if order is None:
            raise NullResult("The elements cannot be compared with each other.")
        if order * sign > 0:
            best = item
    return best


@builtin("min", "list: list")
def least_of_list(items: list[Value]) -> Value:
    """The least element."""
    return _extreme(items, -1)


@builtin("min", "*c: any")
def least(items: list[Value]) -> Value:
    """The least argument."""
    return _extreme(items, -1)


@builtin("max", "list: list")
def greatest_of_list(items: list[Value]) -> Value:
    """The greatest element."""
    return _extreme(items, 1)


@builtin("max", "*c: any")
def greatest(items: list[Value]) -> Value:
    """The greatest argument."""
    return _extreme(items, 1)


def _numbers(items: list[Value], *, allows_none: bool = False) -> list[Decimal]:
    numbers = [item for item in items if isinstance(item, Decimal)]
    if len(numbers) < len(items):
        raise NullResult("All elements must be numbers.")
    if not numbers and not allows_none:
        raise NullResult("The list is empty.")
    return numbers


def _total(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    try:
        for number in numbers:
            total = CONTEXT.add(total, number)
    except DecimalException as error:
        raise NullResult("The result is too large a number.") from error
    return total


def _sum(items: list[Value]) -> Value:
    return _total(_numbers(items))


def _mean(items: list[Value]) -> Value:
    numbers = _numbers(items)
    return CONTEXT.divide(_total(numbers), Decimal(len(numbers)))


def _product(items: list[Value]) -> Value:
    product = Decimal(1)
    try:
        for number in _numbers(items):
            product = CONTEXT.multiply(product, number)
    except DecimalException as error:
        raise NullResult("The result is too large a number.") from error
    return product


def _median(items: list[Value]) -> Value:
    if not items:
        return None
    numbers = sorted(_numbers(items))
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return CONTEXT.divide(_total(numbers[middle - 1 : middle + 1]), Decimal(2))


def _deviation(items: list[Value]) -> Value:
    numbers = _numbers(items)
    if len(numbers) < 2:
        raise NullResult("A standard deviation needs at least two numbers.")
    mean = CONTEXT.divide(_total(numbers), Decimal(len(numbers)))
    try:
        squares = [CONTEXT.multiply(difference, difference) for difference in (
            CONTEXT.subtract(number, mean) for number in numbers)]  # fmt: skip
    except DecimalException as error:
        raise NullResult("The result is too large a number.") from error
    return CONTEXT.sqrt(CONTEXT.divide(_total(squares), Decimal(len(numbers) - 1)))


def _modes(items: list[Value]) -> Value:
    counts: dict[Decimal, int] = {}
    for number in _numbers(items, allows_none=True):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return list[Value](sorted(number for number, times in counts.items() if times == most))


for _name, _function in (
    ("sum", _sum),
    ("mean", _mean),
    ("product", _product),
    ("median", _median),
    ("stddev", _deviation),
    ("mode", _modes),
):
    builtin(_name, "list: list")(_function)
    builtin(_name, "*n: number")(_function)


@builtin("sort", "list: list", needs_run=True)
def sort_naturally(run: Run, items: list[Value]) -> Value:
    """The list in ascending order."""
    return _sorted(run, items, None)


@builtin("sort", "list: list, precedes: function|null", needs_run=True)
def sort(run: Run, items: list[Value], precedes: Value) -> Value:
    """The list ordered so that `precedes(x, y)` holds for neighbours; stable."""
    return _sorted(run, items, precedes)


def _sorted(run: Run, items: list[Value], precedes: Value) -> Value:
    check_size(run, len(items))

    def order(x: Value, y: Value) -> int:
        run.charge()
        if precedes is None:
            result = compare(x, y)
            if result is None:
                raise NullResult("The elements cannot be compared with each other.")
            return result
        if invoke(run, precedes, [x, y]) is True:
            return -1
        return 1 if invoke(run, precedes, [y, x]) is True else 0

    return sorted(items, key=cmp_to_key(order))
