"""Authors see where and why something became null."""

import pytest

from engine.feel import report


@pytest.mark.parametrize(
    ("expression", "position", "message"),
    [
        ("1 + missing", 4, "There is no “missing” here."),
        ('1 + "a"', 2, "There is no “+” between a number and a text."),
        ("{a: 1}.b", 6, "The context has no entry “b”."),
        ("[1, 2][5]", 6, "The list has 2 elements, so there is no number 5."),
        ("1 / 0", 2, "Division by zero."),
        ("1 = true", 2, "“=” cannot compare a number with a yes or no."),
        ('true and "x" and true', 5, "“and” joins yes-or-no values; this is a text."),
        ('a and "x" and b', 2, "“and” joins yes-or-no values; this is a text."),
        ('"x" or a', 4, "“or” joins yes-or-no values; this is a text."),
        (
            'some x in [1, 2] satisfies "x"',
            0,
            "After “satisfies” there must be a yes or no; this is a text.",
        ),
        (
            'time("10:00:00") < time("10:00:00Z")',
            17,
            "One has a time zone and the other has not: say which zone is meant.",
        ),
        (
            '@"2026-02-30"',
            0,
            "Between the quotes stands no date, time or duration: they are "
            "written 2026-03-31, 09:30:00, P3D.",
        ),
        ("(1)(2)", 3, "This is a number, not a function."),
        ("date(2026, 1, 1).hour", 16, "There is no “hour” in a date."),
        (
            '(function(x: list<date>) x)("a")',
            27,
            "The argument x must be a list, each element a date, not a text.",
        ),
        ("date(1, 2)", 4, "The arguments fit none of date(from); date(year, month, day)."),
        ("-[1]", 0, "There is no minus of a list."),
        ("abs(1, 2)", 3, "The arguments do not fit abs(n)."),
        ('date("2024-02-30")', 4, "There is no such date. Dates are written 2026-03-31."),
        (
            'matches("xx", "(x)\\\\1")',
            7,
            r"In the pattern “(x)\1”: a reference back to a group (\1) cannot be looked for here, so the answer is "
            "null whatever the text. Write out what may be repeated, or compare the two parts in FEEL.",
        ),
        ('1 < "a"', 2, "“<” cannot compare a number with a text."),
    ],
)
def test_the_report_says_where_and_why(expression: str, position: int, message: str) -> None:
    value, problems = report(
        expression, {"a": "xx" if "matches" in expression else None, "b": None}
    )
    assert value is None
    assert (problems[0].position, problems[0].message) == (position, message)


def test_a_report_without_problems_is_empty() -> None:
    assert report("a + 1", {"a": 1}) == (2, [])
