"""Python values become FEEL values and FEEL values become JSON."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.feel import (
    DateTime,
    DaysTime,
    FeelFunction,
    call,
    coerce,
    conforms,
    equal,
    evaluate,
    parse_type,
    to_feel,
    to_json,
    to_text,
)

PARIS = datetime.datetime(2024, 7, 1, 10, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (0.1, "0.1"),
        (float("nan"), "null"),
        (Decimal("1.10"), "1.1"),
        (True, "true"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.time(10, 30), "10:30:00"),
        (PARIS, "2024-07-01T10:00:00@Europe/Paris"),
        (datetime.datetime(2024, 7, 1, tzinfo=datetime.UTC), "2024-07-01T00:00:00Z"),
        (datetime.timedelta(days=1, hours=2), "P1DT2H"),
        ((1, [2]), "[1, [2]]"),
    ],
)
def test_python_values_come_in_by_the_table(value: object, text: str) -> None:
    assert to_text(to_feel(value)) == text


def test_integers_have_the_range_of_numbers() -> None:
    assert to_text(to_feel(10**5000)) == "1" + "0" * 5000
    assert to_feel(10**7000) is None


def test_values_that_are_feel_already_are_not_copied() -> None:
    value = to_feel({"a": [1, {"b": 2}]})
    assert to_feel(value) is value


@pytest.mark.parametrize(
    ("expression", "stored"),
    [
        ("10 / 4", 2.5),
        ("10 / 5", 2),
        ("1 / 3", "0." + "3" * 34),
        ("2 ** 60", str(2**60)),
        ('@"2024-01-01"', "2024-01-01"),
        ("{a: [1, null]}", {"a": [1, None]}),
        ("[1..2)", "[1..2)"),
    ],
)
def test_stored_values_lose_no_digit(expression: str, stored: object) -> None:
    assert to_json(evaluate(expression)) == stored


def test_a_condition_reads_plain_python_data() -> None:
    context = {"amount": 1500, "risk": "high", "open": True, "rate": 0.5, "rows": [{"n": 1}]}
    assert evaluate('amount * rate = 750 and risk = "high" and open and rows[1].n = 1', context)


def test_a_boolean_is_not_taken_for_a_number() -> None:
    assert evaluate("open > 0", {"open": True}) is None
    assert evaluate("open = 1", {"open": True}) is None


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("1", "list<number>", "[1]"),
        ("[1]", "number", "1"),
        ("[1, 2]", "number", "null"),
        ('@"2024-01-01"', "date and time", "2024-01-01T00:00:00Z"),
        ('"a"', "number", "null"),
        ("{a: 1}", "context<a: string>", "null"),
        ("[1, null]", "list<number>", "[1, null]"),
    ],
)
def test_values_are_coerced_to_the_type_asked_for(value: str, kind: str, expected: str) -> None:
    assert to_text(coerce(evaluate(value), parse_type(kind))) == expected


def test_null_conforms_to_every_type() -> None:
    assert conforms(None, parse_type("list<number>"))


def test_functions_are_made_and_called_from_python() -> None:
    function = FeelFunction(("a", "b"), lambda arguments: arguments[0])
    assert call(function, [Decimal(1), None]) == 1
    assert call(function, [Decimal(1)]) is None
    assert evaluate("f(b: 1, a: 2)", {"f": function}) == 2
    assert call(evaluate("function(x) x * 2"), [Decimal(4)]) == 8


def test_equality_is_null_between_kinds() -> None:
    assert equal(Decimal(1), "1") is None
    assert equal([Decimal(1)], [Decimal("1.0")]) is True
    assert isinstance(to_feel(PARIS), DateTime)
    assert equal(DaysTime(0), DaysTime(0)) is True
