"""Functions of a model as values of FEEL, and calling one by parameter names."""

from collections.abc import Callable, Mapping, Sequence

from engine.dmn.explanation import Place, Trace
from engine.dmn.item_types import ItemTypes
from engine.dmn.model import FunctionBox, FunctionKind, Variable
from engine.feel import FeelFunction, Value
from engine.feel.calls import invoke_named
from engine.feel.errors import NullResult

Scope = dict[str, Value]
Body = Callable[[Scope, Trace], Value]

FRAMES = 24
"""How deep Python nests for one call of a boxed function; FEEL bounds recursion by it."""


def typed_function(
    name: str,
    parameters: Sequence[Variable],
    result: str | None,
    types: ItemTypes,
    call: Callable[[Mapping[str, Value], Trace], Value],
    trace: Trace,
    place: Place,
) -> FeelFunction:
    """A function whose arguments and result must be of the declared types.

    An argument of another type makes the result null (DMN 1.5, 10.3.2.13.1).
    """
    names = tuple(parameter.name for parameter in parameters)
    conversions = [types.conversion(parameter.type_ref, place) for parameter in parameters]
    convert_result = types.conversion(result, place)

    def body(arguments: Sequence[Value]) -> Value:
        values: dict[str, Value] = {}
        for parameter, argument, convert in zip(names, arguments, conversions, strict=True):
            value = argument if convert is None else convert(argument, trace)
            if value is None and argument is not None:
                return None
            values[parameter] = value
        value = call(values, trace)
        return value if convert_result is None else convert_result(value, trace)

    return FeelFunction(
        names,
        body,
        types=tuple(types.feel_type(parameter.type_ref) for parameter in parameters),
        result=types.feel_type(result),
        name=name,
        frames=FRAMES,
    )


def function_value(
    box: FunctionBox, body: Body, types: ItemTypes, scope: Scope, trace: Trace, place: Place
) -> FeelFunction:
    """The function of a boxed function definition, closed over the scope it stands in."""

    def call(values: Mapping[str, Value], trace: Trace) -> Value:
        return body({**scope, **values}, trace)

    return typed_function("", box.parameters, box.type_ref, types, call, trace, place)


def not_feel(kind: FunctionKind, place: Place) -> Body:
    """The body of a function in another language: null, and a note why."""

    def body(scope: Scope, trace: Trace) -> Value:
        trace.note(
            place, "The function is written in {language}, which does not run here.",
            language=kind.value,
        )  # fmt: skip
        return None

    return body


def call_by_name(
    function: Value, arguments: Mapping[str, Value], trace: Trace, place: Place
) -> Value:
    """The result of a call; null with a note when the arguments do not fit."""
    try:
        return invoke_named(trace.run, function, arguments)
    except NullResult as error:
        trace.note(place, error.sentence, **error.values)
        return None
