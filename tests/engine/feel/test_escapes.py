"""Known sandbox escapes and bombs: each is refused, or null, within its budget; nothing is raised.

Every expression runs over a context of plain data; the budget is cut so that the suite stays quick.
"""

import time

import pytest

from engine.errors import Refusal
from engine.feel import (
    FeelFunction,
    FeelSyntaxError,
    Limits,
    UnknownValue,
    ValueTooLarge,
    compile_expression,
    evaluate,
    limited_to,
    report,
    to_feel,
    to_json,
)

SECONDS = 3.0  # CPU; the budget below is a tenth of it
CONTEXT: dict[str, object] = {"x": {"y": 1}, "s": "text", "n": 1, "rows": [1, 2]}

CLIMBS = [
    '"".__class__.__mro__[1].__subclasses__()',
    "x.__class__",
    "s.format",
    "n.__add__(1)",
    "rows.__len__()",
    "x.keys()",
    "x.get",
    "(function(a) a).__globals__",
    "abs.__globals__",
    "abs.overloads[1].implementation",
    '@"2024-01-01".__init__',
    '__import__("os").system("id")',
    'eval("1")',
    'exec("import os")',
    'open("/etc/passwd")',
    "globals()",
    "__builtins__",
    'getattr(x, "__class__")',
    '"%s" % x',
    '(function() external {java: {class: "java.lang.Runtime", "method signature": "exec()"}})()',
    'get value(x, "__class__")',
    'date and time("2024-01-01T00:00:00@../../../etc/passwd")',
]
BOMBS = {
    "exponent": "9 ** 9 ** 9 ** 9 ** 9",
    "huge exponent of a fraction": "exp(99999999999)",
    "range of a thousand million": "for i in 1..10**9 return i",
    "range beyond all numbers": "for i in 1..10**6000 return i",
    "downward range": "count(for i in 10**9..1 return i)",
    "nested loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
    "nested quantifiers": "some a in 1..100000, b in 1..100000 satisfies a + b < 0",
    "loop in a loop": "for a in 1..9999 return for b in 1..9999 return for c in 1..9999 return c",
    "text doubling": '{f: function(t, n) if n = 0 then t else f(t + t, n - 1), r: f("ab", 60)}.r',
    "texts in a list": '{f: function(t, n) if n = 0 then t else f(t + t, n - 1), t: f("a", 19), '
    "r: for i in 1..100000 return t + string(i)}.r",
    "list doubling": "{f: function(t, n) if n = 0 then t else f(concatenate(t, t), n - 1), "
    "r: f([1], 60)}.r",
    "recursion without end": "{f: function(n) f(n + 1), r: f(1)}.r",
    "function calling itself": "(function(f) f(f))(function(f) f(f))",
    "exponential recursion": "{f: function(n) if n < 2 then n else f(n-1) + f(n-2), r: f(60)}.r",
    "deep nesting of values": "for i in 1..100000 return [partial[-1]]",
    "text of a deep value": "string(for i in 1..900 return if i = 1 then [] else [partial[-1]])",
    "comparing shared parts": "{f: function(t, n) if n = 0 then t else f([t, t], n - 1), "
    "r: f(1, 50) = f(1, 50)}.r",
    "flattening shared parts": "{f: function(t, n) if n = 0 then t else f([t, t], n - 1), "
    "r: count(flatten(f([1], 50)))}.r",
    "writing shared parts": "{f: function(t, n) if n = 0 then t else f({a: t, b: t}, n - 1), "
    "r: string length(string(f(1, 50)))}.r",
    "replacement growth": '{f: function(t, n) if n = 0 then t else f(replace(t, ".", "$0$0$0$0"), '
    'n - 1), r: string length(f("a", 30))}.r',
    "join of everything": 'string join(for i in 1..200000 return "0123456789")',
    "sort with a slow function": "sort(for i in 1..9999 return i, "
    "function(a, b) count(for i in 1..9999 return i) > 0)",
    "quadratic distinct": "count(distinct values(for i in 1..100000 return {a: i}))",
    "pattern of repetitions": 'matches("a", "(((a{1000}){1000}){1000})")',
    "duration overflow": 'duration("P1D") * 10**6000',
    "year overflow": 'date("999999999-12-31") + duration("P9999999D")',
}
TEXTS = {
    "parentheses": "(" * 4000 + "1" + ")" * 4000,
    "lists": "[" * 4000 + "]" * 4000,
    "contexts": "{a:" * 4000 + "1" + "}" * 4000,
    "minus signs": "-" * 4000 + "1",
    "calls": "not(" * 3000 + "true" + ")" * 3000,
    "conditions": "if a then " * 2000 + "1" + " else 2" * 2000,
    "path": "a" + ".b" * 4000,
    "filters": "a" + "[1]" * 4000,
    "comparisons": "=".join(["1"] * 4000),
    "functions": "function(a) " * 2000 + "1",
    "types": "a instance of " + "list<" * 2000 + "number" + ">" * 2000,
    "length": "1 + " * 20_000 + "1",
    "digits": "9" * 40_000,
    "exponent digits": "1e999999999",
    "open comments": "/*" * 20_000,
    "open texts": '"\\' * 10_000,
    "half a character": "\ud800 + 1",
    "null character": "a\0b",
}


@pytest.mark.parametrize("expression", CLIMBS)
def test_no_expression_climbs_into_python(expression: str) -> None:
    try:
        value, problems = report(expression, CONTEXT)
    except FeelSyntaxError:
        return
    assert value is None
    assert problems


def test_a_format_string_stays_text() -> None:
    assert evaluate('"{0.__class__}" + s', CONTEXT) == "{0.__class__}text"
    assert evaluate("[].append", CONTEXT) == []


@pytest.mark.parametrize("expression", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_ends_in_null_with_its_reason(expression: str) -> None:
    started = time.process_time()
    with limited_to(Limits(work=200_000, seconds=0.3)):
        value, problems = report(expression, CONTEXT)
    assert value is None
    assert problems
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_hostile_text_is_refused(text: str) -> None:
    started = time.process_time()
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    "expression",
    [
        'matches(t, "(a+)+$")',
        'matches(t, "(a|a)*b")',
        'matches(t, "(.*)(.*)(.*)(.*)(.*)x")',
        'replace(t, "(a|aa)+$", "x")',
        'split(t, "(a*)*b")',
    ],
)
def test_a_catastrophic_pattern_takes_linear_time(expression: str) -> None:
    started = time.process_time()
    with limited_to(Limits(work=200_000, seconds=0.3)):
        evaluate(expression, {"t": "a" * 50_000 + "!"})
    assert time.process_time() - started < SECONDS


class _Host:
    secret = "the key"

    def __str__(self) -> str:
        raise AssertionError("a method of the host was called")

    __repr__ = __hash__ = __eq__ = __str__  # type: ignore[assignment]  # none may be called


@pytest.mark.parametrize("value", [_Host(), [_Host()], {"a": _Host()}, {1: 2}, {1}, b"x", len])
def test_a_host_object_is_not_let_in(value: object) -> None:
    with pytest.raises(UnknownValue):
        to_feel(value)


def test_a_host_object_in_the_context_reads_as_null() -> None:
    value, problems = report("host.secret", {"host": _Host()})
    assert value is None
    assert "_Host" in problems[0].message


def test_a_value_too_deep_or_too_long_is_refused() -> None:
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    for value in (deep, [None] * 300_000, "x" * 2_000_000):
        with pytest.raises(ValueTooLarge):
            to_feel(value)


def test_shared_parts_are_converted_once() -> None:
    value: object = [1]
    for _ in range(40):
        value = [value, value]
    assert isinstance(to_feel(value), list)
    with pytest.raises(ValueTooLarge):
        to_json(to_feel(value))


def test_a_function_of_another_engine_shares_the_budget() -> None:
    inner = compile_expression("for i in 1..1000 return i")
    function = FeelFunction((), lambda arguments: inner.evaluate({}))
    with limited_to(Limits(work=20_000, seconds=1.0)):
        value, problems = report("for i in 1..1000 return f()", {"f": function})
    assert value is None
    assert problems


def test_functions_that_call_each_other_through_another_engine_end() -> None:
    context: dict[str, object] = {}
    again = compile_expression("f()")
    context["f"] = FeelFunction((), lambda arguments: again.evaluate(context))
    value, problems = report("f()", context)
    assert value is None
    assert "too deeply" in problems[-1].message


def test_a_refusal_is_a_sentence_without_the_inside_of_python() -> None:
    with pytest.raises(Refusal) as refusal:
        compile_expression("x.__class__.")
    assert "Traceback" not in refusal.value.message()
    assert refusal.value.message().endswith(".")
