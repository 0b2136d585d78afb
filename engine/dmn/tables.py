"""Decision tables as functions: each cell is compiled once, plain cells are looked up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.dmn.cell_shapes import constant_of, shape_of
from engine.dmn.column_index import ColumnIndex
from engine.dmn.explanation import Fired, Place, Trace
from engine.dmn.hit_policies import MULTIPLE, Row, finish_of, nothing_matched
from engine.dmn.literals import Evaluator, Literals, Names, Scope, Test
from engine.dmn.model import HitPolicy, Table, TableInput, TableOutput, Text
from engine.feel import Value

Cell = Callable[[Scope, Trace], Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A compiled input column: its value, what it may be, and the cells to find it in."""

    label: str
    value: Evaluator
    allowed: Test | None
    index: ColumnIndex
    tests: tuple[Test | None, ...]


class Matcher:
    """Finds the rules of a table that a set of input values matches."""

    __slots__ = ("_all", "_columns")

    def __init__(self, columns: Sequence[Column], rules: int) -> None:
        self._columns = columns
        self._all = (1 << rules) - 1

    def find(self, values: Sequence[Value], scope: Scope, trace: Trace) -> list[int]:
        """The matching rules, from 0, in rule order."""
        candidates = self._all
        open_columns: list[tuple[Column, Value, int]] = []
        for column, value in zip(self._columns, values, strict=True):
            sure, doubtful = column.index.find(value)
            candidates &= sure | doubtful
            if doubtful & candidates:
                open_columns.append((column, value, doubtful & ~sure))
            if not candidates:
                return []
        for column, value, doubtful in open_columns:
            tests = column.tests
            for number in _bits(candidates & doubtful):
                test = tests[number]
                if test is not None and not test(value, scope, trace):
                    candidates ^= 1 << number
        return _bits(candidates)


def _bits(mask: int) -> list[int]:
    numbers = []
    while mask:
        low = mask & -mask
        numbers.append(low.bit_length() - 1)
        mask ^= low
    return numbers


def compile_table(
    table: Table, literals: Literals, names: Names, place: Place, type_ref: str | None
) -> Evaluator:
    """The table as a function of its scope.

    `type_ref` is the type its decision declares: its allowed values set the priorities of an
    output that lists none.
    """
    columns = tuple(
        _column(table, number, column, literals, names, place)
        for number, column in enumerate(table.inputs)
    )
    results = _Results(table, literals, names, place, type_ref)
    matcher = Matcher(columns, len(table.rules))
    rules = table.rules
    is_first = table.hit_policy is HitPolicy.FIRST
    empty = nothing_matched(table.hit_policy, table.aggregation)
    has_allowed = any(column.allowed for column in columns)

    def evaluate(scope: Scope, trace: Trace) -> Value:
        values = [column.value(scope, trace) for column in columns]
        if has_allowed and not _are_allowed(columns, values, scope, trace, place):
            return None
        matched = matcher.find(values, scope, trace)
        if not matched:
            return results.default(scope, trace) if results.has_default else empty()
        if is_first:
            del matched[1:]
        rows = [results.row(number, scope, trace) for number in matched]
        numbers = [number + 1 for number in matched]
        if trace.is_explaining:
            trace.fire(
                Fired(
                    decision=place.element,
                    table=table.id,
                    rules=tuple(numbers),
                    rule_ids=tuple(rules[number].id or "" for number in matched),
                    inputs=tuple(values),
                    outputs=tuple(rows),
                    annotations=tuple(rules[number].annotations for number in matched),
                )
            )
        return results.finish(rows, numbers, trace)

    return evaluate


def _column(
    table: Table,
    number: int,
    column: TableInput,
    literals: Literals,
    names: Names,
    place: Place,
) -> Column:
    cells = [rule.inputs[number] for rule in table.rules]
    shapes = [shape_of(cell.text) for cell in cells]
    tests: list[Test | None] = []
    known: dict[str, Test] = {}
    for cell, shape in zip(cells, shapes, strict=True):
        if (shape is not None and shape.is_any) or cell.text is None:
            tests.append(None)
            continue
        if cell.text not in known:
            make = _tests_of(cell, literals, names, Place(place.element, cell.line))
            # Plain cells are in the index and seldom tried, so they wait until they are.
            known[cell.text] = make() if shape is None else _late(make)
        tests.append(known[cell.text])
    allowed = None
    if column.allowed is not None and column.allowed.text not in (None, "-"):
        allowed = literals.tests(column.allowed, names, Place(place.element, column.line))
    value = literals.expression(column.expression, names, Place(place.element, column.line))
    return Column(column.label, value, allowed, ColumnIndex(shapes), tuple(tests))


def _tests_of(cell: Text, literals: Literals, names: Names, place: Place) -> Callable[[], Test]:
    return lambda: literals.tests(cell, names, place)


def _late(make: Callable[[], Test]) -> Test:
    made: list[Test] = []

    def test(value: Value, scope: Scope, trace: Trace) -> bool:
        if not made:
            made.append(make())
        return made[0](value, scope, trace)

    return test


def _are_allowed(
    columns: Sequence[Column], values: Sequence[Value], scope: Scope, trace: Trace, place: Place
) -> bool:
    # A blank answer (null) is left to the rules: a dash may well be meant for it.
    for column, value in zip(columns, values, strict=True):
        if column.allowed is None or value is None:
            continue
        for item in value if isinstance(value, list) else (value,):
            if not column.allowed(item, scope, trace):
                trace.note(
                    place,
                    "“{value}” is not among the input values of “{column}”.",
                    value=item,
                    column=column.label,
                )
                return False
    return True


class _Results:
    """The output columns of a table."""

    def __init__(
        self, table: Table, literals: Literals, names: Names, place: Place, type_ref: str | None
    ) -> None:
        self._literals = literals
        self._names = names
        self._place = place
        self._is_list = table.hit_policy in MULTIPLE and table.aggregation is None
        single = len(table.outputs) == 1
        self._allowed = [
            literals.tests(output.allowed, names, Place(place.element, output.line))
            if output.allowed is not None and output.allowed.text not in (None, "-")
            else None
            for output in table.outputs
        ]
        self._outputs = table.outputs
        known: dict[tuple[int, str | None], Cell] = {}
        self._rows: list[tuple[Cell, ...]] = []
        for rule in table.rules:
            cells = []
            for number, cell in enumerate(rule.outputs):
                key = (number, cell.text)
                if key not in known:
                    known[key] = self._cell(number, cell)
                cells.append(known[key])
            self._rows.append(tuple(cells))
        self.has_default = any(output.default is not None for output in table.outputs)
        self._defaults = tuple(
            self._cell(number, output.default or Text(None, None, output.line))
            for number, output in enumerate(table.outputs)
        )
        self._output_names = [output.name for output in table.outputs]
        priorities = [
            self._output_values(output, output.type_ref or (type_ref if single else None))
            for output in table.outputs
        ]
        self.finish = finish_of(
            table.hit_policy, table.aggregation, self._output_names, priorities, place
        )

    def row(self, number: int, scope: Scope, trace: Trace) -> Row:
        """The outputs of a rule, counted from 0."""
        return tuple([cell(scope, trace) for cell in self._rows[number]])

    def default(self, scope: Scope, trace: Trace) -> Value:
        """What the table gives when no rule matches and it has default outputs."""
        row = [cell(scope, trace) for cell in self._defaults]
        value = row[0] if len(row) == 1 else dict(zip(self._output_names, row, strict=True))
        return [value] if self._is_list else value

    def _output_values(self, output: TableOutput, type_ref: str | None) -> list[Value] | None:
        text = output.allowed or self._literals.types.allowed_of(type_ref)
        if text is None or text.text is None:
            return None
        return self._literals.values(text)

    def _cell(self, number: int, cell: Text) -> Cell:
        if cell.text is None or cell.text == "-":
            return lambda scope, trace: None
        place = Place(self._place.element, cell.line)
        constant = constant_of(cell.text)
        if constant is None:
            evaluate = self._literals.expression(cell, self._names, place)
        else:

            def evaluate(scope: Scope, trace: Trace) -> Value:
                return constant

        convert = self._literals.types.conversion(self._outputs[number].type_ref, place)
        allowed = self._allowed[number]
        if allowed is None and convert is None:
            return evaluate
        if constant is not None:
            trace = Trace()
            value = self._checked_value(constant, convert, allowed, number, {}, trace, place)
            if not trace.problems:
                return lambda scope, trace: value

        def checked(scope: Scope, trace: Trace) -> Value:
            value = evaluate(scope, trace)
            return self._checked_value(value, convert, allowed, number, scope, trace, place)

        return checked

    def _checked_value(
        self,
        value: Value,
        convert: Callable[[Value, Trace], Value] | None,
        allowed: Test | None,
        number: int,
        scope: Scope,
        trace: Trace,
        place: Place,
    ) -> Value:
        if convert is not None:
            value = convert(value, trace)
        if value is None or allowed is None or allowed(value, scope, trace):
            return value
        trace.note(
            place,
            "“{value}” is not among the output values of “{column}”.",
            value=value,
            column=self._outputs[number].label,
        )
        return None
