"""Cells of decision tables: unary tests (DMN 1.5 §7.3.3 and grammar rules 7–16)."""

import datetime

import pytest

from engine.feel import compile_unary_tests, to_feel


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ("-", None, True),
        ("5", 5, True),
        ("1, 2, 3", 2, True),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 2, False),
        ("> 5", 6, True),
        ("[1..5)", 5, False),
        ('"a", "b"', "b", True),
        ("? > 5 and ? < limit", 6, True),
        ("? * 2 = 12", 6, True),
        ("limit", 10, True),
        ("[1, 6]", 6, True),
        ("true", True, True),
        ("true", False, False),
        ("false", False, True),
        ("> 5", "x", None),
        ("null", None, True),
        ('< date("2024-01-01")', datetime.date(2023, 1, 1), True),
        ('starts with(?, "ab")', "abc", True),
        ("not(? > 3) and true", 1, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
    ],
)
def test_a_cell_matches_its_value(tests: str, value: object, expected: object) -> None:
    compiled = compile_unary_tests(tests)
    assert compiled.matches(to_feel(value), {"limit": 10}) is expected
