"""Authors see where and why something became null."""

import pytest

from engine.feel import report


@pytest.mark.parametrize(
    ("expression", "position", "message"),
    [
        ("1 + missing", 4, "There is no “missing” here."),
        ('1 + "a"', 2, "There is no “+” between number and string."),
        ("{a: 1}.b", 6, "The context has no entry “b”."),
        ("[1, 2][5]", 6, "The list has 2 elements, so there is no number 5."),
        ("1 / 0", 2, "Division by zero."),
        ("abs(1, 2)", 3, "The arguments do not fit abs(n)."),
        ('date("2024-02-30")', 4, "This is no date."),
        ('1 < "a"', 2, "Number and string cannot be compared by “<”."),
    ],
)
def test_the_report_says_where_and_why(expression: str, position: int, message: str) -> None:
    value, problems = report(expression, {})
    assert value is None
    assert (problems[0].position, problems[0].message) == (position, message)


def test_a_report_without_problems_is_empty() -> None:
    assert report("a + 1", {"a": 1}) == (2, [])
