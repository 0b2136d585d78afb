"""Compiled expressions and unary tests: compile once, evaluate many times."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from engine.feel.builtins.catalogue import BUILTINS
from engine.feel.comparison import is_in
from engine.feel.compiler import compile_node
from engine.feel.errors import LimitReached, Problem
from engine.feel.frame import UNKNOWN_NAME, Code, Frame
from engine.feel.limits import Run, current_run
from engine.feel.names import is_plain
from engine.feel.parser import Parser
from engine.feel.syntax import Literal, Node, Tests
from engine.feel.type_names import Type
from engine.feel.values import Value

_NOTHING: Mapping[str, object] = {}
_CLOCK = frozenset({"now", "today"})  # the functions that read it


class Expression:
    """A compiled FEEL expression. `names` are the free names that it reads, `free` those and the built-in ones."""

    __slots__ = ("_code", "free", "height", "names", "node", "text")

    def __init__(self, text: str, node: Node, free: frozenset[str]) -> None:
        self.text = text
        self.node = node
        self.free = free
        self.names = free - BUILTINS.keys()
        self.height = node.height
        self._code: Code = compile_node(node)

    @property
    def reads_clock(self) -> bool:
        """Whether its value may change by the clock alone."""
        return not self.free.isdisjoint(_CLOCK)

    @property
    def reads_days_only(self) -> bool:
        """Whether what it reads of the clock is only the day."""
        return "now" not in self.free

    def evaluate(self, context: Mapping[str, object] | None = None) -> Value:
        """The value; null where the standard says so. Never raises for what the text says."""
        run = current_run()
        if run is None:
            return self._within(Run(), context)
        return self._nested(run, context)

    def report(self, context: Mapping[str, object] | None = None) -> tuple[Value, list[Problem]]:
        """The value, and where and why parts of the expression became null."""
        run = Run()
        return self._within(run, context), run.problems

    def unknown(self, context: Mapping[str, object]) -> list[str]:
        """The names that were asked for and that the context does not have; each once, in order."""
        if self.names <= context.keys():
            return []
        problems = self.report(context)[1]
        asked = [str(each.values["name"]) for each in problems if each.sentence == UNKNOWN_NAME]
        return list(dict.fromkeys(asked))

    def _within(self, run: Run, context: Mapping[str, object] | None) -> Value:
        try:
            return self._code(Frame(_NOTHING if context is None else context, {}, run, {}))
        except LimitReached as limit:
            run.note(0, limit.sentence, **limit.values)
        except RecursionError:  # the bounds on depth are estimates; this is the net below them
            run.note(0, "The expression nests too deeply.")
        return None

    def _nested(self, run: Run, context: Mapping[str, object] | None) -> Value:
        # Called back from a function of another engine: limits stop the outermost evaluation.
        run.enter(self.height)
        value = self._code(Frame(_NOTHING if context is None else context, {}, run, {}))
        run.leave(self.height)
        return value


class UnaryTests:
    """Compiled unary tests: a cell of a decision table, or allowed values."""

    __slots__ = ("_parts", "height", "is_negated", "names", "node", "text")

    def __init__(self, text: str, node: Tests, names: frozenset[str]) -> None:
        self.text = text
        self.node = node
        self.names = names
        self.height = node.height
        self.is_negated = node.is_negated
        self._parts = [
            (compile_node(part), uses, isinstance(part, Literal))
            for part, uses in zip(node.parts, node.uses_input, strict=True)
        ]

    def matches(self, value: Value, context: Mapping[str, object] | None = None) -> bool | None:
        """Whether any test holds for the value (a FEEL value), which they may call `?`."""
        run = current_run() or Run()
        frame = Frame(_NOTHING if context is None else context, {"?": value}, run, {})
        try:
            found = self._any(frame, value)
        except (LimitReached, RecursionError):
            if current_run() is not None:
                raise
            return None
        if not self.is_negated:
            return found
        return None if found is None else not found

    def _any(self, frame: Frame, value: Value) -> bool | None:
        is_unknown = False
        for code, uses_input, is_literal in self._parts:
            result = code(frame)
            # The cell `true` asks whether the value is true; `a > b` is a test by itself.
            found = (
                is_in(value, result, frame.run)
                if is_literal
                else _holds(result, value, uses_input, frame.run)
            )
            if found:
                return True
            is_unknown = is_unknown or found is None
        return None if is_unknown else False


def _holds(result: Value, value: Value, uses_input: bool, run: Run) -> bool | None:
    if isinstance(result, bool) and (uses_input or not isinstance(value, bool)):
        return result
    if uses_input and result is None:
        return None
    return is_in(value, result, run)


def compile_expression(
    text: str, names: Iterable[str] = (), types: Mapping[str, Type] | None = None
) -> Expression:
    """The compiled expression, from a cache when it was compiled before.

    `names` are the names in scope, nested ones too when they have spaces or operators in them;
    `types` are the types that `instance of` may name. Raises FeelSyntaxError.
    """
    known = frozenset(name for name in names if not is_plain(name))
    return _compiled(text, known, tuple((types or {}).items()))


def compile_unary_tests(
    text: str, names: Iterable[str] = (), types: Mapping[str, Type] | None = None
) -> UnaryTests:
    """The compiled unary tests, from a cache when they were compiled before.

    As `compile_expression`; `-` holds for every value, `not(…)` turns the answer round.
    """
    known = frozenset(name for name in names if not is_plain(name))
    return _compiled_tests(text, known, tuple((types or {}).items()))


@lru_cache(maxsize=8192)
def _compiled(text: str, names: frozenset[str], types: tuple[tuple[str, Type], ...]) -> Expression:
    parser = Parser(text, names, dict(types))
    node = parser.whole()
    return Expression(text, node, frozenset(parser.free))


@lru_cache(maxsize=8192)
def _compiled_tests(
    text: str, names: frozenset[str], types: tuple[tuple[str, Type], ...]
) -> UnaryTests:
    parser = Parser(text, names, dict(types))
    node = parser.whole_tests()
    return UnaryTests(text, node, frozenset(parser.free - BUILTINS.keys() - {"?"}))
