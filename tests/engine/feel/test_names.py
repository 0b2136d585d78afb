"""Names with spaces, points, signs and apostrophes: the longest known name wins."""

import pytest

from engine.feel import compile_expression, compile_unary_tests, evaluate, names_within, to_json


@pytest.mark.parametrize(
    ("expression", "context", "expected"),
    [
        ("Monthly Income * 12", {"Monthly Income": 2}, 24),
        ("a-b", {"a-b": 5, "a": 1, "b": 1}, 5),
        ("a - b", {"a": 3, "b": 1}, 2),
        ("Mike's age + 1", {"Mike's age": 40}, 41),
        ("profit and loss > 1 and true", {"profit and loss": 2}, True),
        ("file.name", {"file.name": "x"}, "x"),
        ("a+b(c) ", {"a+b": 1}, None),
        ("applicant.full name", {"applicant": {"full name": "Ada"}}, "Ada"),
        ("applicant.net/gross", {"applicant": {"net/gross": 3}}, 3),
        ("rows[unit price > 2].unit price", {"rows": [{"unit price": 3}]}, [3]),
        ("Item 1 + Item 2", {"Item 1": 1, "Item 2": 2}, 3),
        ('date and time("2024-01-01T00:00:00").year', {"date": 1}, 2024),
        ("date", {"date": 1}, 1),
        ("if in stock then 1 else 2", {"in stock": True}, 1),
        ("naïve größe", {"naïve größe": 1}, 1),
        ("🐎 + 1", {"🐎": 1}, 2),
    ],
)
def test_the_longest_known_name_is_read(
    expression: str, context: dict[str, object], expected: object
) -> None:
    assert to_json(evaluate(expression, context)) == expected


def test_an_expression_tells_the_free_names_it_reads() -> None:
    expression = compile_expression(
        "for i in items return i.price * Tax Rate + count(others)", ["Tax Rate"]
    )
    assert expression.names == {"items", "Tax Rate", "others"}


def test_unary_tests_tell_their_names_without_the_input() -> None:
    assert compile_unary_tests("? > lower bound, < 3").names == {"lower bound"}


def test_names_inside_lists_and_contexts_are_found() -> None:
    context = {"a": [{"b c": {"d e": 1}}], "plain": 1}
    assert names_within(context) == {"b c", "d e"}


def test_a_compiled_expression_is_shared() -> None:
    assert compile_expression("a + 1", ["a"]) is compile_expression("a + 1", ["b"])
