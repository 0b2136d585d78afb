"""Calling a function value with positional or named arguments."""

from collections.abc import Mapping, Sequence

from engine.feel.builtins.registry import Builtin
from engine.feel.coercion import coerce
from engine.feel.errors import NullResult
from engine.feel.kinds import kind_of, kind_of_type
from engine.feel.limits import Run, running
from engine.feel.type_names import ANY
from engine.feel.values import FeelFunction, Value


def invoke(run: Run, function: Value, arguments: Sequence[Value]) -> Value:
    """The result; raises NullResult when it is no function or the arguments do not fit."""
    if isinstance(function, Builtin):
        run.charge(1 + sum(map(_weight, arguments)))
        return function.call(run, arguments)
    if not isinstance(function, FeelFunction):
        raise NullResult("This is {kind}, not a function.", kind=kind_of(function))
    if len(arguments) != len(function.parameters):
        raise NullResult(
            "The function {name} takes {wanted} arguments, not {given}.",
            name=function.name or "here", wanted=len(function.parameters), given=len(arguments),
        )  # fmt: skip
    if function.types:
        arguments = [
            _argument(run, function, place, argument) for place, argument in enumerate(arguments)
        ]
    run.enter(function.frames)
    try:
        if function.is_closure:
            result = function.body(arguments)
        else:
            with running(run):
                result = function.body(arguments)
    finally:
        run.leave(function.frames)
    return result if function.result is ANY else coerce(result, function.result, run)


def _weight(argument: Value) -> int:
    """What it costs a built-in to walk through the argument."""
    if isinstance(argument, str):
        return len(argument) // 16
    return len(argument) // 4 if isinstance(argument, list) else 0


def _argument(run: Run, function: FeelFunction, place: int, argument: Value) -> Value:
    kind = function.type_of(place)
    accepted = coerce(argument, kind, run)
    if accepted is None and argument is not None:
        raise NullResult(
            "The argument {parameter} must be {wanted}, not {given}.",
            parameter=function.parameters[place], wanted=kind_of_type(kind), given=kind_of(argument),
        )  # fmt: skip
    return accepted


def invoke_named(run: Run, function: Value, arguments: Mapping[str, Value]) -> Value:
    """As `invoke`, with arguments by parameter name."""
    if isinstance(function, Builtin):
        run.charge(1 + sum(map(_weight, arguments.values())))
        return function.call_named(run, arguments)
    if not isinstance(function, FeelFunction):
        raise NullResult("This is {kind}, not a function.", kind=kind_of(function))
    for name in arguments:
        if name not in function.parameters:
            raise NullResult("The function has no parameter {name}.", name=name)
    missing = [name for name in function.parameters if name not in arguments]
    if missing:
        raise NullResult("The argument {name} is missing.", name=missing[0])
    return invoke(run, function, [arguments[name] for name in function.parameters])
