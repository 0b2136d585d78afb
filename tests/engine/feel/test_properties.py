"""Properties that hold for whatever Hypothesis thinks of."""

from contextlib import suppress
from decimal import Context, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.feel import Limits, compile_unary_tests, evaluate, limited_to, report, to_json, to_text
from engine.feel.kinds import kind_of

_EXACT = Context(prec=34)
_numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15),
                       max_value=10**15, places=6)  # fmt: skip
_pieces = st.sampled_from(
    ["1", "a", '"x"', "(", ")", "[", "]", "{", "}", "..", "+", "-", "*", "**", "/", "=", "<", ":",
     ",", ".", "?", "@", "if", "then", "else", "for", "in", "return", "some", "satisfies", "and",
     "or", "not", "function", "instance of", "list", "<", ">", "between", "true", "null", "date",
     "count", "sort", "partial", "item", "1e9", "'", '"', "\\", "/*", "é"]
)  # fmt: skip


@given(_numbers, _numbers)
def test_sums_and_products_are_the_exact_ones_rounded_to_34_digits(a: Decimal, b: Decimal) -> None:
    context = {"a": a, "b": b}
    assert evaluate("a + b", context) == _EXACT.add(a, b)
    assert evaluate("a - b", context) == _EXACT.subtract(a, b)
    assert evaluate("a * b", context) == _EXACT.multiply(a, b)
    assert evaluate("a < b", context) is (Fraction(a) < Fraction(b))


@given(_numbers, _numbers.filter(bool))
def test_a_modulo_has_the_sign_of_its_divisor(a: Decimal, b: Decimal) -> None:
    rest = evaluate("modulo(a, b)", {"a": a, "b": b})
    assert isinstance(rest, Decimal)
    assert Fraction(rest) == Fraction(a) % Fraction(b)


@given(st.dates(), st.integers(-100_000, 100_000))
def test_days_added_are_days_between(day: object, days: int) -> None:
    context = {"day": day, "days": days}
    value = evaluate('(day + days * @"P1D" - day) / @"P1D"', context)
    assert value == days


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))))
def test_the_text_of_a_value_reads_back_as_the_value(values: list[object]) -> None:
    value = evaluate("v", {"v": values})
    assert to_json(evaluate(to_text(value))) == to_json(value)


@settings(max_examples=250)
@given(st.one_of(st.text(max_size=60), st.lists(_pieces, max_size=25).map(" ".join)))
def test_any_text_is_a_value_or_a_refusal(text: str) -> None:
    with limited_to(Limits(work=20_000, seconds=0.5)):
        with suppress(Refusal):
            report(text, {"a": [1, {"b c": 2}], "b c": "x"})
        with suppress(Refusal):
            compile_unary_tests(text, ["b c"]).matches(Decimal(1), {"a": 1})


_raw = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([10**40, -(10**40)]),
    st.sampled_from(["", "x", "0"]), st.floats(width=16), st.decimals(-3, 3, places=1),
)  # fmt: skip
_tests = st.one_of(
    st.sampled_from(["a", "b", "missing", "count", "a < b"]),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["a", "b", "missing"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
        st.sampled_from(["-1", "0", "2", "0.5", "1e35", '"x"', "true", "false", "null"]),
    ),
)


@settings(max_examples=400)
@given(st.sampled_from(["and", "or"]), st.lists(_tests, min_size=2, max_size=6), _raw, _raw)
def test_many_tests_joined_answer_and_explain_as_each_by_itself(
    word: str, tests: list[str], a: object, b: object
) -> None:
    context = {"a": a, "b": b}
    ends = word == "or"
    value, problems = report(f" {word} ".join(tests), context)
    expected: object = not ends
    reasons: list[object] = []
    for test in tests:
        found, why = report(f"[{test}][1]", context)
        reasons += [(problem.sentence, problem.values) for problem in why]
        if found is ends:
            expected = ends
            break
        if found is not (not ends):
            expected = None
        if found is not None and not isinstance(found, bool):
            kind = kind_of(found)
            reasons.append(
                ("“{word}” joins yes-or-no values; this is {kind}.", {"word": word, "kind": kind})
            )
    assert value is expected
    assert [(problem.sentence, problem.values) for problem in problems] == reasons


@given(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers().map(float)),
    st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
    st.integers(-(10**16), 10**16),
)
def test_a_float_compares_as_the_decimal_that_it_shows(a: float, sign: str, constant: int) -> None:
    for near in (a, constant + 0.5, float(constant)):
        found = evaluate(f"a {sign} {constant}", {"a": near})
        assert found is evaluate(f"a {sign} {constant}", {"a": Decimal(repr(near))})
