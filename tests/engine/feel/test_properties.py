"""Properties that hold for whatever Hypothesis thinks of."""

from contextlib import suppress
from decimal import Context, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.feel import Limits, compile_unary_tests, evaluate, limited_to, report, to_json, to_text

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
