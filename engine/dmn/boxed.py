"""Boxed expressions as functions of their scope (DMN 1.5, 7.3 and 10.2)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.dmn.explanation import Place, Trace
from engine.dmn.functions import call_by_name, function_value, not_feel
from engine.dmn.literals import Evaluator, Literals, Names, Scope
from engine.dmn.model import (
    Box,
    Conditional,
    ContextBox,
    FilterBox,
    FunctionBox,
    FunctionKind,
    Invocation,
    Iteration,
    IterationKind,
    ListBox,
    Literal,
    Relation,
    Table,
)
from engine.dmn.tables import compile_table
from engine.feel import Range, Value, compile_expression


class Boxes:
    """Compiles the boxed expressions of one element of a model."""

    def __init__(self, literals: Literals, element: str) -> None:
        self._literals = literals
        self._element = element

    def compile(self, box: Box | None, names: Names, type_ref: str | None = None) -> Evaluator:
        """The box as a function; null when there is none. `type_ref` is what its place declares.

        The result is converted to both types, its own and the declared one.
        """
        if box is None:
            return _null
        place = Place(self._element, box.line)
        evaluate = self._compile(box, names, place, type_ref)
        for wanted in dict.fromkeys((_own_type(box), type_ref)):
            evaluate = self._converted(evaluate, wanted, place)
        return evaluate

    def function_body(self, box: FunctionBox | None, names: Names, result: str | None) -> Evaluator:
        """The body of a knowledge model as a function of its parameters and what it requires."""
        if box is None:
            return _null
        place = Place(self._element, box.line)
        if box.kind is not FunctionKind.FEEL:
            return not_feel(box.kind, place)
        return self.compile(box.body, names, result)

    def _converted(self, evaluate: Evaluator, type_ref: str | None, place: Place) -> Evaluator:
        convert = self._literals.types.conversion(type_ref, place)
        if convert is None:
            return evaluate
        return lambda scope, trace: convert(evaluate(scope, trace), trace)

    def _compile(self, box: Box, names: Names, place: Place, type_ref: str | None) -> Evaluator:
        match box:
            case Literal():
                return self._literals.expression(box.source, names, place)
            case Table():
                declared = box.type_ref or type_ref
                return compile_table(box, self._literals, names, place, declared)
            case ContextBox():
                return self._context(box, names)
            case ListBox():
                return self._list(box, names)
            case Relation():
                return self._relation(box, names)
            case FunctionBox():
                return self._function(box, names, place)
            case Invocation():
                return self._invocation(box, names, place)
            case Conditional():
                return self._conditional(box, names, place)
            case FilterBox():
                return self._filter(box, names, place)
            case Iteration():
                return self._iteration(box, names, place)

    def _context(self, box: ContextBox, names: Names) -> Evaluator:
        entries: list[tuple[str | None, Evaluator]] = []
        for entry in box.entries:
            variable = entry.variable
            value = self.compile(entry.value, names, variable.type_ref if variable else None)
            entries.append((variable.name if variable else None, value))
            if variable is not None:
                names = names | {variable.name}

        def evaluate(scope: Scope, trace: Trace) -> Value:
            inner = dict(scope)
            result: dict[str, Value] = {}
            for name, value in entries:
                if name is None:
                    return value(inner, trace)
                result[name] = value(inner, trace)
                inner[name] = result[name]
            return result

        return evaluate

    def _list(self, box: ListBox, names: Names) -> Evaluator:
        items = [self.compile(item, names) for item in box.items]
        return lambda scope, trace: [item(scope, trace) for item in items]

    def _relation(self, box: Relation, names: Names) -> Evaluator:
        rows = [
            [
                (column.name, self.compile(cell, names, column.type_ref))
                for column, cell in zip(box.columns, row, strict=True)
            ]
            for row in box.rows
        ]
        return lambda scope, trace: [
            {name: cell(scope, trace) for name, cell in row} for row in rows
        ]

    def _function(self, box: FunctionBox, names: Names, place: Place) -> Evaluator:
        inner = names | {parameter.name for parameter in box.parameters}
        body = self.function_body(box, inner, None)
        types = self._literals.types

        def evaluate(scope: Scope, trace: Trace) -> Value:
            return function_value(box, body, types, scope, trace, place)

        return evaluate

    def _invocation(self, box: Invocation, names: Names, place: Place) -> Evaluator:
        called = self.compile(box.called, names)
        arguments = [
            (binding.parameter, self.compile(binding.value, names)) for binding in box.bindings
        ]

        def evaluate(scope: Scope, trace: Trace) -> Value:
            function = called(scope, trace)
            values = {name: value(scope, trace) for name, value in arguments}
            return call_by_name(function, values, trace, place)

        return evaluate

    def _conditional(self, box: Conditional, names: Names, place: Place) -> Evaluator:
        test = self.compile(box.test, names)
        then = self.compile(box.then, names)
        otherwise = self.compile(box.otherwise, names)

        def evaluate(scope: Scope, trace: Trace) -> Value:
            tested = test(scope, trace)
            if tested is None or isinstance(tested, bool):
                return (then if tested else otherwise)(scope, trace)
            trace.note(place, "The condition gives {value}, neither yes nor no.", value=tested)
            return None

        return evaluate

    def _filter(self, box: FilterBox, names: Names, place: Place) -> Evaluator:
        source = self.compile(box.source, names)
        members = self._literals.member_names
        match = self.compile(box.match, names | members | {"item"})

        def evaluate(scope: Scope, trace: Trace) -> Value:
            value = source(scope, trace)
            if value is None:
                trace.note(place, "There is no list to filter.")
                return None
            items = value if isinstance(value, list) else [value]
            kept = []
            is_position = False
            for number, item in enumerate(items, start=1):
                trace.run.charge()
                inner = dict(scope)
                if isinstance(item, dict):
                    inner.update(item)
                if not isinstance(item, dict) or "item" not in item:
                    inner["item"] = item
                matched = match(inner, trace)
                if isinstance(matched, bool) or matched is None:
                    if matched:
                        kept.append(item)
                    continue
                position = _position(matched, len(items))
                if position is None:
                    trace.note(
                        place,
                        "The filter gives {value}, neither yes/no nor a position.",
                        value=matched,
                    )
                    return None
                is_position = True
                if position == number:
                    return item
            return None if is_position else kept

        return evaluate

    def _iteration(self, box: Iteration, names: Names, place: Place) -> Evaluator:
        name = box.variable.name
        source = self.compile(box.source, names)
        body = self.compile(box.body, names | {name, "partial"})
        finish = _QUANTIFIERS.get(box.kind)
        convert = self._literals.types.conversion(box.variable.type_ref, place)

        def evaluate(scope: Scope, trace: Trace) -> Value:
            items = _items(source(scope, trace))
            if items is None:
                trace.note(place, "There is no list to go through.")
                return None
            results: list[Value] = []
            for item in items:
                trace.run.charge(1 + len(results) // 8)
                inner = dict(scope)
                inner[name] = item if convert is None else convert(item, trace)
                if finish is None:
                    inner["partial"] = list(results)
                results.append(body(inner, trace))
            return results if finish is None else finish(results)

        return evaluate


def _own_type(box: Box) -> str | None:
    # The type of a function box is that of its result, which the function itself sees to.
    return None if isinstance(box, FunctionBox) else box.type_ref


def _null(scope: Scope, trace: Trace) -> Value:
    return None


_RANGE_ITEMS = compile_expression("for item in range return item", ["range"])


def _items(value: Value) -> Sequence[Value] | None:
    if value is None:
        return None
    if isinstance(value, Range):
        items = _RANGE_ITEMS.evaluate({"range": value})
        return items if isinstance(items, list) else None
    return value if isinstance(value, list) else [value]


def _position(value: Value, length: int) -> int | None:
    if not isinstance(value, Decimal) or value != value.to_integral_value():
        return None
    return int(value) if value > 0 else length + 1 + int(value)


def _some(results: Sequence[Value]) -> Value:
    if any(result is True for result in results):
        return True
    return False if all(result is False for result in results) else None


def _every(results: Sequence[Value]) -> Value:
    if any(result is False for result in results):
        return False
    return True if all(result is True for result in results) else None


_QUANTIFIERS: dict[IterationKind, Callable[[Sequence[Value]], Value]] = {
    IterationKind.SOME: _some,
    IterationKind.EVERY: _every,
}
