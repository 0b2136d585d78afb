"""FEEL texts of a model as functions: compiled once, at load; null with a note when unreadable."""

from collections.abc import Callable, Iterable

from engine.dmn.cell_shapes import constant_of
from engine.dmn.explanation import Place, Problem, Trace
from engine.dmn.item_types import AllowedTest, ItemTypes
from engine.dmn.model import Text
from engine.feel import FeelSyntaxError, Value, compile_expression, compile_unary_tests
from engine.feel.type_names import Type

Scope = dict[str, Value]
"""The values in scope by name; never changed once an expression has seen it."""

Evaluator = Callable[[Scope, Trace], Value]
Test = Callable[[Value, Scope, Trace], bool]
Names = frozenset[str]

_FOREIGN = "The text is written in {language}; only FEEL runs here. Write it in FEEL."


class Literals:
    """Compiles the texts of one file; what cannot be read is added to `problems`."""

    def __init__(self, types: ItemTypes, member_names: Names, problems: list[Problem]) -> None:
        self.types = types
        self.member_names = member_names
        self._problems = problems
        self._special_members = _special(member_names)
        self._feel_types = types.named_types()
        self.read_names: set[str] = set()
        self.free_names: dict[str, set[str]] = {}
        """Per element, the names its texts read that nothing in the model defines."""

    def expression(self, text: Text, names: Names, place: Place) -> Evaluator:
        """The text as a function of its scope; an empty one is null."""
        if text.text is None:
            return _null
        if not _is_feel(text):
            return self._broken(place, _FOREIGN, language=text.language)
        constant = constant_of(text.text)
        if constant is not None:
            return lambda scope, trace: constant
        try:
            expression = compile_expression(
                text.text, self._names_in(text.text, names), self._types_for(text.text)
            )
        except FeelSyntaxError as error:
            return self._broken(place, error.sentence, **error.values)
        self._remember(expression.names, names, place)
        name = text.text
        if name.isidentifier() and name in names and expression.names == {name}:
            return lambda scope, trace: scope.get(name)

        def evaluate(scope: Scope, trace: Trace) -> Value:
            value = expression.evaluate(scope)
            if trace.run.problems:
                trace.take(place)
            return value

        return evaluate

    def tests(self, text: Text, names: Names, place: Place) -> Test:
        """The unary tests as a function of a value; what is neither yes nor no is no."""
        if text.text is None:
            return lambda value, scope, trace: True
        if not _is_feel(text):
            broken = self._broken(place, _FOREIGN, language=text.language)
            return lambda value, scope, trace: broken(scope, trace) is True
        try:
            tests = compile_unary_tests(
                text.text, self._names_in(text.text, names), self._types_for(text.text)
            )
        except FeelSyntaxError as error:
            broken = self._broken(place, error.sentence, **error.values)
            return lambda value, scope, trace: broken(scope, trace) is True
        self._remember(tests.names, names, place)

        def matches(value: Value, scope: Scope, trace: Trace) -> bool:
            found = tests.matches(value, scope)
            if trace.run.problems:
                trace.take(place)
            return found is True

        return matches

    def values(self, text: Text) -> list[Value] | None:
        """The values that a list of output values names, in order; None when it names none."""
        if text.text is None or text.text == "-":
            return None
        try:
            listed = compile_expression(f"[{text.text}\n]").evaluate({})
        except FeelSyntaxError:
            return None
        return listed if isinstance(listed, list) else None

    def _remember(self, read: Names, names: Names, place: Place) -> None:
        self.read_names |= read
        self.free_names.setdefault(place.element, set()).update(read - names)

    def _names_in(self, text: str, names: Names) -> list[str]:
        # A model may have thousands of names; only those that stand in the text can matter to it.
        squeezed = "".join(text.split())
        special = {**self._special_members, **_special(names)}
        return [name for name, pressed in special.items() if pressed in squeezed]

    def _types_for(self, text: str) -> dict[str, Type] | None:
        # Types are named after `instance of` and by parameters only.
        return self._feel_types if "instance" in text or "function" in text else None

    def _broken(self, place: Place, sentence: str, /, **values: object) -> Evaluator:
        self._problems.append(Problem(place, sentence, values))

        def evaluate(scope: Scope, trace: Trace) -> Value:
            trace.note(place, sentence, **values)
            return None

        return evaluate


def allowed_test(problems: list[Problem]) -> AllowedTest:
    """Compiles the allowed values of types; unreadable ones allow everything and are reported."""

    def compile_allowed(text: Text, name: str) -> Callable[[Value], bool]:
        if text.text is None or not _is_feel(text):
            return lambda value: True
        try:
            tests = compile_unary_tests(text.text)
        except FeelSyntaxError as error:
            problems.append(Problem(Place(name, text.line), error.sentence, error.values))
            return lambda value: True
        return lambda value: tests.matches(value, {}) is True

    return compile_allowed


def _special(names: Iterable[str]) -> dict[str, str]:
    # Plain names are found without help.
    return {name: "".join(name.split()) for name in names if not name.isidentifier()}


def _is_feel(text: Text) -> bool:
    return text.language is None or "feel" in text.language.lower()


def _null(scope: Scope, trace: Trace) -> Value:
    return None
