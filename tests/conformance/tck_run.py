"""Runs test cases of the DMN Technology Compatibility Kit and says which pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from engine.dmn import Model, directory, load
from engine.feel import Value, equal
from tests.conformance.tck_cases import Case, Expected, Suite, read_suites

TOLERANCE = Decimal("1e-8")
"""How far numbers may be apart, as in the kit's own runner."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One result that is not as expected; `problems` is what the engine said about it."""

    case: str
    result: str
    expected: str
    got: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What came of one file of test cases; `name` is its folder, `level` the compliance level."""

    level: str
    name: str
    total: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        """How many test cases had every result right."""
        return self.total - len({failure.case for failure in self.failures})


def run_folder(folder: Path) -> Iterator[Group]:
    """The outcome of every file of test cases below a folder."""
    for suite in read_suites(folder):
        parts = suite.path.parent.relative_to(folder).parts
        name = "/".join(parts) or suite.path.stem
        level = next((part for part in suite.path.parts if "complian" in part), "none")
        failures = tuple(_failures(suite))
        yield Group(level, name, len(suite.cases), failures)


def same(got: Value, expected: Value) -> bool:
    """Whether a result is as the kit expects it: numbers nearly, all else by value."""
    if isinstance(expected, Decimal) and isinstance(got, Decimal):
        if expected.is_finite() and got.is_finite():
            return abs(got - expected) <= TOLERANCE
        return False
    if isinstance(expected, list) and isinstance(got, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(expected, dict) and isinstance(got, dict):
        return got.keys() == expected.keys() and all(
            same(got[key], expected[key]) for key in expected
        )
    return type(got) is type(expected) and equal(got, expected) is True


def _failures(suite: Suite) -> Iterator[Failure]:
    try:
        model = load(suite.model.read_bytes(), resolve=directory(suite.model.parent))
    except Exception as error:  # whatever breaks is a finding of this run, not its end
        for number, case in enumerate(suite.cases, start=1):
            yield Failure(f"{case.id}#{number}", "", "", "the model was refused", (str(error),))
        return
    for number, case in enumerate(suite.cases, start=1):
        yield from _case_failures(model, case, f"{case.id}#{number}")


def _case_failures(model: Model, case: Case, name: str) -> Iterator[Failure]:
    context: dict[str, Value] = {}
    for given in case.inputs:
        _place(context, model.import_path(given.namespace or ""), given.name, given.value)
    for result in case.results:
        try:
            decided = model.explain(case.invocable or result.name, context)
        except Exception as error:  # as above
            yield Failure(name, result.name, repr(result.value), "refused", (str(error),))
            continue
        got = _result(model, case, result, decided.value)
        if not same(got, result.value):
            problems = tuple(str(problem) for problem in decided.problems)
            yield Failure(name, result.name, repr(result.value), repr(got), problems)


def _place(context: dict[str, Value], path: tuple[str, ...], name: str, value: Value) -> None:
    for alias in path:
        inner = context.setdefault(alias, {})
        if isinstance(inner, dict):
            context = inner
    context[name] = value


def _result(model: Model, case: Case, result: Expected, value: Value) -> Value:
    # A service with one output gives its value, one with several a context of them.
    if case.kind != "decisionService" or case.invocable is None:
        return value
    has_several = len(model.outputs(case.invocable)) > 1
    return value.get(result.name) if has_several and isinstance(value, dict) else value
