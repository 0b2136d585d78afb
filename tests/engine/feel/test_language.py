"""Operators, control flow, lists, contexts and functions of FEEL (DMN 1.5 §10.3.2)."""

import pytest

from engine.feel import FeelSyntaxError, compile_expression, evaluate, to_json


def _value(expression: str) -> object:
    return to_json(evaluate(expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-3 ** 2", 9),
        ("3 ** 4 ** 5", 3486784401),
        ("2 ** -1", 0.5),
        ("10 - 2 - 3", 5),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 0", None),
        ("9 ** 9 ** 9 ** 9 ** 9", None),
        ("1.5e3", 1500),
        ("25e-2", 0.25),
        (".5", 0.5),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ("1 + /* two */ 2 // three", 3),
    ],
)
def test_arithmetic_is_exact_and_null_where_there_is_no_result(
    expression: str, expected: object
) -> None:
    assert _value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and null", None),
        ("false and null", False),
        ("null and false", False),
        ("true or null", True),
        ("null or false", None),
        ("true and 1", None),
        ("not(null)", None),
        ("null = null", True),
        ("1 = null", False),
        ('1 = "1"', None),
        ("1 != null", True),
        ("[1, 2] = [1, 2.0]", True),
        ("[1, 2] = [2, 1]", False),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("1 < null", None),
        ('"a" < "b"', True),
        ("5 between 1 and 5", True),
        ("5 between null and 5", None),
    ],
)
def test_logic_has_three_values(expression: str, expected: object) -> None:
    assert _value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("5 in [1..5]", True),
        ("5 in [1..5)", False),
        ("5 in [1..5[", False),
        ("1 in ]1..5]", False),
        ("5 in (> 3)", True),
        ("5 in (< 3, > 4)", True),
        ("5 in (1, 5)", True),
        ("1 in [2, 3, 1]", True),
        ("1 in [[2..3], [0..1]]", True),
        ("[1, 2] in [[1, 2], [3]]", True),
        ("null in [1..5]", None),
        ('"x" in ("a", "x")', True),
        ("(1..5].start included", False),
        ("[1..5].end", 5),
        ("5 in (not(? > 7))", True),
    ],
)
def test_ranges_keep_their_ends(expression: str, expected: object) -> None:
    assert _value(expression) is expected or _value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[10, 20, 30][1]", 10),
        ("[10, 20, 30][-1]", 30),
        ("[10, 20, 30][0]", None),
        ("[10, 20, 30][4]", None),
        ("[10, 20, 30][item > 10]", [20, 30]),
        ("[10, 20, 30][count([1, 2])]", 20),
        ("5[1]", 5),
        ("5[item > 9]", []),
        ("[{a: 1}, {a: 2}][a > 1]", [{"a": 2}]),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("[{item: 1}, {item: 2}][item = 2]", [{"item": 2}]),
        ("[{a: [1]}, {a: [2, 3]}].a", [[1], [2, 3]]),
        ("[][item > 1]", []),
    ],
)
def test_filters_choose_by_place_or_by_condition(expression: str, expected: object) -> None:
    assert _value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('if true then "a" else "b"', "a"),
        ('if null then "a" else "b"', "b"),
        ('if "x" then "a" else "b"', None),
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1, 2], j in [i, 10] return i * j", [1, 10, 4, 20]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ('for d in @"2024-02-28"..@"2024-03-01" return d.day', [28, 29, 1]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("every x in [] satisfies false", True),
        ("some x in [null, 1] satisfies x > 1", None),
        ("every x in [1, 2], y in [x, 3] satisfies y >= x", True),
    ],
)
def test_control_flow_gives_values(expression: str, expected: object) -> None:
    assert _value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{a: 1, b: a + 1}.b", 2),
        ("{a: 1, a: 2}", None),
        ('{"long key!": 1}', {"long key!": 1}),
        ("{first name: 1, r: first name + 1}.r", 2),
        ("{a: {b c: 5}}.a.b c", 5),
        ("{a: 1}.b", None),
        ("{f: function(x: number) x + 1, r: f(1)}.r", 2),
        ('{f: function(x: number) x + 1, r: f("1")}.r', None),
        ("{f: function(x, y) x - y, r: f(y: 1, x: 5)}.r", 4),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(20)}.r", 2432902008176640000),
        ("(function(x) function(y) x + y)(1)(2)", 3),
        ("(function(x) x)(1, 2)", None),
        ('(function() external {java: {class: "C", "method signature": "m()"}})()', None),
        ('"abs"(1)', None),
    ],
)
def test_contexts_and_functions_see_what_comes_before(expression: str, expected: object) -> None:
    value = _value(expression)
    # A number beyond what JSON readers keep is stored as text.
    assert value == expected or value == str(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("null instance of Null", True),
        ("null instance of Any", False),
        ("[1] instance of list<number>", True),
        ("[1] instance of number", False),
        ("{a: 1} instance of context<a: number>", True),
        ("{b: 1} instance of context<a: number>", False),
        ("[1..2] instance of range<number>", True),
        ("(function(x) x) instance of function<number> -> Any", True),
        ('@"2024-01-01T00:00:00" instance of date and time', True),
        ('@"P1Y" instance of years and months duration', True),
        ("1 instance of nothing known", None),
    ],
)
def test_instance_of_knows_the_parts_of_types(expression: str, expected: object) -> None:
    assert _value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r'"\u00e9\U01F40E"', "é🐎"),
        (r'string length("\ud83d\udca9")', 1),
        (r'"\d"', "\\d"),
        (r'"a\"b\\c\n"', 'a"b\\c\n'),
        (r'"\ud83d"', "\ufffd"),
    ],
)
def test_text_literals_mean_code_points(expression: str, expected: object) -> None:
    assert _value(expression) == expected


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("1 +", 3),
        ("(1", 2),
        ("if a then b", 11),
        ('"open', 0),
        ("/* open", 0),
        ("1 2 3)", 2),
        ("for x in return 1", 9),
        ("{a 1}", 4),
        ("f(a: 1, 2)", 2),
        ("a ; b", 2),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as refusal:
        compile_expression(text)
    assert refusal.value.position == position
    assert refusal.value.message().startswith("The expression cannot be read at character")
