"""FEEL, the expression language of DMN 1.5 (chapter 10): the one language an analyst writes.

    evaluate("if age >= 18 then \\"adult\\" else \\"minor\\"", {"age": 20})

No loops without end, no side effects, no objects to climb. What is wrong inside an expression
makes a null, and `report` says where and why; what is no expression raises FeelSyntaxError.
"""

from collections.abc import Mapping, Sequence

from engine.feel.calls import invoke
from engine.feel.clock import clock_set_to, local_clock
from engine.feel.coercion import coerce, conforms
from engine.feel.comparison import compare, equal, includes, is_in
from engine.feel.conversion import Json, to_feel, to_json
from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.errors import (
    FeelSyntaxError,
    LimitReached,
    NullResult,
    Problem,
    UnknownValue,
    ValueTooLarge,
)
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.feel.limits import Limits, Run, current_run, limited_to
from engine.feel.scope_names import names_within
from engine.feel.text import to_text
from engine.feel.type_names import (
    ANY,
    SIMPLE_TYPES,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Simple,
    Type,
)
from engine.feel.type_reader import parse_type
from engine.feel.values import FeelFunction, Range, Value


def evaluate(expression: str, context: Mapping[str, object] | None = None) -> Value:
    """The value of the expression over a context of Python or FEEL values.

    Raises FeelSyntaxError when the text is not FEEL.
    """
    return compile_expression(expression, names_within(context)).evaluate(context)


def report(
    expression: str, context: Mapping[str, object] | None = None
) -> tuple[Value, list[Problem]]:
    """The value, and where and why parts became null, for the author of the expression."""
    return compile_expression(expression, names_within(context)).report(context)


def call(function: Value, arguments: Sequence[Value]) -> Value:
    """The result of a FEEL function; null when it is none or the arguments do not fit."""
    run = current_run()
    try:
        return invoke(run or Run(), function, arguments)
    except NullResult:
        return None
    except (LimitReached, RecursionError):
        if run is not None:
            raise
        return None


__all__ = [
    "ANY", "SIMPLE_TYPES", "ContextOf", "Date", "DateTime", "DaysTime", "Expression",
    "FeelFunction", "FeelSyntaxError", "FunctionOf", "Json", "Limits", "ListOf", "Problem",
    "Range", "RangeOf", "Run", "Simple", "Time", "Type", "UnaryTests", "UnknownValue", "Value",
    "ValueTooLarge", "YearsMonths", "call", "clock_set_to", "coerce", "compare",
    "compile_expression", "compile_unary_tests", "conforms", "equal", "evaluate", "includes",
    "is_in", "limited_to", "local_clock", "names_within", "parse_type", "report", "to_feel", "to_json", "to_text",
]  # fmt: skip
