"""What a table makes of the rules that matched (DMN 1.5, 8.2.10 and 8.2.11)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.dmn.explanation import Place, Trace
from engine.dmn.model import Aggregation, HitPolicy
from engine.feel import Value, compile_expression, equal

Row = tuple[Value, ...]
"""The outputs of one rule, in the order of the columns."""

Finish = Callable[[Sequence[Row], Sequence[int], Trace], Value]
"""From the rows and numbers of the rules that matched, at least one, to the table's value."""

MULTIPLE = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT})

_AGGREGATES = {
    Aggregation.SUM: compile_expression("sum(values)", ["values"]),
    Aggregation.MIN: compile_expression("min(values)", ["values"]),
    Aggregation.MAX: compile_expression("max(values)", ["values"]),
    Aggregation.COUNT: compile_expression("count(values)", ["values"]),
}


def finish_of(
    policy: HitPolicy,
    aggregation: Aggregation | None,
    names: Sequence[str],
    priorities: Sequence[Sequence[Value] | None],
    place: Place,
) -> Finish:
    """How a table with this policy ends.

    `names` are those of the outputs; `priorities` their output values, best first, None for a
    column that has none.
    """

    def value_of(row: Row) -> Value:
        return row[0] if len(names) == 1 else dict(zip(names, row, strict=True))

    def rank(row: Row) -> tuple[int, ...]:
        return tuple(
            _position(value, order)
            for value, order in zip(row, priorities, strict=True)
            if order is not None
        )

    def unique(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        if len(rows) == 1:
            return value_of(rows[0])
        numbers = ", ".join(map(str, rules))
        trace.note(place, "Only one rule may match, but rules {rules} do.", rules=numbers)
        return None

    def any_of(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        first = list(rows[0])
        if all(equal(list(row), first) is True for row in rows[1:]):
            return value_of(rows[0])
        numbers = ", ".join(map(str, rules))
        trace.note(
            place, "Rules {rules} match with different results; they must agree.", rules=numbers
        )
        return None

    def first(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        return value_of(rows[0])

    def priority(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        return value_of(min(rows, key=rank))

    def rule_order(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        return [value_of(row) for row in rows]

    def output_order(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        return [value_of(row) for row in sorted(rows, key=rank)]

    def aggregate(rows: Sequence[Row], rules: Sequence[int], trace: Trace) -> Value:
        if aggregation is None:
            return rule_order(rows, rules, trace)
        function = _AGGREGATES[aggregation]
        results = tuple(
            function.evaluate({"values": list(column)}) for column in zip(*rows, strict=True)
        )
        return value_of(results)

    finishes: dict[HitPolicy, Finish] = {
        HitPolicy.UNIQUE: unique,
        HitPolicy.ANY: any_of,
        HitPolicy.FIRST: first,
        HitPolicy.PRIORITY: priority,
        HitPolicy.RULE_ORDER: rule_order,
        HitPolicy.OUTPUT_ORDER: output_order,
        HitPolicy.COLLECT: aggregate,
    }
    return finishes[policy]


def nothing_matched(policy: HitPolicy, aggregation: Aggregation | None) -> Callable[[], Value]:
    """The value of a table without default when no rule matches: an empty list, zero or null."""
    if policy is not HitPolicy.COLLECT:
        return lambda: None
    if aggregation is None:
        return list
    if aggregation is Aggregation.COUNT:
        return lambda: Decimal(0)
    return lambda: None


def _position(value: Value, order: Sequence[Value]) -> int:
    for position, candidate in enumerate(order):
        if equal(value, candidate) is True:
            return position
    return len(order)
