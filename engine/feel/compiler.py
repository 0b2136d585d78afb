"""Nodes become closures: each takes a frame and answers a value. No source is ever generated."""

from collections.abc import Callable
from decimal import Decimal

from engine.feel.arithmetic import Operation, add, divide, exponentiate, multiply, negate, subtract
from engine.feel.calls import invoke, invoke_named
from engine.feel.coercion import is_instance
from engine.feel.compile_comparisons import (
    between_code,
    comparison_code,
    in_code,
    logic_code,
    range_code,
)
from engine.feel.compile_constants import quick_comparison
from engine.feel.compile_runs import joined_runs
from engine.feel.compile_scopes import filter_code, function_code, iteration_code
from engine.feel.errors import NullResult
from engine.feel.frame import Code, Frame, local_reader, root_reader
from engine.feel.limits import check_text
from engine.feel.paths import member
from engine.feel.syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    ContextNode,
    Filter,
    FunctionNode,
    If,
    In,
    InstanceOf,
    Iteration,
    ListOfNodes,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    RangeNode,
)
from engine.feel.values import Value

_OPERATIONS: dict[str, Operation] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": exponentiate,
}


def compile_node(node: Node) -> Code:
    """The closure that evaluates the node."""
    return _COMPILERS[type(node)](node)


def _literal(node: Literal) -> Code:
    value, position, reason = node.value, node.position, node.reason
    if not reason:
        return lambda frame: value

    def run(frame: Frame) -> Value:
        frame.run.note(position, reason)
        return value

    return run


def _name(node: Name) -> Code:
    if node.is_local or node.name == "?":
        return local_reader(node.name, node.position)
    return root_reader(node.name, node.position)


def _list(node: ListOfNodes) -> Code:
    items = [compile_node(item) for item in node.items]

    def run(frame: Frame) -> Value:
        frame.run.charge(len(items))
        return [item(frame) for item in items]

    return run


def _context(node: ContextNode) -> Code:
    entries = [(name, compile_node(entry)) for name, entry in node.entries]
    is_ambiguous = len({name for name, _ in entries}) < len(entries)
    position = node.position

    def run(frame: Frame) -> Value:
        if is_ambiguous:
            frame.run.note(position, "Two entries of the context have the same name.")
            return None
        frame.run.charge(1 + 2 * len(entries))
        # Later entries and functions inside see the earlier ones: they share this frame.
        inner = frame.inner({})
        result: dict[str, Value] = {}
        for name, code in entries:
            result[name] = inner.local[name] = code(inner)
        return result

    return run


def _chain(node: Chain) -> Code:
    first = compile_node(node.first)
    steps = [(_OPERATIONS[sign], compile_node(operand)) for sign, operand in node.rest]
    position = node.position
    if len(steps) == 1:
        operation, second = steps[0]

        def run_one(frame: Frame) -> Value:
            try:
                value = operation(first(frame), second(frame))
            except NullResult as reason:
                frame.run.note(position, reason.sentence, **reason.values)
                return None
            if type(value) is str:
                check_text(frame.run, len(value))
            return value

        return run_one

    def run(frame: Frame) -> Value:
        value = first(frame)
        for operation, operand in steps:
            try:
                value = operation(value, operand(frame))
            except NullResult as reason:
                frame.run.note(position, reason.sentence, **reason.values)
                return None
            if type(value) is str:
                check_text(frame.run, len(value))
        return value

    return run


def _negation(node: Negation) -> Code:
    operand, position = compile_node(node.operand), node.position
    if isinstance(node.operand, Literal) and isinstance(node.operand.value, Decimal):
        constant = negate(node.operand.value)
        return lambda frame: constant

    def run(frame: Frame) -> Value:
        try:
            return negate(operand(frame))
        except NullResult as reason:
            frame.run.note(position, reason.sentence, **reason.values)
            return None

    return run


def _instance_of(node: InstanceOf) -> Code:
    value, kind = compile_node(node.value), node.kind
    return lambda frame: is_instance(value(frame), kind, frame.run)


def _path(node: Path) -> Code:
    source, name, position = compile_node(node.source), node.name, node.position

    def run(frame: Frame) -> Value:
        try:
            return member(source(frame), name)
        except NullResult as reason:
            frame.run.note(position, reason.sentence, **reason.values)
            return None

    return run


def _call(node: Call) -> Code:
    function = compile_node(node.function)
    arguments = [compile_node(argument) for argument in node.arguments]
    names, position = node.names, node.position

    def run(frame: Frame) -> Value:
        try:
            target = function(frame)
            if names is None:
                return invoke(frame.run, target, [argument(frame) for argument in arguments])
            pairs = zip(names, arguments, strict=True)
            return invoke_named(frame.run, target, {name: code(frame) for name, code in pairs})
        except NullResult as reason:
            frame.run.note(position, reason.sentence, **reason.values)
            return None

    return run


def _if(node: If) -> Code:
    condition, then = compile_node(node.condition), compile_node(node.then)
    otherwise, position = compile_node(node.otherwise), node.position

    def run(frame: Frame) -> Value:
        value = condition(frame)
        if value is True:
            return then(frame)
        if value is False or value is None:
            return otherwise(frame)
        frame.run.note(position, "The condition of “if” is neither true nor false.")
        return None

    return run


def _comparison(node: Comparison) -> Code:
    general = comparison_code(node, compile_node(node.left), compile_node(node.right))
    return quick_comparison(node, general)


def _logic(node: Logic) -> Code:
    parts = [compile_node(part) for part in node.parts]
    return logic_code(node, joined_runs(node, parts))


def _between(node: Between) -> Code:
    return between_code(
        node, compile_node(node.value), compile_node(node.low), compile_node(node.high)
    )


def _in(node: In) -> Code:
    return in_code(node, compile_node(node.value), [compile_node(test) for test in node.tests])


def _range(node: RangeNode) -> Code:
    start = compile_node(node.start) if node.start is not None else None
    end = compile_node(node.end) if node.end is not None else None
    return range_code(node, start, end)


def _filter(node: Filter) -> Code:
    return filter_code(node, compile_node(node.source), compile_node(node.condition))


def _iteration(node: Iteration) -> Code:
    domains = [
        (name, compile_node(start), compile_node(end) if end is not None else None)
        for name, start, end in node.domains
    ]
    return iteration_code(node, domains, compile_node(node.body))


def _function(node: FunctionNode) -> Code:
    return function_code(node, compile_node(node.body) if node.body is not None else None)


_COMPILERS: dict[type[Node], Callable[..., Code]] = {
    Literal: _literal,
    Name: _name,
    ListOfNodes: _list,
    ContextNode: _context,
    RangeNode: _range,
    Logic: _logic,
    Chain: _chain,
    Comparison: _comparison,
    Between: _between,
    In: _in,
    Negation: _negation,
    InstanceOf: _instance_of,
    Path: _path,
    Filter: _filter,
    Call: _call,
    If: _if,
    Iteration: _iteration,
    FunctionNode: _function,
}
